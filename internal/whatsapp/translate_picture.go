package whatsapp

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// picture: somebody's, a group's or our own picture changed. Ours comes without an id when another own device has set it, and
// after its acknowledgement.
func (t *translator) picture(v *events.Picture) session.Batch {
	data := event.PictureUpdate{Removed: v.Remove, PictureID: event.Text(v.PictureID)}
	if !v.Author.IsEmpty() {
		author := t.anyone(v.Author)
		data.Author = &author
	}
	switch {
	case v.JID.Server == types.GroupServer:
		c := t.chat(v.JID, types.EmptyJID)
		data.TargetKind, data.Target = "group", event.PictureTarget{JID: c.JID, Kind: &c.Kind, Name: c.Name}
	case t.isMe(v.JID):
		me := t.me(v.JID)
		data.TargetKind, data.Target = "self", event.PictureTarget{JID: me.JID, LID: me.LID, Phone: me.Phone, Name: me.Name}
	default:
		who := t.anyone(v.JID)
		data.TargetKind, data.Target = "user", event.PictureTarget{JID: who.JID, LID: who.LID, Phone: who.Phone, Name: who.Name}
	}
	change := v.PictureID
	if v.Remove {
		change = "removed"
	}
	source := identity(string(event.PictureChange), t.key(v.JID, types.EmptyJID), strconv.FormatInt(v.Timestamp.Unix(), 10), change)
	own := v.PictureID == "" && !v.Remove
	if own { // never repeated, so every one is new
		source = ""
	}
	b := t.personEvent(event.PictureChange, v.JID, v.Timestamp, source, data)
	if !own {
		b.Events[0].Class = event.Durable
	}
	return b
}
