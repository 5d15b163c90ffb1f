package whatsapp

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"wapost/internal/event"
)

// huge is more than a body holds, once each of its bytes is escaped.
func huge() string { return strings.Repeat("\x01", 120<<10) }

// fieldsWithin calls f with the path of each string, text of bytes and list of a message, so many messages deep. What is in a quote
// or in a wrapper is what is outside of it.
func fieldsWithin(d protoreflect.MessageDescriptor, path []protoreflect.FieldDescriptor, deep int, f func([]protoreflect.FieldDescriptor)) {
	for i := range d.Fields().Len() {
		field := d.Fields().Get(i)
		here := append(path[:len(path):len(path)], field)
		switch {
		case field.IsMap():
		case field.Message() != nil:
			if field.IsList() {
				f(here)
			}
			if deep > 1 && field.Message().FullName() != "WAWebProtobufsE2E.Message" && field.Message().FullName() != "WAWebProtobufsE2E.FutureProofMessage" {
				fieldsWithin(field.Message(), here, deep-1, f)
			}
		case field.Kind() == protoreflect.StringKind, field.Kind() == protoreflect.BytesKind:
			f(here)
		}
	}
}

// with returns a message whose field at the end of a path is huge.
func with(path []protoreflect.FieldDescriptor, text string) *waE2E.Message {
	top := &waE2E.Message{}
	m := top.ProtoReflect()
	for i, field := range path {
		last := i == len(path)-1
		switch {
		case field.Message() != nil && field.IsList():
			list := m.Mutable(field).List()
			for range 1 + 20_000*btoi(last) {
				list.Append(list.NewElement())
			}
			m = list.Get(0).Message()
		case field.Message() != nil:
			m = m.Mutable(field).Message()
		case field.IsList():
			list := m.Mutable(field).List()
			for range 2000 {
				list.Append(scalar(field, text[:2000]))
			}
		default:
			m.Set(field, scalar(field, text))
		}
	}
	return top
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func scalar(field protoreflect.FieldDescriptor, text string) protoreflect.Value {
	if field.Kind() == protoreflect.BytesKind {
		return protoreflect.ValueOfBytes([]byte(text))
	}
	return protoreflect.ValueOfString(text)
}

// sealedWithin fails when an event that comes of something is larger than a body may be, or is not the occurrence that it was.
func sealedWithin(t *testing.T, name string, list []*event.Event) {
	t.Helper()
	for _, e := range list {
		s, err := e.Seal()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := len(s.Body(1)); n > event.LargestBody || len(s.Key) > longestKey {
			t.Errorf("%s: %s of %d bytes under a key of %d", name, s.Type, n, len(s.Key))
		}
		if s.Key != e.Key || s.SourceKey != e.SourceKey {
			t.Errorf("%s: another occurrence", name)
		}
		if _, message := e.Data.(event.Message); message && s.Type == event.Unknown {
			t.Errorf("%s: who asked for messages does not learn of this one: %+v", name, s.Data)
		}
	}
}

func TestNoFieldOfAMessageMakesABodyTooLarge(t *testing.T) {
	text, n := huge(), 0
	fieldsWithin((&waE2E.Message{}).ProtoReflect().Descriptor(), nil, 5, func(path []protoreflect.FieldDescriptor) {
		// a context is the same in all kinds; extended text stands for them
		if len(path) > 1 && path[1].Name() == "contextInfo" && path[0].Name() != "extendedTextMessage" {
			return
		}
		n++
		name := ""
		for _, field := range path {
			name += "." + string(field.Name())
		}
		m := with(path, text)
		if x := m.GetExtendedTextMessage().GetContextInfo(); x != nil && x.StanzaID == nil {
			x.StanzaID = proto.String("3A00")
		}
		tr := testTranslator()
		tr.noRaw = true
		tr.original = &event.Message{Content: event.Content{Poll: &event.Poll{}, Event: &event.Meeting{}}, FromMe: new(bool), Sender: event.Person{LID: event.Text("99000000000002@lid")}}
		sealedWithin(t, name, tr.translate(fromPeer(m)).Events)
	})
	if n < 600 {
		t.Errorf("only %d fields were tried", n)
	}
}

// stuff sets all strings of what the library gives to a text, and gives each list so many entries.
func stuff(v reflect.Value, text string, entries, deep int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		if deep > 0 && v.Type() != reflect.TypeFor[*waE2E.Message]() {
			v.Set(reflect.New(v.Type().Elem()))
			stuff(v.Elem(), text, entries, deep-1)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 || deep == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), entries, entries))
		for i := range entries {
			stuff(v.Index(i), text, 1, deep-1)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(sentAt))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() && v.Type().Field(i).IsExported() {
				stuff(v.Field(i), text, entries, deep)
			}
		}
	}
}

func TestNothingThatTheLibraryTellsMakesABodyTooLarge(t *testing.T) {
	for _, of := range []reflect.Type{
		reflect.TypeFor[events.GroupInfo](), reflect.TypeFor[events.JoinedGroup](), reflect.TypeFor[events.Picture](), reflect.TypeFor[events.UserAbout](),
		reflect.TypeFor[events.Blocklist](), reflect.TypeFor[events.PushName](), reflect.TypeFor[events.BusinessName](), reflect.TypeFor[events.IdentityChange](),
		reflect.TypeFor[events.Presence](), reflect.TypeFor[events.ChatPresence](), reflect.TypeFor[events.Receipt](), reflect.TypeFor[events.UndecryptableMessage](),
		reflect.TypeFor[events.NewsletterJoin](), reflect.TypeFor[events.NewsletterLeave](), reflect.TypeFor[events.NewsletterMuteChange](),
		reflect.TypeFor[events.NewsletterLiveUpdate](), reflect.TypeFor[events.CallOffer](), reflect.TypeFor[events.CallOfferNotice](),
		reflect.TypeFor[events.CallAccept](), reflect.TypeFor[events.CallPreAccept](), reflect.TypeFor[events.CallReject](), reflect.TypeFor[events.CallTerminate](),
		reflect.TypeFor[events.CallTransport](), reflect.TypeFor[events.CallRelayLatency](), reflect.TypeFor[events.UnknownCallEvent](),
		reflect.TypeFor[events.Contact](), reflect.TypeFor[events.Star](), reflect.TypeFor[events.DeleteForMe](), reflect.TypeFor[events.LabelEdit](),
		reflect.TypeFor[events.LabelAssociationChat](), reflect.TypeFor[events.LabelAssociationMessage](), reflect.TypeFor[events.PushNameSetting](),
		reflect.TypeFor[events.AppStateSyncError](), reflect.TypeFor[events.NotifyAccountReachoutTimelock](), reflect.TypeFor[events.Message](),
	} {
		for name, c := range map[string]struct {
			text    string
			entries int
		}{"long strings": {huge(), 1}, "long lists": {"x", 3000}, "both": {strings.Repeat("\x01", 300), 1100}} {
			v := reflect.New(of)
			stuff(v.Elem(), c.text, c.entries, 3)
			if m, ok := v.Interface().(*events.Message); ok {
				m.Message, m.RawMessage = &waE2E.Message{Conversation: proto.String("x")}, nil
			}
			sealedWithin(t, name+" in "+of.Name(), testTranslator().translate(v.Interface()).Events)
		}
	}
}

func TestALongReceiptIsToldInParts(t *testing.T) {
	r := &events.Receipt{Timestamp: sentAt, Type: types.ReceiptTypeRead, MessageSource: types.MessageSource{
		Chat: types.NewJID("99000000000002", types.HiddenUserServer), Sender: types.NewJID("99000000000002", types.HiddenUserServer)}}
	for range 2100 {
		r.MessageIDs = append(r.MessageIDs, "3A"+strings.Repeat("0", len(r.MessageIDs)%7))
	}
	b, told, keys := testTranslator().translate(r), 0, map[string]bool{}
	for _, e := range b.Events {
		n := len(e.Data.(event.Seen).MessageIDs)
		told += n
		keys[e.SourceKey] = true
		if n > 1024 {
			t.Errorf("%d ids in one event", n)
		}
	}
	if len(b.Events) != 3 || told != 2100 || len(keys) != 3 {
		t.Errorf("%d events under %d keys tell of %d messages", len(b.Events), len(keys), told)
	}
}

// Bodies that a stranger could make large, as they were found.
func TestWhatWasTooLargeOnce(t *testing.T) {
	long := strings.Repeat("e", 10_000_000)
	crowd := &waE2E.ContextInfo{}
	for range 1024 {
		crowd.MentionedJID = append(crowd.MentionedJID, strings.Repeat("1", 2000)+"@lid")
	}
	named := fromPeer(&waE2E.Message{Conversation: proto.String("hi")})
	named.Info.PushName = long[:700_000]
	reaction := fromPeer(with(nil, ""))
	reaction.Message = &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Text: &long}}
	for name, m := range map[string]*events.Message{
		"a reaction": reaction, "a push name": named,
		"mentions": fromPeer(&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("all of you"), ContextInfo: crowd}}),
	} {
		e := testTranslator().translate(m).Events[0]
		s, err := e.Seal()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.Body(1)); n > event.LargestBody || s.Type == event.Unknown {
			t.Errorf("%s: %s of %d bytes", name, s.Type, n)
		}
		switch d := s.Data.(type) {
		case event.Reaction:
			if len(*d.Emoji) != 64 {
				t.Errorf("an emoji of %d bytes", len(*d.Emoji))
			}
		case event.Message:
			if d.PushName != nil && len(*d.PushName) != 1024 {
				t.Errorf("a name of %d bytes", len(*d.PushName))
			}
			if d.MentionsTotal == 1024 && (*d.Text != "all of you" || d.Kind != event.KindText || len(d.Mentions) != 0) {
				t.Errorf("a %s with %d mentions", d.Kind, len(d.Mentions))
			}
		}
	}
}
