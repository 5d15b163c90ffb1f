package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// payloads are the structs of all types.
func payloads() map[Type]reflect.Type {
	all := map[Type]reflect.Type{}
	for _, e := range Catalogue() {
		all[e.Type] = reflect.TypeOf(example(e.Type))
	}
	return all
}

// members calls f with each field of the payloads once, and the JSON name of its member.
func members(f func(owner reflect.Type, field reflect.StructField, name string)) {
	seen := map[reflect.Type]bool{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(t.Elem())
		case reflect.Struct:
			if t == timeType || seen[t] {
				return
			}
			seen[t] = true
			for i := range t.NumField() {
				name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
				f(t, t.Field(i), name)
				walk(t.Field(i).Type)
			}
		}
	}
	for _, t := range payloads() {
		walk(t)
	}
}

// base is what a field holds without pointers and lists.
func base(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
		t = t.Elem()
	}
	return t
}

// A list that a stranger fills must be cut, and its length told.
func TestEveryListHasATotal(t *testing.T) {
	const ours = " changed " // names of our own members
	members(func(owner reflect.Type, field reflect.StructField, name string) {
		list := field.Type.Kind() == reflect.Map || field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() != reflect.Uint8
		if !list || strings.Contains(ours, " "+name+" ") {
			return
		}
		for i := range owner.NumField() {
			if f := owner.Field(i); f.Tag.Get("json") == name+"_total,omitempty" && f.Type.Kind() == reflect.Int {
				return
			}
		}
		t.Errorf("%s.%s has no %s_total", owner.Name(), field.Name, name)
	})
}

// unlimited are the strings without a limit of their own: what a person writes or a link leads to, and words and times of ours.
const unlimited = `text previous_text caption vcard description url title body header footer button comment address note content
message question waveform thumbnail background text_color font artwork_url song_url join_link call_link media_url source_url
thumbnail_url ref transaction_data value data params public_key parameters
action application by class client_ref client_version code defense call_add details error event_type from group_add hash held_from
kind last_seen list_type media messages online origin profile read_receipts reason recovered recovery refused replay_id response
sha256 source state status stickers sync_type target_kind to via changed raw`

// A new member fails here until somebody decides how long it may be.
func TestEveryStringIsDecidedAbout(t *testing.T) {
	free := strings.Fields(unlimited)
	members(func(owner reflect.Type, field reflect.StructField, name string) {
		if base(field.Type).Kind() != reflect.String {
			return
		}
		if limited := longestOf(name) > 0; limited == slices.Contains(free, name) {
			t.Errorf("%s.%s: decide how long %q may be", owner.Name(), field.Name, name)
		}
	})
}

// fill sets all strings of a value to s, and makes lists of n entries.
func fill(v reflect.Value, s string, n, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s, n, depth)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b, _ := json.Marshal(s)
			v.SetBytes(b)
			return
		}
		if depth == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), s, n, depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range n {
			v.SetMapIndex(reflect.ValueOf(fmt.Sprint(i, s)), reflect.Zero(v.Type().Elem()))
		}
	case reflect.Struct:
		if v.Type() == timeType || v.Type() == reflect.TypeFor[Content]() {
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), s, n, depth)
			}
		}
	}
}

// filled returns payloads of a type with huge members. A message has one kind of content at a time.
func filled(of reflect.Type, text string, entries int) (all []any) {
	content := reflect.TypeFor[Content]()
	plain := reflect.New(of).Elem()
	fill(plain, text, entries, 1)
	all = append(all, plain.Interface())
	if of != reflect.TypeFor[Message]() {
		return all
	}
	for i := range content.NumField() {
		m := reflect.New(of).Elem()
		fill(m.FieldByIndex([]int{fieldOf(of, "Content"), i}), text, entries, 1)
		all = append(all, m.Interface())
	}
	return all
}

func fieldOf(t reflect.Type, name string) int {
	f, _ := t.FieldByName(name)
	return f.Index[0]
}

func TestNoPayloadMakesABodyTooLarge(t *testing.T) {
	for kind, of := range payloads() {
		for name, c := range map[string]struct {
			text    string
			entries int
		}{"long strings": {strings.Repeat("x", 530<<10), 1}, "long lists": {"x", 1500}, "both": {strings.Repeat("é", 200), 1100}} {
			for _, data := range filled(of, c.text, c.entries) {
				e := New(kind)
				e.At, e.Key, e.SourceKey, e.Data = exampleTime, "c|x", "one", data
				e.Raw = &Raw{JSON: json.RawMessage("{}")}
				s, err := e.Seal()
				if err != nil {
					t.Fatalf("%s of %s: %v", name, kind, err)
				}
				if n := len(s.Body(1 << 60)); n > LargestBody {
					t.Errorf("%s of %s make %d bytes", name, kind, n)
				}
				if s.Key != "c|x" || s.SourceKey != "one" || s.ID != e.ID {
					t.Errorf("%s of %s is another occurrence: %+v", name, kind, s.Event)
				}
			}
		}
	}
}

func TestWhatIsTooLongIsCut(t *testing.T) {
	emoji, names := strings.Repeat("é", 5_000_000), make([]Person, 1100)
	for i := range names {
		names[i] = Person{JID: fmt.Sprint(i), Name: &emoji}
	}
	r, cut := Bound(Reaction{Emoji: &emoji, Ref: Ref{MessageID: strings.Repeat("a", 300), Chat: Chat{JID: "x@lid"}}})
	if got := r.(Reaction); !cut || len(*got.Emoji) != 64 || !utf8.ValidString(*got.Emoji) || len(got.MessageID) != 255 || got.Chat.JID != "x@lid" {
		t.Errorf("a reaction: %d, %d", len(*got.Emoji), len(got.MessageID))
	}
	u, _ := Bound(ParticipantUpdate{Participants: names})
	if got := u.(ParticipantUpdate); len(got.Participants) != 1024 || got.ParticipantsTotal != 1100 || len(*got.Participants[7].Name) != 1024 {
		t.Errorf("members: %d of %d", len(got.Participants), got.ParticipantsTotal)
	}
	if len(emoji) != 10_000_000 || len(names) != 1100 || len(*names[7].Name) != 10_000_000 {
		t.Error("the payload itself was changed")
	}
	if same, cut := Bound(Reaction{ReactionID: "A"}); cut || same.(Reaction).ReactionID != "A" {
		t.Error("something was cut that is not too long")
	}
	odd := "ab\xff\xfe" + strings.Repeat("\xbf", 100)
	if got := Cut(odd, 64); len(got) > 64 || !strings.HasPrefix(odd, got) {
		t.Errorf("what is no UTF-8: %q", got)
	}
}

// An event that is too large as a whole says so, and nothing of it is lost but what the raw form is too large for.
func TestATooLargeEventIsUnknownAndKeptRaw(t *testing.T) {
	card := strings.Repeat("x", 600<<10)
	e := New(MessageReceived)
	e.At, e.Key, e.SourceKey, e.Class, e.DeviceID = exampleTime, "dev|c|x", "one", Durable, "dev"
	e.Data, e.Attachments = Message{MessageID: "A", Content: Content{Contact: &Contact{VCard: card}}}, []Attachment{{}}
	s, err := e.Seal()
	if err != nil {
		t.Fatal(err)
	}
	data, ok := s.Data.(UnknownEvent)
	if !ok || s.Type != Unknown || data.Source != "message.received" || data.Reason != TooLarge || data.Error == nil || len(s.Attachments) != 0 {
		t.Errorf("%s: %+v", s.Type, s.Data)
	}
	if s.Key != e.Key || s.SourceKey != "one" || s.Class != Durable || e.Type != MessageReceived {
		t.Errorf("another occurrence: %+v", s.Event)
	}
	if !bytes.Contains(s.RawJSON, []byte(card)) || !bytes.Contains(s.RawJSON, []byte(`"library":"wapost"`)) {
		t.Error("our own payload is not kept")
	}
	e.Raw = &Raw{Library: "whatsmeow", Type: "waE2E.Message", JSON: mustMarshal(t, map[string]string{"a": strings.Repeat("é", 2<<20)})}
	if s, err = e.Seal(); err != nil {
		t.Fatal(err)
	}
	var raw struct {
		Library string
		JSON    struct {
			Abridged      bool
			Size          int
			SHA256, Start string
		}
	}
	if err := json.Unmarshal(s.RawJSON, &raw); err != nil || len(s.RawJSON) > largestRaw {
		t.Fatalf("%d bytes, %v", len(s.RawJSON), err)
	}
	if j := raw.JSON; raw.Library != "whatsmeow" || !j.Abridged || j.Size != len(e.Raw.JSON) || len(j.SHA256) != 64 || !strings.HasPrefix(string(e.Raw.JSON), j.Start) || j.Start == "" {
		t.Errorf("%d bytes begin with %q", j.Size, j.Start[:20])
	}
	shown := (&Recorded{Body: s.Body(1), Raw: s.RawJSON}).With([]Include{IncludeRaw})
	if !bytes.Contains(shown, []byte(`"abridged":true`)) || len(shown) > LargestBody {
		t.Errorf("what is kept of the raw form is not shown: %d bytes", len(shown))
	}
}

func mustMarshal(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func BenchmarkBound(b *testing.B) {
	data := any(exampleMessage())
	b.ReportAllocs()
	for b.Loop() {
		Bound(data)
	}
}
