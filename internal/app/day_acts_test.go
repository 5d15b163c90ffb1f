package app_test

import (
	"fmt"
	"slices"

	"wapost/simclient"
)

// act is a kind of action of the day. It returns false when there is nothing to do it with.
type act struct {
	name   string
	weight int
	apart  bool
	do     func(*day) bool
}

func acts() []act {
	return []act{
		{"text", 14, false, (*day).text}, {"group text", 14, false, (*day).groupText}, {"file", 4, false, (*day).file},
		{"place", 2, false, (*day).place}, {"answer", 5, false, (*day).answer}, {"edit", 5, false, (*day).edit},
		{"delete", 4, false, (*day).revoke}, {"reaction", 6, false, (*day).react}, {"poll", 3, false, (*day).poll},
		{"vote", 4, false, (*day).vote}, {"pin", 3, false, (*day).pin}, {"receipt", 8, false, (*day).receipt},
		{"own phone", 5, false, (*day).ownPhone}, {"call", 4, false, (*day).call}, {"status", 3, false, (*day).status},
		{"newsletter", 3, false, (*day).post}, {"subject", 3, false, (*day).subject}, {"member", 4, false, (*day).member},
		{"role", 3, false, (*day).role}, {"in or out", 3, false, (*day).inOrOut}, {"picture", 2, false, (*day).picture},
		{"about", 2, false, (*day).about},
		{"typing", 2, true, (*day).typing}, {"presence", 2, true, (*day).presence}, {"chat setting", 4, true, (*day).setting},
		{"star", 2, true, (*day).star}, {"send", 6, true, (*day).send}, {"send to group", 4, true, (*day).sendToGroup},
		{"name", 2, true, (*day).rename},
		{"kick", 3, false, (*day).kick}, {"hold", 3, false, (*day).hold}, {"stop", 1, false, (*day).stop},
		{"kill", 1, false, (*day).kill}, {"crash", 1, false, (*day).crash},
	}
}

func pickOf[T any](d *day, list []T) T { return list[d.rng.IntN(len(list))] }

func (d *day) side() *side   { return pickOf(d, d.sides) }
func (d *day) human() *human { return pickOf(d, d.people) }

// who says who somebody is: both addresses where the device was told them.
func (s *side) who(member string, p *human, addressing string) says {
	m := says{}
	if addressing != "pn_only" || s.met[p.phone] {
		m[member+".lid"] = p.lid
	}
	if addressing != "lid_only" || s.met[p.phone] {
		m[member+".phone"] = "+" + p.phone
	}
	return m
}

func (m says) with(more says) says {
	for name, value := range more {
		m[name] = value
	}
	return m
}

// meet notes that the device was told both addresses.
func (s *side) meet(p *human) { s.met[p.phone] = true }

// hear notes that it was told the name too, with both addresses.
func (s *side) hear(p *human) {
	s.meet(p)
	s.named[p.phone] = true
}

// known are the people whose addresses both devices know.
func (d *day) known() (list []*human) {
	for _, p := range d.people {
		if !slices.ContainsFunc(d.sides, func(s *side) bool { return !s.met[p.phone] }) {
			list = append(list, p)
		}
	}
	return list
}

// direct has a person write directly to a side and returns the message. chat and sender must be told with both addresses, and
// as one chat, whichever of them the message came from.
func (d *day) direct(p *human, s *side, m simclient.Message, kind string, says says) string {
	d.t.Helper()
	m.To = s.phone
	if m.Addressing == "" {
		m.Addressing = d.addressing(p, s)
	}
	if m.Addressing == "lid" || m.Addressing == "pn" {
		s.hear(p)
	}
	sent, err := d.w.Send(d.t.Context(), p.phone, m)
	d.must(err)
	role := "by"
	switch kind {
	case "message.received", "message.edited":
		role = "sender"
	case "message.deleted":
		role = "deleted_by"
	}
	s.expect(want{kind: kind, chat: p.phone, says: says.with(s.who(role, p, m.Addressing)).with(s.who("chat", p, m.Addressing)).with(idOf(kind, sent.ID))})
	return sent.ID
}

// addressing picks how a person writes. A stranger is strange for a while. One address alone is for whom the library knows too:
// it learns from messages, not from calls.
func (d *day) addressing(p *human, s *side) string {
	switch {
	case s.named[p.phone]:
		return pickOf(d, []string{"lid", "pn", "pn_only", "lid_only"})
	case s.met[p.phone], d.rng.IntN(4) == 0:
		return pickOf(d, []string{"lid", "pn"})
	}
	return p.first
}

// idOf is the member that has the id of the message itself.
func idOf(kind, id string) says {
	switch kind {
	case "message.received", "message.sent":
		return says{"message_id": id}
	case "message.edited":
		return says{"edit_id": id}
	case "message.reaction":
		return says{"reaction_id": id}
	case "message.poll_vote":
		return says{"vote_id": id}
	}
	return says{}
}

// inGroup has a person write in a group; every device of a member is told.
func (d *day) inGroup(p *human, c *crew, m simclient.Message, kind string, says says) string {
	d.t.Helper()
	m.To = c.id
	sent, err := d.w.Send(d.t.Context(), p.phone, m)
	d.must(err)
	role := "by"
	switch kind {
	case "message.received", "message.edited":
		role = "sender"
	case "message.deleted":
		role = "deleted_by"
	}
	d.inCrew(c, func(s *side) {
		s.hear(p)
		s.expect(want{kind: kind, chat: c.id, says: s.who(role, p, "").with(says).with(idOf(kind, sent.ID))})
	})
	return sent.ID
}

// inCrew does something for each side that is a member.
func (d *day) inCrew(c *crew, f func(*side)) {
	for _, s := range d.sides {
		if c.member[s.phone] {
			f(s)
		}
	}
}

// writer is a member of a group that is none of the sides.
func (d *day) writer(c *crew) *human {
	var list []*human
	for _, p := range d.people {
		if c.member[p.phone] {
			list = append(list, p)
		}
	}
	return pickOf(d, list)
}

// heard are the known people from whom both devices have messages.
func (d *day) heard() []*human {
	return slices.DeleteFunc(d.known(), func(p *human) bool {
		return slices.ContainsFunc(d.sides, func(s *side) bool { return !s.named[p.phone] })
	})
}

func (d *day) words() string { return fmt.Sprintf("words of action %d – ähm 👍", d.n) }

// earlier picks a message that somebody said before, and that is still there.
func (d *day) earlier(fits func(*said) bool) *said {
	var list []*said
	for _, m := range d.said[max(0, len(d.said)-60):] {
		if !m.gone && fits(m) && (m.group == nil || m.by == nil || m.group.member[m.by.phone]) {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return pickOf(d, list)
}

// where has a person say something where another message was said.
func (d *day) where(m *said, p *human, what simclient.Message, kind string, says says) string {
	if m.group != nil {
		return d.inGroup(p, m.group, what, kind, says)
	}
	return d.direct(p, m.side, what, kind, says)
}
