package whatsapp

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"wapost/internal/event"
)

// The fields of waE2E.Message that give no event, and why.
func noEvent() map[string]string {
	return map[string]string{
		"senderKeyDistributionMessage":               "keys of a group; the library takes them",
		"fastRatchetKeySenderKeyDistributionMessage": "keys of a group",
		"messageContextInfo":                         "describes the content beside it",
		"stickerSyncRmrMessage":                      "between the account's own devices",
		"groupRootKeyShare":                          "keys of a group",
		"rootSecretDistributeMessage":                "keys of a group",
	}
}

// The fields that are kind unsupported, and why.
func notRendered() map[string]string {
	return map[string]string{
		"call":                      "a key of a call of old apps; nothing that a person would read",
		"chat":                      "names a chat for old apps",
		"conditionalRevealMessage":  "nobody but the server has the key",
		"statusLinkPreviewMetadata": "describes the text beside it; alone it says nothing",
		"encCommentMessage":         "the comment takes its place when the secret of its target is known",
		"secretEncryptedMessage":    "without a type it is not known what is inside",
	}
}

// fromPeer is a message from a person in a direct chat.
func fromPeer(m *waE2E.Message) *events.Message {
	peer := types.NewJID("99000000000002", types.HiddenUserServer)
	return (&events.Message{RawMessage: m, Info: types.MessageInfo{ID: "3A01", Timestamp: sentAt,
		MessageSource: types.MessageSource{Chat: peer, Sender: peer}}}).UnwrapRaw()
}

// kindOf returns the kind of a message that an event holds; "" for another event.
func kindOf(e *event.Event) event.MessageKind {
	switch d := e.Data.(type) {
	case event.Message:
		return d.Kind
	case event.SentMessage:
		return d.Kind
	case event.EditedMessage:
		return d.Kind
	case event.EditedPost:
		return d.Kind
	}
	return ""
}

// A new field of the library fails here: it would be kept raw, as unsupported, until someone decides what becomes of it.
func TestEveryFieldOfAMessageIsDecidedAbout(t *testing.T) {
	fields := (&waE2E.Message{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		name := string(f.Name())
		m := &waE2E.Message{}
		wrapper := fill(m.ProtoReflect(), f)
		batch := testTranslator().translate(fromPeer(m))
		_, silent := noEvent()[name]
		_, raw := notRendered()[name]
		switch {
		case silent != (len(batch.Events) == 0):
			t.Errorf("%s gives %d events", name, len(batch.Events))
			continue
		case silent:
			continue
		case batch.Events[0].Type == event.Unknown:
			t.Errorf("%s is an unknown event: %+v", name, batch.Events[0].Data)
		case raw != (kindOf(batch.Events[0]) == event.KindUnsupported):
			t.Errorf("%s is a %s of kind %q", name, batch.Events[0].Type, kindOf(batch.Events[0]))
		}
		if wrapper && kindOf(batch.Events[0]) != event.KindText && kindOf(batch.Events[0]) != event.KindStatusMention {
			t.Errorf("%s hides its content: kind %q", name, kindOf(batch.Events[0]))
		}
	}
}

// fill sets a field to something small; true = it wraps a text now.
func fill(m protoreflect.Message, f protoreflect.FieldDescriptor) bool {
	if f.Message() == nil {
		m.Set(f, protoreflect.ValueOfString("text"))
		return false
	}
	inner := m.Mutable(f).Message()
	if key := inner.Descriptor().Fields().ByName("type"); f.Name() == "protocolMessage" && key != nil {
		inner.Set(key, protoreflect.ValueOfEnum(waE2E.ProtocolMessage_REMINDER_MESSAGE.Number()))
	}
	w := inner.Descriptor().Fields().ByName("message")
	if w == nil || w.Message() == nil || w.Message().FullName() != m.Descriptor().FullName() {
		return false
	}
	inner.Mutable(w).Message().Set(m.Descriptor().Fields().ByName("conversation"), protoreflect.ValueOfString("text"))
	return true
}

// What the types of protocol messages become. "" = nothing.
const protocolTypes = `REVOKE=message.deleted EPHEMERAL_SETTING=chat.disappearing_timer EPHEMERAL_SYNC_RESPONSE=message.protocol
HISTORY_SYNC_NOTIFICATION= APP_STATE_SYNC_KEY_SHARE= APP_STATE_SYNC_KEY_REQUEST= MSG_FANOUT_BACKFILL_REQUEST=
INITIAL_SECURITY_NOTIFICATION_SETTING_SYNC=message.protocol APP_STATE_FATAL_EXCEPTION_NOTIFICATION=appstate.sync_error
SHARE_PHONE_NUMBER=contact.phone_shared MESSAGE_EDIT=message.edited PEER_DATA_OPERATION_REQUEST_MESSAGE=
PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE= REQUEST_WELCOME_MESSAGE=message.protocol BOT_FEEDBACK_MESSAGE=message.protocol
MEDIA_NOTIFY_MESSAGE=message.protocol CLOUD_API_THREAD_CONTROL_NOTIFICATION=message.protocol LID_MIGRATION_MAPPING_SYNC=
REMINDER_MESSAGE=message.protocol BOT_MEMU_ONBOARDING_MESSAGE=message.protocol STATUS_MENTION_MESSAGE=message.received
STOP_GENERATION_MESSAGE=message.protocol LIMIT_SHARING=chat.limit_sharing AI_PSI_METADATA=message.protocol
AI_QUERY_FANOUT=message.protocol GROUP_MEMBER_LABEL_CHANGE=group.member_label AI_MEDIA_COLLECTION_MESSAGE=message.protocol
MESSAGE_UNSCHEDULE=message.protocol CHAT_THEME_SETTING=message.protocol AI_METADATA_OPERATION=message.protocol
MARK_AS_VERIFIED_ACTION=message.protocol COEX_STATE_SYNC=message.protocol`

func TestEveryTypeOfAProtocolMessageIsDecidedAbout(t *testing.T) {
	decided := map[string]string{}
	for _, entry := range strings.Fields(protocolTypes) {
		name, becomes, _ := strings.Cut(entry, "=")
		decided[name] = becomes
	}
	for number, name := range waE2E.ProtocolMessage_Type_name {
		want, ok := decided[name]
		if !ok {
			t.Errorf("%s is new: decide what becomes of it", name)
			continue
		}
		text, id, own := "text", "3A00", true
		batch := testTranslator().translate(fromPeer(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_Type(number).Enum(), Key: &waCommon.MessageKey{ID: &id, FromMe: &own}, EditedMessage: &waE2E.Message{Conversation: &text}}}))
		got := ""
		if len(batch.Events) > 0 {
			got = string(batch.Events[0].Type)
		}
		if got != want {
			t.Errorf("%s gives %q, want %q", name, got, want)
		}
	}
	future := testTranslator().translate(fromPeer(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_Type(9999).Enum()}}))
	if len(future.Events) != 1 || future.Events[0].Type != event.MessageProtocol {
		t.Errorf("a type of the future: %+v", future.Events)
	}
}

// A field that is newer than the library is not in protobuf JSON: its bytes are kept beside it.
func TestAFieldOfTheFutureIsKeptRaw(t *testing.T) {
	future := protowire.AppendBytes(protowire.AppendTag(nil, 4711, protowire.BytesType), []byte("from the future"))
	inner := &waE2E.Message{}
	inner.ProtoReflect().SetUnknown(future)
	for name, m := range map[string]*waE2E.Message{"on top": inner, "wrapped": {EphemeralMessage: &waE2E.FutureProofMessage{Message: inner}}} {
		b := testTranslator().translate(fromPeer(m))
		if len(b.Events) != 1 || kindOf(b.Events[0]) != event.KindUnsupported {
			t.Fatalf("%s: %+v", name, b.Events)
		}
		var raw struct {
			Unknown []byte `json:"unknownFields"`
		}
		if err := json.Unmarshal(b.Events[0].Raw.JSON, &raw); err != nil || !bytes.Equal(raw.Unknown, future) {
			t.Errorf("%s: %s, %v", name, b.Events[0].Raw.JSON, err)
		}
	}
}

// FuzzMessage: no bytes make the translation panic, none but keys and the talk of own devices give nothing, and whatever comes
// out can be rendered within the size of a body.
func FuzzMessage(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m waE2E.Message
		if proto.Unmarshal(b, &m) != nil {
			return
		}
		evt := fromPeer(&m)
		batch := testTranslator().translate(evt)
		if len(batch.Events) == 0 && !mayBeSilent(evt) {
			t.Fatalf("nothing came of %s", protojson.Format(&m))
		}
		for _, e := range batch.Events {
			if d, ok := e.Data.(event.UnknownEvent); ok {
				t.Fatalf("%+v came of %s", d, protojson.Format(&m))
			}
			s, err := e.Seal()
			if err != nil {
				t.Fatalf("%s cannot be rendered: %v", e.Type, err)
			}
			if n := len(s.Body(1)); n > event.LargestBody {
				t.Fatalf("%s has %d bytes", e.Type, n)
			}
			if e.Key == "" || e.At.IsZero() {
				t.Fatalf("%s has no key or no time", e.Type)
			}
		}
	})
}

// mayBeSilent reports whether a message may give no event.
func mayBeSilent(m *events.Message) bool {
	c := unwrap(m.Message)
	if c.internal() {
		return true
	}
	name := waE2E.ProtocolMessage_Type_name[int32(c.msg.GetProtocolMessage().GetType())]
	return c.field == "protocolMessage" && strings.Contains(" "+strings.ReplaceAll(protocolTypes, "\n", " ")+" ", " "+name+"= ")
}

// seeds are the messages of the golden files.
func seeds(t testing.TB) (all [][]byte) {
	for _, s := range stimuli(t) {
		var m waE2E.Message
		if s.Message == nil || protojson.Unmarshal(s.Message, &m) != nil {
			continue
		}
		b, err := proto.Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}
