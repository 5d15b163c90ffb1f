package app_test

import (
	"fmt"
	"slices"

	"wapost/simclient"
)

// What people write.

// talk has somebody write somewhere, and keeps the message.
func (d *day) talk(group bool, m simclient.Message, says says, options ...string) bool {
	x := &said{options: options}
	if group {
		c := pickOf(d, d.crews)
		x.group, x.by = c, d.writer(c)
		x.id = d.inGroup(x.by, c, m, "message.received", says)
	} else {
		x.by, x.side = d.human(), d.side()
		x.id = d.direct(x.by, x.side, m, "message.received", says)
	}
	d.said = append(d.said, x)
	return true
}

func (d *day) text() bool {
	return d.talk(false, simclient.Message{Text: d.words()}, says{"text": d.words(), "kind": "text", "chat.kind": "direct"})
}

func (d *day) groupText() bool {
	return d.talk(true, simclient.Message{Text: d.words()}, says{"text": d.words(), "kind": "text", "chat.kind": "group"})
}

func (d *day) file() bool {
	m := simclient.Message{Image: &simclient.File{Size: 500, Caption: d.words()}}
	return d.talk(d.rng.IntN(2) == 0, m, says{"kind": "image", "text": d.words(), "image.mime_type": "image/jpeg"})
}

func (d *day) place() bool {
	m := simclient.Message{Location: &simclient.Location{Latitude: 53.5, Longitude: 10, Name: d.words()}}
	return d.talk(d.rng.IntN(2) == 0, m, says{"kind": "location", "text": d.words()})
}

func (d *day) answer() bool {
	m := d.earlier(func(m *said) bool { return m.by != nil })
	if m == nil {
		return false
	}
	p := m.by
	if m.group != nil {
		p = d.writer(m.group)
	}
	id := d.where(m, p, simclient.Message{Text: d.words(), ReplyTo: m.id}, "message.received", says{"text": d.words(), "quoted.message_id": m.id})
	d.said = append(d.said, &said{id: id, by: p, side: m.side, group: m.group})
	return true
}

func (d *day) edit() bool {
	m := d.earlier(func(m *said) bool { return m.by != nil && m.options == nil })
	if m == nil {
		return false
	}
	d.where(m, m.by, simclient.Message{Edit: &simclient.Edit{ID: m.id, Text: d.words()}}, "message.edited", says{"message_id": m.id, "text": d.words()})
	return true
}

func (d *day) revoke() bool {
	m := d.earlier(func(m *said) bool { return m.by != nil })
	if m == nil {
		return false
	}
	m.gone = true
	p := m.by
	if m.group != nil && d.rng.IntN(3) == 0 {
		p = m.group.owner
	}
	d.where(m, p, simclient.Message{Revoke: &simclient.Revoke{ID: m.id}}, "message.deleted", says{"message_id": m.id, "by_admin": p != m.by})
	return true
}

func (d *day) react() bool {
	m := d.earlier(func(m *said) bool { return m.by != nil })
	if m == nil {
		return false
	}
	p := m.by
	if m.group != nil {
		p = d.writer(m.group)
	}
	emoji := pickOf(d, []string{"👍", "🎉", ""})
	told := any(emoji)
	if emoji == "" {
		told = nil
	}
	d.where(m, p, simclient.Message{Reaction: &simclient.Reaction{ID: m.id, Emoji: emoji}}, "message.reaction", says{"message_id": m.id, "emoji": told})
	return true
}

func (d *day) poll() bool {
	options := []string{"yes", "no", fmt.Sprint("maybe ", d.n)}
	return d.talk(true, simclient.Message{Poll: &simclient.Poll{Name: d.words(), Options: options, Selectable: 1}},
		says{"kind": "poll", "poll.question": d.words()}, options...)
}

// vote is opened by who has heard the poll.
func (d *day) vote() bool {
	m := d.earlier(func(m *said) bool { return m.options != nil })
	if m == nil {
		return false
	}
	choice := pickOf(d, m.options)
	d.where(m, d.writer(m.group), simclient.Message{Vote: &simclient.Vote{ID: m.id, Options: []string{choice}}}, "message.poll_vote", says{"poll.message_id": m.id})
	d.inCrew(m.group, func(s *side) {
		vote := &s.wants[len(s.wants)-1]
		vote.says["undecoded"] = true
		heard := func(w want) bool { return w.kind == "message.received" && w.says["message_id"] == m.id }
		if slices.ContainsFunc(s.wants, heard) {
			vote.says["undecoded"], vote.says["options"] = nil, choice
		}
	})
	return true
}

func (d *day) pin() bool {
	m := d.earlier(func(m *said) bool { return m.by != nil })
	if m == nil {
		return false
	}
	off := d.rng.IntN(3) == 0
	d.where(m, m.by, simclient.Message{Pin: &simclient.Pin{ID: m.id, Unpin: off}}, "message.pinned", says{"message_id": m.id, "pinned": !off})
	return true
}
