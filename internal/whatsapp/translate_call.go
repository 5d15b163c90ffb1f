package whatsapp

import (
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// call translates the signals of a call; false = not one of them.
func (t *translator) call(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.CallOffer:
		data := event.CallOfferData{Call: t.callData(&v.BasicCallMeta), Video: offersVideo(v.Data),
			Platform: event.Text(v.RemotePlatform), Version: event.Text(v.RemoteVersion)}
		return t.callEvent(event.CallOffer, &v.BasicCallMeta, data), true
	case *events.CallOfferNotice:
		data := event.CallNotice{Call: t.callData(&v.BasicCallMeta), Media: v.Media, Type: v.Type}
		return t.callEvent(event.CallOfferNotice, &v.BasicCallMeta, data), true
	case *events.CallAccept:
		data := event.CallAnswer{Call: t.callData(&v.BasicCallMeta), Platform: event.Text(v.RemotePlatform), Version: event.Text(v.RemoteVersion)}
		return t.callEvent(event.CallAccept, &v.BasicCallMeta, data), true
	case *events.CallPreAccept:
		data := event.CallAnswer{Call: t.callData(&v.BasicCallMeta), Platform: event.Text(v.RemotePlatform), Version: event.Text(v.RemoteVersion)}
		return t.callEvent(event.CallPreAccept, &v.BasicCallMeta, data), true
	case *events.CallReject:
		return t.callEvent(event.CallReject, &v.BasicCallMeta, t.callData(&v.BasicCallMeta)), true
	case *events.CallTerminate:
		data := event.CallEnd{Call: t.callData(&v.BasicCallMeta), Reason: event.Text(v.Reason)}
		return t.callEvent(event.CallTerminate, &v.BasicCallMeta, data), true
	}
	return session.Batch{}, false
}

func (t *translator) callData(m *types.BasicCallMeta) event.Call {
	c := event.Call{CallID: m.CallID, From: t.anyone(m.From), Creator: t.person(m.CallCreator, m.CallCreatorAlt, "")}
	if m.From.User == m.CallCreator.User {
		c.From = t.person(m.From, m.CallCreatorAlt, "")
	}
	if !m.GroupJID.IsEmpty() {
		g := t.chat(m.GroupJID, types.EmptyJID)
		c.Group = &g
	}
	return c
}

// callEvent makes the event. A call belongs to the chat with its creator, or to the group.
func (t *translator) callEvent(kind event.Type, m *types.BasicCallMeta, data any) session.Batch {
	e := event.New(kind)
	e.Data, e.At, e.Origin = data, m.Timestamp, t.origin(m.Timestamp)
	if e.At.IsZero() {
		e.At = t.now
	}
	chat := t.key(m.CallCreator, m.CallCreatorAlt)
	if !m.GroupJID.IsEmpty() {
		chat = plain(m.GroupJID)
	}
	e.Key = "c|" + chat
	e.SourceKey = identity(string(kind), m.CallID, t.key(m.From, types.EmptyJID), strconv.FormatInt(m.Timestamp.Unix(), 10))
	var p parties
	p.learn(t.people, m.CallCreator, m.CallCreatorAlt)
	return session.Batch{Events: []*event.Event{e}, Learned: p.learned}
}

// offersVideo reports whether an offer is for video; nil when it does not say.
func offersVideo(offer *waBinary.Node) *bool {
	if offer == nil || len(offer.GetChildren()) == 0 {
		return nil
	}
	_, video := offer.GetOptionalChildByTag("video")
	return &video
}
