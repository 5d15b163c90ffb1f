package whatsapp

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// label translates labels, and what was put under them.
func (t *translator) label(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.LabelEdit:
		return t.accountEntry(entry{evt: evt, kind: event.LabelEdited, at: v.Timestamp, missing: v.Action == nil}, labelEdit(v))
	case *events.LabelAssociationChat:
		return t.chatEntry(entry{evt: evt, kind: event.LabelOnChat, jid: v.JID, at: v.Timestamp, missing: v.Action == nil},
			event.LabelChat{LabelID: v.LabelID, Chat: t.chatOf(v.JID), Labeled: v.Action.GetLabeled()})
	case *events.LabelAssociationMessage:
		return t.chatEntry(entry{evt: evt, kind: event.LabelOnMessage, jid: v.JID, at: v.Timestamp, missing: v.Action == nil},
			event.LabelMessage{LabelID: v.LabelID, Chat: t.chatOf(v.JID), MessageID: v.MessageID, Labeled: v.Action.GetLabeled()})
	}
	return session.Batch{}, false
}

func labelEdit(v *events.LabelEdit) event.LabelEdit {
	data := event.LabelEdit{LabelID: v.LabelID, Name: event.Text(v.Action.GetName()), Deleted: v.Action.GetDeleted()}
	if a := v.Action; a != nil {
		data.Color, data.Order, data.PredefinedID, data.Active = number(a.Color), number(a.OrderIndex), number(a.PredefinedID), a.IsActive
		if a.Type != nil {
			data.ListType = event.Text(listType(*a.Type))
		}
	}
	return data
}

// listType returns the name of a kind of list; its number when the library has no name for it.
func listType(t waSyncAction.LabelEditAction_ListType) string { return strings.ToLower(t.String()) }

// number widens a number of a protobuf, nil for none.
func number(n *int32) *int {
	if n == nil {
		return nil
	}
	wide := int(*n)
	return &wide
}
