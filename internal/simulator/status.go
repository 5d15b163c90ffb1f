package simulator

import (
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// ToStatus is the chat of status updates, in messages, receipts and inboxes.
const ToStatus = "status"

// Who sees a person's status updates.
const (
	StatusContacts = "contacts"
	StatusExcept   = "blacklist" // contacts but for the list
	StatusOnly     = "whitelist" // the list alone
)

// StatusPrivacy says who sees status updates.
type StatusPrivacy struct {
	Type string   // "" = StatusContacts
	List []string // phones
}

func (s *StatusPrivacy) clean() (err error) {
	if !slices.Contains([]string{"", StatusContacts, StatusExcept, StatusOnly}, s.Type) {
		return fail(CodeInvalid, "status privacy must be contacts, blacklist or whitelist, not %q", s.Type)
	}
	s.List, err = cleanPhones(s.List)
	return err
}

// sharedChat reports whether a message in a chat is encrypted once for all.
func sharedChat(chat types.JID) bool {
	return chat.Server == types.GroupServer || chat.Server == types.BroadcastServer
}

// isStatus reports whether a receiver is the chat of status updates.
func isStatus(to string) bool { return to == ToStatus || to == types.StatusBroadcastJID.String() }

// sendStatus posts a status update to who may see it, or says something about another's to that person alone; the caller
// holds the phone.
func (p *Person) sendStatus(l *letter) error {
	readers := p.statusReaders()
	if target := l.body.GetReactionMessage().GetKey(); target != nil {
		readers = nil
		if author, err := types.ParseJID(target.GetParticipant()); err == nil && p.srv.byJID(author) != nil {
			readers = []*Person{p.srv.byJID(author)}
		}
	}
	readers = slices.DeleteFunc(readers, func(r *Person) bool { return r.blocks(p) })
	return p.sendShared(types.StatusBroadcastJID, append(readers, p), l)
}

// statusReaders are who may see the person's status updates, as far as they exist.
func (p *Person) statusReaders() (list []*Person) {
	p.mu.Lock()
	phones, privacy := slices.Clone(p.contacts), p.statusPrivacy
	p.mu.Unlock()
	switch privacy.Type {
	case StatusOnly:
		phones = privacy.List
	case StatusExcept:
		phones = slices.DeleteFunc(phones, func(phone string) bool { return slices.Contains(privacy.List, phone) })
	}
	for _, phone := range phones {
		if reader := p.srv.lookup(phone); reader != nil && reader != p {
			list = append(list, reader)
		}
	}
	return list
}

// answerStatusPrivacy tells a client who sees the account's status updates: it encrypts for them.
func (d *Device) answerStatusPrivacy() reply {
	p := d.person
	p.mu.Lock()
	privacy := p.statusPrivacy
	p.mu.Unlock()
	kind := privacy.Type
	if kind == "" {
		kind = StatusContacts
	}
	var users []waBinary.Node
	for _, phone := range privacy.List {
		users = append(users, element("user", attrs{"jid": phoneJID(phone)}))
	}
	return result(element("privacy", nil, element("list", attrs{"type": kind, "default": "true"}, users...)))
}
