package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// answerBlocklist reads and changes whom the account blocks.
func (d *Device) answerBlocklist(kind string, item *waBinary.Node) reply {
	if kind != "set" {
		return result(d.person.blocklist())
	}
	target := d.srv.byJID(attrJID(item, "jid"))
	if target == nil {
		return queryError(404, "item-not-found")
	}
	var block, unblock []string
	if attrText(item, "action") == "block" {
		block = []string{target.phone}
	} else {
		unblock = []string{target.phone}
	}
	d.person.setBlocked(block, unblock, d)
	return result(d.person.blocklist())
}

// setBlocked applies a change and tells the account's devices, but not the one that made it.
func (p *Person) setBlocked(block, unblock []string, by *Device) {
	p.mu.Lock()
	before := p.blocklistHashLocked()
	var items []waBinary.Node
	for _, phone := range block {
		if !p.blocked[phone] {
			p.blocked[phone] = true
			items = append(items, p.srv.blockItem(phone, "block"))
		}
	}
	for _, phone := range unblock {
		if p.blocked[phone] {
			delete(p.blocked, phone)
			items = append(items, p.srv.blockItem(phone, "unblock"))
		}
	}
	after := p.blocklistHashLocked()
	p.mu.Unlock()
	if len(items) > 0 {
		p.syncAccount(element("blocklist", attrs{"dhash": after, "prev_dhash": before}, items...), by)
	}
}

// blockItem names a blocked phone: by its LID when somebody has it.
func (s *Server) blockItem(phone, action string) waBinary.Node {
	j := phoneJID(phone)
	if p := s.byJID(j); p != nil {
		j = p.lid
	}
	return element("item", attrs{"jid": j, "action": action})
}

func (p *Person) blocklist() waBinary.Node {
	p.mu.Lock()
	defer p.mu.Unlock()
	var items []waBinary.Node
	for _, phone := range slices.Sorted(maps.Keys(p.blocked)) {
		items = append(items, p.srv.blockItem(phone, ""))
	}
	return element("list", attrs{"dhash": p.blocklistHashLocked()}, items...)
}

func (p *Person) blocklistHashLocked() string {
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(maps.Keys(p.blocked)), ",")))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
