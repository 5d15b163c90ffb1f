package whatsapp

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"wapost/internal/event"
)

const (
	library     = "whatsmeow"
	messageType = "waE2E.Message" // of rawMessage
)

// rawMessage returns a message as it came, wrappers and media keys included, secrets left out.
func rawMessage(m *events.Message) *event.Raw {
	source := m.RawMessage
	if source == nil {
		source = m.Message
	}
	if source == nil {
		return nil
	}
	return &event.Raw{Library: library, Type: messageType, JSON: rawProto(source)}
}

// rawProto renders a message without its secrets. protojson puts spaces at random between tokens; the journal compacts. It
// refuses text that is no UTF-8: such a message is kept as its bytes.
func rawProto(m *waE2E.Message) json.RawMessage {
	clean := cleaned(m)
	b, err := protojson.Marshal(clean)
	if err == nil {
		return withUnknown(b, clean)
	}
	wire, err := proto.Marshal(clean)
	if err != nil {
		return mustJSON(map[string]string{"error": "the library cannot render this message"})
	}
	return mustJSON(map[string]any{"error": "the message is no valid UTF-8", "protobuf": wire})
}

// withUnknown adds the bytes of fields that are newer than the library, which protobuf JSON leaves out: those of the message
// itself, without its wrappers.
func withUnknown(b []byte, m *waE2E.Message) json.RawMessage {
	if !bare(m) {
		m = unwrap(m).msg
	}
	unknown := m.ProtoReflect().GetUnknown()
	end := bytes.LastIndexByte(b, '}')
	if len(unknown) == 0 || end < 0 {
		return b
	}
	member := append([]byte(`"unknownFields":`), mustJSON([]byte(unknown))...)
	if bytes.HasSuffix(bytes.TrimSpace(b[:end]), []byte("{")) {
		return append(append(b[:end], member...), '}')
	}
	return append(append(append(b[:end], ','), member...), '}')
}

// secret reports whether a field must never leave the gateway: with it others could read or forge.
func secret(name protoreflect.Name) bool {
	switch name {
	case "messageSecret", "botMessageSecret", "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage",
		"appStateSyncKeyShare", "groupRootKeyShare", "rootSecretDistributeMessage", "ephemeralSharedSecret",
		"accountEncryptionAttestation", "nctSaltSyncAction", "wasaRootSecretAction", "secretCode", "callKey", "masterKey", "encKey":
		return true
	}
	return false
}

// nesting bounds the walk: a quote holds a message that holds a quote … What lies deeper is left out.
const nesting = 32

// cleaned returns a copy of a message without secrets, at any depth. (Copying only what leads to a secret was measured: it is
// slower, because the walk by reflection costs more than the copy.)
func cleaned[M proto.Message](m M) M {
	c := proto.CloneOf(m)
	redact(c.ProtoReflect(), 0)
	return c
}

func redact(m protoreflect.Message, depth int) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case secret(f.Name()):
			m.Clear(f)
		case f.Message() == nil || f.IsMap():
		case depth == nesting:
			m.Clear(f)
		case f.IsList():
			for i := range v.List().Len() {
				redact(v.List().Get(i).Message(), depth+1)
			}
		default:
			redact(v.Message(), depth+1)
		}
		return true
	})
}

// rawEvent returns a struct of the library as JSON.
func rawEvent(evt any) (raw *event.Raw) {
	name := fmt.Sprintf("%T", evt)
	defer func() {
		if recover() != nil { // a struct that cannot be marshalled
			raw = nil
		}
	}()
	switch v := evt.(type) {
	case *events.MediaRetry:
		return nil // of use only with the media key, and never shown
	case *events.HistorySync:
		return nil // whole chats
	case *events.AppState:
		return nil // may hold secrets; what may be shown is in appstate.patch_received
	case *events.FBMessage: // other applications than this one carry keys
		if c := v.GetConsumerApplication(); c != nil {
			if b, err := protojson.Marshal(cleaned(c)); err == nil {
				return &event.Raw{Library: library, Type: "waConsumerApplication.ConsumerApplication", JSON: b}
			}
		}
		return &event.Raw{Library: library, Type: name, JSON: mustJSON(map[string]string{"id": v.Info.ID})}
	}
	return &event.Raw{Library: library, Type: name, JSON: mustJSON(evt)}
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}
