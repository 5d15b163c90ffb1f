package app_test

import (
	"fmt"
	"slices"

	"wapost/simclient"
)

// What people and phones do besides writing.

func (d *day) receipt() bool {
	kind := pickOf(d, []string{"delivered", "read", "played"})
	m := d.earlier(func(m *said) bool { return m.by == nil })
	if m == nil {
		return false
	}
	var p *human
	r := simclient.Receipt{To: m.side.phone, ID: m.id, Type: kind}
	if m.group != nil {
		p, r.Group = d.writer(m.group), m.group.id
		m.side.meet(p)
	} else {
		p = d.people[slices.IndexFunc(d.people, func(p *human) bool { return p.phone == m.chat })]
	}
	if name := fmt.Sprint(m.id, kind, p.phone); d.read[name] {
		return false // the same once more is no other occurrence
	} else {
		d.read[name] = true
	}
	_, err := d.w.SendReceipt(d.t.Context(), p.phone, r)
	d.must(err)
	m.side.expect(want{kind: "message." + kind, chat: m.chat, says: m.side.who("recipient", p, "").with(says{"message_ids": m.id})})
	return true
}

// ownPhone has a side write on its phone: its device is told, and the other side's if it is in the group.
func (d *day) ownPhone() bool {
	s := d.side()
	m := simclient.Message{Text: d.words()}
	if c := pickOf(d, d.crews); d.rng.IntN(2) == 0 && c.member[s.phone] {
		m.To = c.id
		sent, err := d.w.Send(d.t.Context(), s.phone, m)
		d.must(err)
		s.expect(want{kind: "message.sent", chat: c.id, says: says{"message_id": sent.ID, "text": m.Text, "via": "other_device"}})
		d.others(s, c, sent.ID, m.Text)
		d.said = append(d.said, &said{id: sent.ID, chat: c.id, side: s, group: c})
		return true
	}
	p := d.human()
	if !s.met[p.phone] {
		return false
	}
	m.To = p.phone
	sent, err := d.w.Send(d.t.Context(), s.phone, m)
	d.must(err)
	s.expect(want{kind: "message.sent", chat: p.phone, says: s.who("chat", p, "").with(says{"message_id": sent.ID, "text": m.Text, "via": "other_device"})})
	d.said = append(d.said, &said{id: sent.ID, chat: p.phone, side: s})
	return true
}

// others expects what a message of one side in a group is to the other: it gets it, and its receipt comes back.
func (d *day) others(by *side, c *crew, id, text string) {
	d.inCrew(c, func(s *side) {
		if s == by {
			return
		}
		s.expect(want{kind: "message.received", chat: c.id, says: says{"message_id": id, "text": text, "sender.phone": "+" + by.phone}})
		by.expect(want{kind: "message.delivered", chat: c.id, loose: true, says: says{"message_ids": id, "recipient.phone": "+" + s.phone}})
	})
}

func (d *day) call() bool {
	p, s := d.human(), d.side()
	video := d.rng.IntN(2) == 0
	id, err := d.w.Call(d.t.Context(), p.phone, simclient.Call{To: s.phone, Video: video})
	d.must(err)
	s.meet(p)
	s.expect(want{kind: "call.offer", chat: p.phone, says: s.who("creator", p, "").with(says{"call_id": id, "video": video})})
	_, err = d.w.Call(d.t.Context(), p.phone, simclient.Call{To: s.phone, CallID: id, State: "terminate"})
	d.must(err)
	s.expect(want{kind: "call.terminate", chat: p.phone, says: says{"call_id": id, "reason": "timeout"}})
	return true
}

func (d *day) status() bool {
	p := d.human()
	sent, err := d.w.Send(d.t.Context(), p.phone, simclient.Message{To: "status", Text: d.words()})
	d.must(err)
	for _, s := range d.sides {
		s.hear(p)
		s.expect(want{kind: "status.posted", chat: "status", says: s.who("sender", p, "").with(says{"message_id": sent.ID, "text": d.words()})})
	}
	return true
}

func (d *day) post() bool {
	post, _, err := d.w.Publish(d.t.Context(), d.paper, simclient.NewPost{Text: d.words()}, 0)
	d.must(err)
	d.sides[0].expect(want{kind: "newsletter.message_received", chat: d.paper, says: says{"message_id": post.ID, "text": d.words()}})
	return true
}

// change has the owner change a group.
func (d *day) change(c *crew, g simclient.GroupChange) {
	g.Actor = c.owner.phone
	_, err := d.w.ChangeGroup(d.t.Context(), c.id, g)
	d.must(err)
	d.inCrew(c, func(s *side) { s.meet(c.owner) })
}

func (d *day) subject() bool {
	c, name := pickOf(d, d.crews), fmt.Sprint("Crew of action ", d.n)
	d.change(c, simclient.GroupChange{Action: "subject", Value: name})
	d.inCrew(c, func(s *side) {
		s.expect(want{kind: "group.info_update", chat: c.id, says: s.who("actor", c.owner, "").with(says{"changes.subject": name})})
	})
	return true
}

// member puts somebody into a group, or out of it.
func (d *day) member() bool {
	c, p := pickOf(d, d.crews), pickOf(d, d.people)
	if p == c.owner || !slices.Contains(d.known(), p) {
		return false
	}
	action := "add"
	if c.member[p.phone] {
		action = "remove"
	}
	d.change(c, simclient.GroupChange{Action: action, Participants: []string{p.phone}})
	c.member[p.phone], c.admin[p.phone] = action == "add", false
	d.inCrew(c, func(s *side) {
		s.expect(want{kind: "group.participant_update", chat: c.id, says: s.who("actor", c.owner, "").with(s.who("participants", p, "")).with(says{"action": action})})
	})
	return true
}

func (d *day) role() bool {
	c := pickOf(d, d.crews)
	p := d.writer(c)
	if p == c.owner || !slices.Contains(d.known(), p) {
		return false
	}
	action := "promote"
	if c.admin[p.phone] {
		action = "demote"
	}
	c.admin[p.phone] = !c.admin[p.phone]
	d.change(c, simclient.GroupChange{Action: action, Participants: []string{p.phone}})
	d.inCrew(c, func(s *side) {
		s.expect(want{kind: "group.participant_update", chat: c.id, says: s.who("participants", p, "").with(says{"action": action})})
	})
	return true
}

// inOrOut takes one of our numbers out of a group, or puts it back.
func (d *day) inOrOut() bool {
	c, s := pickOf(d, d.crews), d.side()
	action := "add"
	if c.member[s.phone] {
		action = "remove"
	}
	d.change(c, simclient.GroupChange{Action: action, Participants: []string{s.phone}})
	if action == "remove" {
		d.inCrew(c, func(other *side) {
			other.expect(want{kind: "group.participant_update", chat: c.id, says: says{"action": "remove", "participants.lid": d.lidOf(s.phone)}})
		})
		s.expect(want{kind: "group.leave", chat: c.id, says: s.who("actor", c.owner, "").with(says{"reason": "removed"})})
		c.member[s.phone] = false
		return true
	}
	d.inCrew(c, func(other *side) {
		other.expect(want{kind: "group.participant_update", chat: c.id, says: says{"action": "add", "participants.lid": d.lidOf(s.phone)}})
	})
	s.meet(c.owner)
	s.expect(want{kind: "group.join", chat: c.id, says: s.who("actor", c.owner, "").with(says{"is_new": false})})
	c.member[s.phone] = true
	return true
}

func (d *day) lidOf(phone string) string {
	for lid, p := range d.phones {
		if p == phone {
			return lid
		}
	}
	return ""
}

func (d *day) picture() bool {
	list := d.heard()
	if len(list) == 0 {
		return false
	}
	p := pickOf(d, list)
	u, err := d.w.ChangeUser(d.t.Context(), p.phone, simclient.UserChange{Picture: &simclient.Picture{Data: append([]byte{0xff, 0xd8, 0xff, 0xe0}, d.words()...)}})
	d.must(err)
	for _, s := range d.sides {
		s.expect(want{kind: "picture.update", chat: p.phone, says: s.who("target", p, "").with(says{"picture_id": u.PictureID, "target_kind": "user"})})
	}
	return true
}

func (d *day) about() bool {
	list := d.heard()
	if len(list) == 0 {
		return false
	}
	p, words := pickOf(d, list), d.words()
	_, err := d.w.ChangeUser(d.t.Context(), p.phone, simclient.UserChange{About: &words})
	d.must(err)
	for _, s := range d.sides {
		s.expect(want{kind: "user.about", chat: p.phone, says: s.who("user", p, "").with(says{"about": words})})
	}
	return true
}
