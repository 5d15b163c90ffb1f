package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

// thousandths is an amount that WhatsApp gives in thousandths; nil without a currency.
func thousandths(value int64, currency string) *event.Money {
	if currency == "" {
		return nil
	}
	return &event.Money{Value: value, Offset: 1000, Currency: currency}
}

func money(m *waE2E.Money) *event.Money {
	if m == nil {
		return nil
	}
	offset := int(m.GetOffset())
	if offset == 0 {
		offset = 1
	}
	return &event.Money{Value: m.GetValue(), Offset: offset, Currency: m.GetCurrencyCode()}
}

// someone returns a person that a protobuf names; nil for no address.
func (t *translator) someone(s string) *event.Person {
	j := parse(s)
	if j.IsEmpty() {
		return nil
	}
	p := t.anyone(j)
	return &p
}

func (r *reader) product(d *event.Message, x *waE2E.ProductMessage) {
	s := x.GetProduct()
	p := event.Product{ProductID: event.Text(s.GetProductID()), Title: event.Text(s.GetTitle()), Description: event.Text(s.GetDescription()),
		URL: event.Text(s.GetURL()), RetailerID: event.Text(s.GetRetailerID()), Business: r.t.someone(x.GetBusinessOwnerJID()),
		Body: event.Text(x.GetBody()), Footer: event.Text(x.GetFooter()), Media: r.optional(imageFile(s.GetProductImage()))}
	if s != nil && s.PriceAmount1000 != nil {
		p.Price = thousandths(s.GetPriceAmount1000(), s.GetCurrencyCode())
	}
	if s != nil && s.SalePriceAmount1000 != nil {
		p.SalePrice = thousandths(s.GetSalePriceAmount1000(), s.GetCurrencyCode())
	}
	if catalog := x.GetCatalog(); s == nil && catalog != nil {
		p.Title, p.Description = event.Text(catalog.GetTitle()), event.Text(catalog.GetDescription())
		p.Media = r.optional(imageFile(catalog.GetCatalogImage()))
	}
	d.Kind, d.Product = event.KindProduct, &p
	if d.Text = text(x.GetBody()); d.Text == nil && p.Title != nil {
		d.Text = text(*p.Title)
	}
}

func (r *reader) order(d *event.Message, x *waE2E.OrderMessage) {
	o := event.Order{OrderID: event.Text(x.GetOrderID()), Token: event.Text(x.GetToken()), Title: event.Text(x.GetOrderTitle()),
		Message: event.Text(x.GetMessage()), Items: int(x.GetItemCount()), Seller: r.t.someone(x.GetSellerJID())}
	if x.TotalAmount1000 != nil {
		o.Total = thousandths(x.GetTotalAmount1000(), x.GetTotalCurrencyCode())
	}
	if x.Status != nil {
		o.Status = event.Text(lower(x.GetStatus()))
	}
	d.Kind, d.Order = event.KindOrder, &o
	if d.Text = text(x.GetMessage()); d.Text == nil {
		d.Text = text(x.GetOrderTitle())
	}
}
