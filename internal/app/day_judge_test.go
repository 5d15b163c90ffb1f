package app_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"wapost/internal/app"
)

// judge compares what is recorded, and what was delivered, with the script.
func (d *day) judge(logs map[*side][]envelope, keys map[string]string) {
	d.t.Helper()
	for _, s := range d.sides {
		log := logs[s]
		chats := d.byChat(s, log, keys)
		for chat, wants := range s.byChat() {
			d.compare(s, chat, wants, chats[chat])
			delete(chats, chat)
		}
		for chat, events := range chats {
			for _, e := range events {
				d.t.Errorf("%s: nothing in the script explains %s", chat, e.body)
			}
		}
		for i := range log {
			d.identities(&log[i])
		}
		d.resolved(s, log)
		d.delivered(s, log, keys)
	}
}

// log reads what was recorded since the begin of the script, by cursor.
func (s *side) log() (all []envelope) {
	s.t.Helper()
	after := s.begin
	for {
		page, next := s.page(after)
		if len(page) == 0 {
			return all
		}
		all, after = append(all, page...), next
	}
}

// page reads events of the log and the cursor behind them.
func (s *side) page(after string) (events []envelope, next string) {
	s.t.Helper()
	var list []json.RawMessage
	next = s.list("/events?limit=200&after="+url.QueryEscape(after), &list)
	for _, raw := range list {
		e, err := readEnvelope(raw)
		if err != nil {
			s.t.Fatal(err)
		}
		events = append(events, e)
	}
	return events, next
}

func (s *side) byChat() map[string][]want {
	m := map[string][]want{}
	for _, w := range s.wants {
		m[w.chat] = append(m[w.chat], w)
	}
	return m
}

// byChat sorts the events that the script explains by the chat that their ordering key stands for: all of a chat have one key.
func (d *day) byChat(s *side, log []envelope, keys map[string]string) map[string][]envelope {
	chats, keyOf := map[string][]envelope{}, map[string]string{}
	for _, e := range log {
		if !explained(&e) {
			continue
		}
		key := strings.TrimPrefix(keys[e.ID], e.DeviceID+"|")
		chat := d.chatOf(key)
		if first, seen := keyOf[chat]; seen && first != key {
			d.t.Errorf("the chat %s has the keys %s and %s: %s", chat, first, key, e.body)
		}
		keyOf[chat] = key
		chats[chat] = append(chats[chat], e)
	}
	return chats
}

// chatOf names the chat of an ordering key as the script does.
func (d *day) chatOf(key string) string {
	chat := strings.TrimPrefix(key, "c|")
	if chat == "status@broadcast" {
		return "status"
	}
	if phone, ok := d.phones[chat]; ok {
		return phone
	}
	return strings.TrimSuffix(chat, "@s.whatsapp.net")
}

// compare takes the loose events out and demands the rest in its order.
func (d *day) compare(s *side, chat string, wants []want, got []envelope) {
	d.t.Helper()
	var ordered []want
	for _, w := range wants {
		if !w.loose {
			ordered = append(ordered, w)
			continue
		}
		i := slices.IndexFunc(got, func(e envelope) bool { return w.is(&e) })
		if i < 0 {
			d.t.Errorf("%s: not recorded: %s", s.phone, w)
			continue
		}
		got = slices.Delete(slices.Clone(got), i, i+1)
	}
	for i, w := range ordered {
		if i >= len(got) {
			d.t.Errorf("%s: not recorded: %s, and %d more in %s", s.phone, w, len(ordered)-i-1, chat)
			return
		}
		if !w.is(&got[i]) {
			d.t.Errorf("%s: event %d of %s is\n%s\nwant %s", s.phone, i, chat, got[i].body, w)
			return
		}
	}
	for _, e := range got[len(ordered):] {
		d.t.Errorf("%s: nothing in the script explains %s", s.phone, e.body)
	}
}

// identities demands that wherever both addresses of a person stand, they belong to one another.
func (d *day) identities(e *envelope) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			lid, phone := fmt.Sprint(v["lid"]), fmt.Sprint(v["phone"])
			if known, ok := d.phones[lid]; ok && v["phone"] != nil && phone != "+"+known {
				d.t.Errorf("%s is not the number of %s: %s", phone, lid, e.body)
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(e.Data)
}

// resolved demands that each person is made known at most once, and the strangers without fail: whom the phone has in its
// contacts, or who is on the list of a group, the gateway knows from there.
func (d *day) resolved(s *side, log []envelope) {
	seen := map[string]bool{}
	for _, e := range log {
		if e.Type != "contact.identity_resolved" {
			continue
		}
		phone := d.phones[fmt.Sprint(e.at("contact", "lid"))]
		if seen[phone] || phone == "" {
			d.t.Errorf("made known once more: %s", e.body)
		}
		seen[phone] = true
	}
	for _, p := range d.people {
		if !p.listed && s.met[p.phone] && !seen[p.phone] && !s.before[p.phone] {
			d.t.Errorf("%s: %s was never made known", s.phone, p.phone)
		}
	}
}

// delivered demands that the webhook was given what is recorded: every event, the same bytes, each chat in order.
func (d *day) delivered(s *side, log []envelope, keys map[string]string) {
	got, refused := s.receiver.all()
	for _, r := range refused {
		d.t.Errorf("a request that the secret has not signed, or with other bytes than before: %s", r)
	}
	place := map[string]int{}
	for i, e := range got {
		place[e.ID] = i + 1
	}
	last := map[string]int{}
	for _, e := range log {
		at := place[e.ID]
		switch key := keys[e.ID]; {
		case at == 0:
			d.t.Errorf("not delivered: %s", e.body)
		case got[at-1].body != e.body:
			d.t.Errorf("delivered as %s, recorded as %s", got[at-1].body, e.body)
		case at < last[key]:
			d.t.Errorf("delivered before what came earlier in its chat: %s", e.body)
		default:
			last[key] = at
		}
	}
}

// orderKeys opens the log of a gateway that has ended and returns the ordering key of each event.
func orderKeys(t testing.TB, w *world, dir string) map[string]string {
	t.Helper()
	g := &gateway{t: t, w: w, dir: dir}
	g.start()
	defer g.stop()
	return app.OrderKeys(t, g.app)
}
