package whatsapp

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/event"
)

func contactCard(x *waE2E.ContactMessage) event.Contact {
	c := event.Contact{Name: x.GetDisplayName(), Phones: cardPhones(x.GetVcard()), VCard: x.GetVcard(), Self: x.GetIsSelfContact()}
	if c.Name == "" {
		c.Name = cardName(x.GetVcard())
	}
	return c
}

func (r *reader) contact(d *event.Message, x *waE2E.ContactMessage) {
	card := contactCard(x)
	d.Kind, d.Text, d.Contact = event.KindContact, text(card.Name), &card
}

func (r *reader) contacts(d *event.Message, x *waE2E.ContactsArrayMessage) {
	list := event.Contacts{Name: event.Text(x.GetDisplayName()), Contacts: []event.Contact{}}
	for _, c := range x.GetContacts() {
		list.Contacts = append(list.Contacts, contactCard(c))
	}
	d.Kind, d.Text, d.Contacts = event.KindContacts, text(x.GetDisplayName()), &list
}

// cardPhones reads the numbers of a vCard, with the ids that WhatsApp writes beside them, and the labels that phones write
// either as a type or as a line of the same group ("item1.X-ABLabel").
func cardPhones(card string) []event.ContactPhone {
	phones, labels, groups := []event.ContactPhone{}, map[string]string{}, []string{}
	for _, line := range cardLines(card) {
		head, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		group, name, params := cardHead(head)
		switch name {
		case "X-ABLABEL":
			labels[group] = strings.TrimSuffix(strings.TrimPrefix(value, "_$!<"), ">!$_")
		case "TEL":
			phones, groups = append(phones, cardPhone(value, params)), append(groups, group)
		}
	}
	for i := range phones {
		if label := labels[groups[i]]; phones[i].Label == nil && groups[i] != "" {
			phones[i].Label = event.Text(label)
		}
	}
	return phones
}

func cardPhone(value string, params []string) event.ContactPhone {
	p := event.ContactPhone{Phone: strings.TrimSpace(value)}
	for _, param := range params {
		key, v, _ := strings.Cut(param, "=")
		switch strings.ToUpper(key) {
		case "WAID":
			if id := strings.Trim(v, `"`); id != "" && strings.Trim(id, "0123456789") == "" {
				p.Phone, p.JID = "+"+id, event.Text(id+"@"+types.DefaultUserServer)
			}
		case "TYPE":
			if v = strings.ToLower(v); v != "voice" && v != "pref" && p.Label == nil {
				p.Label = event.Text(v)
			}
		}
	}
	return p
}

// cardName is the formatted name of a vCard.
func cardName(card string) string {
	for _, line := range cardLines(card) {
		head, value, _ := strings.Cut(line, ":")
		if _, name, _ := cardHead(head); name == "FN" {
			return value
		}
	}
	return ""
}

// cardHead takes "item1.TEL;waid=…;type=CELL" apart.
func cardHead(head string) (group, name string, params []string) {
	parts := strings.Split(head, ";")
	name = parts[0]
	if g, n, ok := strings.Cut(name, "."); ok {
		group, name = g, n
	}
	return group, strings.ToUpper(name), parts[1:]
}

// cardLines joins what the format folds: a line that begins with a blank continues the one before.
func cardLines(card string) (lines []string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(card, "\r\n", "\n"), "\n") {
		if n := len(lines); n > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")) {
			lines[n-1] += line[1:]
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

func (r *reader) groupInvite(d *event.Message, x *waE2E.GroupInviteMessage) {
	invite := event.GroupInvite{Group: event.InvitedGroup{JID: x.GetGroupJID(), Name: event.Text(x.GetGroupName())}, Code: x.GetInviteCode(),
		ExpiresAt: seconds(x.GetInviteExpiration()), Caption: text(x.GetCaption()), Type: "group"}
	if x.GetGroupType() == waE2E.GroupInviteMessage_PARENT {
		invite.Type = "community"
	}
	d.Kind, d.Text, d.GroupInvite = event.KindGroupInvite, invite.Caption, &invite
}

func (r *reader) newsletterInvite(d *event.Message, jid, name, caption, role string, expires int64) {
	invite := event.NewsletterInvite{Newsletter: event.Newsletter{JID: jid, Name: event.Text(name)}, Role: role, Caption: text(caption), ExpiresAt: seconds(expires)}
	d.Kind, d.Text, d.NewsletterInvite = event.KindNewsletterInvite, invite.Caption, &invite
}
