package whatsapp

import (
	"encoding/json"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"

	"wapost/internal/event"
	"wapost/internal/session"
)

// patch translates one change of the app state as WhatsApp keeps it. It comes besides the event of its own kind, and alone
// for the kinds that the library does not know.
func (t *translator) patch(v *events.AppState) session.Batch {
	data := event.AppStatePatch{Index: v.Index, Value: json.RawMessage("{}")}
	if data.Index == nil {
		data.Index = []string{}
	}
	at := time.UnixMilli(v.GetTimestamp())
	if v.SyncActionValue != nil {
		clean := cleaned(v.SyncActionValue)
		data.Action = event.Text(actionOf(clean))
		if b, err := protojson.Marshal(clean); err == nil { // else it stays empty: text that is no UTF-8
			data.Value = b
		}
	}
	b := t.stateEvent(entry{evt: v, kind: event.AppStatePatched, at: at}, "d", data)
	b.Events[0].Raw = nil // it is raw itself
	if len(v.Index) > 1 && v.Index[0] == appstate.IndexPNForLIDChat {
		var p parties
		p.learn(t.people, parse(v.Index[1]), parse(v.GetPnForLidChatAction().GetPnJID()))
		b.Learned = p.learned
	}
	b.Events = append(b.Events, t.lidContact(v, at)...)
	return b
}

// actionOf returns the name of the value that is set, "" for none or one that is unknown.
func actionOf(v *waSyncAction.SyncActionValue) (name string) {
	v.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if f.Name() != "timestamp" {
			name = snake(string(f.Name()))
		}
		return name == ""
	})
	return name
}

// lidContact translates an entry of the address book for someone without a number, which the library has no struct for.
func (t *translator) lidContact(v *events.AppState, at time.Time) []*event.Event {
	j, a, ok := lidContact(v)
	if !ok {
		return nil
	}
	data := event.ContactUpdate{Contact: t.entered(j, types.EmptyJID, firstOf(a.GetFullName(), a.GetFirstName())),
		FirstName: event.Text(a.GetFirstName()), FullName: event.Text(a.GetFullName()), Username: event.Text(a.GetUsername())}
	b, _ := t.chatEntry(entry{evt: v, kind: event.ContactUpdated, jid: j, at: at}, data)
	return b.Events
}

// lidContact returns an entry of the address book for someone without a number.
func lidContact(v *events.AppState) (types.JID, *waSyncAction.LidContactAction, bool) {
	a := v.GetLidContactAction()
	if len(v.Index) < 2 || v.Index[0] != appstate.IndexLIDContact || a == nil {
		return types.EmptyJID, nil, false
	}
	return parse(v.Index[1]), a, true
}
