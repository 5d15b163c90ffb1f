package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

// payment reads the nine kinds of messages about money; false = none of them.
func (r *reader) payment(d *event.Message, m *waE2E.Message) bool {
	p := event.Payment{}
	switch {
	case m == nil:
		return false
	case m.SendPaymentMessage != nil:
		x := m.GetSendPaymentMessage()
		p.Action, p.Note, p.RequestMessageID = "sent", r.note(x.GetNoteMessage()), event.Text(x.GetRequestMessageKey().GetID())
		p.Media, p.Details.TransactionData = r.background(x.GetBackground()), event.Text(x.GetTransactionData())
	case m.RequestPaymentMessage != nil:
		x := m.GetRequestPaymentMessage()
		p.Action, p.Note, p.ExpiresAt = "requested", r.note(x.GetNoteMessage()), seconds(x.GetExpiryTimestamp())
		p.Media, p.Details.RequestFrom = r.background(x.GetBackground()), r.t.someone(x.GetRequestFrom())
		if p.Amount = money(x.GetAmount()); p.Amount == nil {
			p.Amount = thousandths(int64(min(x.GetAmount1000(), 1<<62)), x.GetCurrencyCodeIso4217())
		}
	case m.DeclinePaymentRequestMessage != nil:
		p.Action, p.RequestMessageID = "declined", event.Text(m.GetDeclinePaymentRequestMessage().GetKey().GetID())
	case m.CancelPaymentRequestMessage != nil:
		p.Action, p.RequestMessageID = "cancelled", event.Text(m.GetCancelPaymentRequestMessage().GetKey().GetID())
	case m.PaymentInviteMessage != nil:
		x := m.GetPaymentInviteMessage()
		p.Action, p.ExpiresAt, p.Details.Service = "invite", seconds(x.GetExpiryTimestamp()), event.Text(lower(x.GetServiceType()))
	case m.InvoiceMessage != nil:
		x := m.GetInvoiceMessage()
		p.Action, p.Note, p.Media, p.Details.Token = "invoice", text(x.GetNote()), r.optional(invoiceFile(x)), event.Text(x.GetToken())
	case m.PaymentReminderMessage != nil:
		r.reminder(&p, m.GetPaymentReminderMessage())
	case m.SplitPaymentMessage != nil:
		r.split(&p, m.GetSplitPaymentMessage())
	case m.SplitPaymentUpdateMessage != nil:
		x := m.GetSplitPaymentUpdateMessage()
		p.Action, p.Details.SplitID = "split_update", event.Text(x.GetSplitID())
		if who := r.t.someone(x.GetParticipantJID()); who != nil {
			p.Details.Participants = []event.PaymentPart{{Person: *who}}
		}
	default:
		return false
	}
	d.Kind, d.Text, d.Payment = event.KindPayment, p.Note, &p
	return true
}

// note is the text that goes with a payment: it is a message of its own.
func (r *reader) note(m *waE2E.Message) *string {
	if m == nil {
		return nil
	}
	c := unwrap(m)
	return text(c.read())
}

func (r *reader) reminder(p *event.Payment, x *waE2E.PaymentReminderMessage) {
	p.Action, p.Amount, p.Note = "reminder", money(x.GetAmount()), text(x.GetDescription())
	p.Details = event.PaymentDetails{ReminderID: event.Text(x.GetReminderID()), Payee: r.t.someone(x.GetPayeeJID()), Payer: r.t.someone(x.GetPayerJID())}
	if x.Frequency != nil {
		p.Details.Frequency = event.Text(lower(x.GetFrequency()))
	}
	if x.Status != nil {
		p.Details.Status = event.Text(lower(x.GetStatus()))
	}
}

func (r *reader) split(p *event.Payment, x *waE2E.SplitPaymentMessage) {
	p.Action, p.Amount, p.Note = "split", money(x.GetTotalAmount()), text(x.GetDescription())
	p.Details = event.PaymentDetails{SplitID: event.Text(x.GetSplitID()), Requester: r.t.someone(x.GetRequesterJID())}
	for _, part := range x.GetParticipants() {
		who := r.t.someone(part.GetJID())
		if who == nil {
			continue // a share of nobody
		}
		p.Details.Participants = append(p.Details.Participants, event.PaymentPart{Person: *who, Amount: money(part.GetAmount()), Status: event.Text(lower(part.GetStatus()))})
	}
}

// background is the picture behind a payment.
func (r *reader) background(x *waE2E.PaymentBackground) *event.Media {
	data := x.GetMediaData()
	if data.GetDirectPath() == "" {
		return nil
	}
	return r.optional(&file{kind: event.MediaImage, keys: event.ImageKeys, mime: x.GetMimetype(), path: data.GetDirectPath(), key: data.GetMediaKey(),
		sha: data.GetFileSHA256(), enc: data.GetFileEncSHA256(), size: x.GetFileLength(), width: x.GetWidth(), height: x.GetHeight()})
}

func invoiceFile(x *waE2E.InvoiceMessage) *file {
	if x.GetAttachmentDirectPath() == "" {
		return nil
	}
	f := &file{kind: event.MediaImage, keys: event.ImageKeys, mime: x.GetAttachmentMimetype(), path: x.GetAttachmentDirectPath(),
		key: x.GetAttachmentMediaKey(), sha: x.GetAttachmentFileSHA256(), enc: x.GetAttachmentFileEncSHA256(), thumbnail: x.GetAttachmentJPEGThumbnail()}
	if x.GetAttachmentType() == waE2E.InvoiceMessage_PDF {
		f.kind, f.keys = event.MediaDocument, event.DocumentKeys
	}
	return f
}
