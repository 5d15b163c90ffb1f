package app_test

import (
	"fmt"
	"net/http"

	"wapost/simclient"
)

// What happens apart from everything else.

func (d *day) typing() bool {
	p, s := d.human(), d.side()
	if !s.met[p.phone] {
		return false
	}
	_, err := d.w.SetTyping(d.t.Context(), p.phone, s.phone, "recording")
	d.must(err)
	s.expect(want{kind: "chat.presence", chat: p.phone, says: s.who("sender", p, "").with(says{"state": "composing", "media": "audio"})})
	return true
}

func (d *day) presence() bool {
	p, s, online := d.human(), d.side(), d.rng.IntN(2) == 0
	if !s.met[p.phone] {
		return false
	}
	_, err := d.w.SetPresence(d.t.Context(), p.phone, simclient.Presence{Available: online, To: s.phone})
	d.must(err)
	s.expect(want{kind: "presence.update", chat: p.phone, says: s.who("user", p, "").with(says{"online": online})})
	return true
}

// setting has a phone change how a chat is kept.
func (d *day) setting() bool {
	p, s, on := d.human(), d.side(), d.rng.IntN(2) == 0
	if !s.met[p.phone] {
		return false
	}
	kind := pickOf(d, [][3]string{{"mute", "chat.mute", "muted"}, {"pin", "chat.pin", "pinned"}, {"mark_read", "chat.mark_read", "read"}})
	_, err := d.w.ChangeAppState(d.t.Context(), s.phone, simclient.AppStateChange{Action: kind[0], On: &on, Chat: p.phone, Addressing: pickOf(d, []string{"lid", "pn"})})
	d.must(err)
	s.expect(want{kind: kind[1], chat: p.phone, says: s.who("chat", p, "").with(says{kind[2]: on})})
	return true
}

func (d *day) star() bool {
	m := d.earlier(func(m *said) bool { return m.by != nil && m.group == nil && m.side.met[m.by.phone] })
	if m == nil {
		return false
	}
	on := d.rng.IntN(2) == 0
	_, err := d.w.ChangeAppState(d.t.Context(), m.side.phone, simclient.AppStateChange{Action: "star", On: &on, Chat: m.by.phone, MessageID: m.id})
	d.must(err)
	m.side.expect(want{kind: "message.starred", chat: m.by.phone, says: says{"message_id": m.id, "starred": on}})
	return true
}

// post sends through the API of the gateway.
func (s *side) post(d *day, chat string) string {
	d.t.Helper()
	var sent struct {
		MessageID string `json:"message_id"`
		State     string
	}
	status := s.call(http.MethodPost, "/chats/"+chat+"/messages", map[string]any{"text": d.words(), "client_ref": fmt.Sprint("action ", d.n)}, &sent)
	if sent.State != "sent" {
		d.t.Fatalf("action %d: a message to %s: %d %+v", d.n, chat, status, sent)
	}
	s.expect(want{kind: "message.sent", chat: chat, says: says{"message_id": sent.MessageID, "text": d.words(), "via": "api", "client_ref": fmt.Sprint("action ", d.n)}})
	return sent.MessageID
}

func (d *day) send() bool {
	p, s := d.human(), d.side()
	if !s.met[p.phone] {
		return false
	}
	d.said = append(d.said, &said{id: s.post(d, p.phone), chat: p.phone, side: s})
	return true
}

func (d *day) sendToGroup() bool {
	c, s := pickOf(d, d.crews), d.side()
	if !c.member[s.phone] {
		return false
	}
	id := s.post(d, c.id)
	d.others(s, c, id, d.words())
	d.said = append(d.said, &said{id: id, chat: c.id, side: s, group: c})
	return true
}

// rename has a person take another name, and write under it. The library keeps a name per address: both are given. And it keeps
// one besides the message, so that a kill may have lost it: the old name is said once more.
func (d *day) rename() bool {
	list := d.heard()
	if len(list) == 0 {
		return false
	}
	p, name := pickOf(d, list), fmt.Sprint("Name of action ", d.n)
	for _, s := range d.sides {
		d.direct(p, s, simclient.Message{Text: "it is me", Addressing: "lid"}, "message.received", says{"push_name": p.name})
	}
	d.calm()
	_, err := d.w.ChangeUser(d.t.Context(), p.phone, simclient.UserChange{Name: &name})
	d.must(err)
	for _, s := range d.sides {
		id := d.direct(p, s, simclient.Message{Text: d.words(), Addressing: "lid"}, "message.received", says{"text": d.words(), "push_name": name})
		s.expect(want{kind: "pushname.update", chat: p.phone, loose: true, says: says{"old": p.name, "new": name, "message_id": id}})
	}
	p.name = name
	return true
}
