package simulator

import (
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// handlePresence takes a client's own presence, or its wish to hear of another's.
func (d *Device) handlePresence(c *conn, n *waBinary.Node) {
	kind := attrText(n, "type")
	if kind == "subscribe" {
		if p := d.srv.byJID(attrJID(n, "to")); p != nil {
			d.subscribe(c, p)
		}
		return
	}
	e := Entry{Kind: KindPresence, From: d.sender(), Chat: d.person.phone, Available: kind != "unavailable"}
	d.person.tellPresence(Presence{Available: e.Available})
	for _, p := range d.srv.Persons() {
		if p == d.person || slices.Contains(p.Info().Contacts, d.person.phone) {
			p.note(e)
		}
	}
}

// subscribe lasts as long as the connection; what is known of the presence is told at once.
func (d *Device) subscribe(c *conn, p *Person) {
	d.mu.Lock()
	if d.presences == nil {
		d.presences = map[*Person]bool{}
	}
	d.presences[p] = true
	d.mu.Unlock()
	p.mu.Lock()
	known := copyOf(p.presence)
	p.mu.Unlock()
	if known != nil && (p.shows(PrivacyOnline, d.person) || p.shows(PrivacyLastSeen, d.person)) {
		c.send(p.presenceNode(*known, d.person))
	}
}

func (d *Device) subscribed(p *Person) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.presences[p]
}

// presenceNode is what another person sees of a presence: "deny" stands for a last seen that is hidden.
func (p *Person) presenceNode(pr Presence, to *Person) waBinary.Node {
	a := attrs{"from": p.lid}
	if !pr.Available {
		a["type"] = "unavailable"
		if !pr.LastSeen.IsZero() {
			a["last"] = pr.LastSeen.Unix()
			if !p.shows(PrivacyLastSeen, to) {
				a["last"] = "deny"
			}
		}
	}
	return waBinary.Node{Tag: "presence", Attrs: a}
}

// SetPresence tells devices that the person is online or not, and returns how many heard it; it is never queued. Errors:
// ErrUnknownPerson.
func (p *Person) SetPresence(pr Presence) (sent int, err error) {
	if pr.To == "" {
		return p.tellPresence(pr), nil
	}
	to, err := p.srv.Person(pr.To)
	if err != nil {
		return 0, err
	}
	if !p.shows(PrivacyOnline, to) {
		return 0, nil
	}
	return sendToEach(to.Devices(), p.presenceNode(pr, to)), nil
}

// tellPresence remembers the presence for later subscribers and tells the present ones.
func (p *Person) tellPresence(pr Presence) (sent int) {
	p.mu.Lock()
	p.presence = &pr
	p.mu.Unlock()
	for _, d := range p.srv.Devices() {
		if d.subscribed(p) && p.shows(PrivacyOnline, d.person) {
			sent += sendToEach([]*Device{d}, p.presenceNode(pr, d.person))
		}
	}
	return sent
}

// sendToEach sends what is never queued, and counts who is connected.
func sendToEach(devices []*Device, n waBinary.Node) (sent int) {
	for _, d := range devices {
		if d.sendNow(n) == nil {
			sent++
		}
	}
	return sent
}

// SendTyping shows a typing state to the devices of a linked number, or of a group's members; it is never queued. Errors:
// ErrInvalid, ErrUnknownPerson, ErrUnknownGroup, ErrNotAMember.
func (p *Person) SendTyping(to, state string) (sent int, err error) {
	child := element(TypingComposing, nil)
	switch state {
	case TypingComposing:
	case TypingPaused:
		child.Tag = TypingPaused
	case TypingRecording:
		child.Attrs = attrs{"media": "audio"}
	default:
		return 0, fail(CodeInvalid, "state must be composing, recording or paused, not %q", state)
	}
	group, peer, err := p.srv.resolve(to)
	if err != nil {
		return 0, err
	}
	switch {
	case group == nil && peer == nil:
		return 0, fail(CodeInvalid, "nobody sees typing for a status update")
	case group == nil && peer.blocks(p):
		return 0, nil
	}
	if group == nil {
		return sendToEach(peer.Devices(), element("chatstate", attrs{"from": p.lid}, child)), nil
	}
	if group.role(p) == "" {
		return 0, fail(CodeNotAMember, "%s is not a member of %s", p.phone, group.jid)
	}
	for _, member := range group.people() {
		if member != p {
			sent += sendToEach(member.Devices(), element("chatstate", attrs{"from": group.jid, "participant": p.lid}, child))
		}
	}
	return sent, nil
}

// handleTyping passes a client's typing state on.
func (d *Device) handleTyping(n *waBinary.Node) {
	child, to := firstChild(n), attrJID(n, "to")
	state := child.Tag
	if state == TypingComposing && attrText(&child, "media") == "audio" {
		state = TypingRecording
	}
	e := Entry{Kind: KindTyping, From: d.sender(), Chat: chatName(d.person, to), State: state}
	if g := d.srv.groupByJID(to); g != nil {
		for _, member := range g.people() {
			d.passTyping(member, e, attrs{"from": to, "participant": d.person.lid}, child)
		}
	} else if p := d.srv.byJID(to); p != nil {
		d.passTyping(p, e, attrs{"from": d.person.lid}, child)
	}
}

func (d *Device) passTyping(p *Person, e Entry, a attrs, child waBinary.Node) {
	if p == d.person || p.blocks(d.person) {
		return
	}
	p.note(e)
	sendToEach(p.Devices(), element("chatstate", a, child))
}
