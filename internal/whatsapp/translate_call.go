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
	case *events.CallTransport:
		return t.callPlumbing(event.CallTransport, &v.BasicCallMeta), true
	case *events.CallRelayLatency:
		return t.callPlumbing(event.CallLatency, &v.BasicCallMeta), true
	case *events.UnknownCallEvent:
		return t.unknownCall(v), true
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

// callPlumbing is a signal of which every occurrence is new, and which is not worth its place in the log.
func (t *translator) callPlumbing(kind event.Type, m *types.BasicCallMeta) session.Batch {
	b := t.callEvent(kind, m, t.callData(m))
	b.Events[0].SourceKey = ""
	return b
}

// unknownCall reads what can be read of a signal that nobody knows.
func (t *translator) unknownCall(v *events.UnknownCallEvent) session.Batch {
	e := event.New(event.CallUnknown)
	e.Key, e.At, e.Raw = "d", t.now, rawEvent(v)
	data := event.UnknownCall{}
	if v.Node != nil {
		e.SourceKey = identity(string(e.Type), digest(v)) // the stanza's id is in it
		if from := nodeJID(v.Node, "from"); !from.IsEmpty() {
			p := t.anyone(from)
			data.From = &p
		}
		if children := v.Node.GetChildren(); len(children) == 1 {
			t.readCall(&data, &children[0])
		}
	}
	e.Data = data
	return session.Batch{Events: []*event.Event{e}}
}

func (t *translator) readCall(data *event.UnknownCall, signal *waBinary.Node) {
	id, _ := signal.Attrs["call-id"].(string)
	data.CallID, data.Tag = event.Text(id), event.Text(signal.Tag)
	if by := nodeJID(signal, "call-creator"); !by.IsEmpty() {
		p := t.anyone(by)
		data.Creator = &p
	}
	if j := nodeJID(signal, "group-jid"); !j.IsEmpty() {
		g := t.chat(j, types.EmptyJID)
		data.Group = &g
	}
}

// offersVideo reports whether an offer is for video; nil when it does not say.
func offersVideo(offer *waBinary.Node) *bool {
	if offer == nil || len(offer.GetChildren()) == 0 {
		return nil
	}
	_, video := offer.GetOptionalChildByTag("video")
	return &video
}
