package whatsapp

import (
	"strconv"
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"
)

// notices knows the notifications of a connection that are not answered yet, by arrival. The library tells what a notification
// says and not its id, which alone tells a change that is made twice within a second from one that WhatsApp repeats.
//
// It handles one stanza at a time and answers it before it takes the next, so what it tells of belongs to the first that fits
// and is not answered. Kinds that it handles beside that are not asked for.
type notices struct {
	mu      sync.Mutex
	waiting []notification
}

type notification struct{ id, kind, at string }

// arrived notes a notification as it comes off the wire.
func (n *notices) arrived(node *waBinary.Node) {
	var v notification
	v.id, _ = node.Attrs["id"].(string)
	v.kind, _ = node.Attrs["type"].(string)
	v.at, _ = node.Attrs["t"].(string)
	if v.id == "" || !told(v.kind) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting = append(n.waiting, v)
}

// answered notes that the library has acknowledged a notification.
func (n *notices) answered(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, v := range n.waiting {
		if v.id == id {
			n.waiting = append(n.waiting[:i], n.waiting[i+1:]...)
			return
		}
	}
}

// of returns the id of the notification that an event of the library tells; "" for other events.
func (n *notices) of(evt any) string {
	kind, at := noticeOf(evt)
	if kind == "" {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, v := range n.waiting {
		if v.kind == kind && (at.IsZero() || v.at == strconv.FormatInt(at.Unix(), 10)) {
			return v.id
		}
	}
	return ""
}

// told reports whether events tell of a kind of notification before it is answered.
func told(kind string) bool {
	switch kind {
	case "w:gp2", "picture", "status", "newsletter", "mex":
		return true
	}
	return false
}

// noticeOf returns the kind of notification that makes an event, and its time if the event has it.
func noticeOf(evt any) (kind string, at time.Time) {
	switch v := evt.(type) {
	case *events.GroupInfo:
		return "w:gp2", v.Timestamp
	case *events.JoinedGroup:
		return "w:gp2", time.Time{}
	case *events.Picture:
		if v.PictureID != "" || v.Remove { // else it is the own one, which is told after the answer
			return "picture", v.Timestamp
		}
	case *events.UserAbout:
		return "status", v.Timestamp
	case *events.NewsletterLiveUpdate:
		return "newsletter", v.Time
	case *events.NewsletterJoin:
		return "mex", v.Mex.Timestamp
	case *events.NewsletterLeave:
		return "mex", v.Mex.Timestamp
	case *events.NewsletterMuteChange:
		return "mex", v.Mex.Timestamp
	case *events.NotifyAccountReachoutTimelock:
		return "mex", v.Mex.Timestamp
	}
	return "", time.Time{}
}
