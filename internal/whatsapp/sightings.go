package whatsapp

import (
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/session"
)

// backlogStep is after how many stanzas of the backlog its progress is told.
const backlogStep = 20

// countBacklog counts the stanzas that WhatsApp marks as missed.
func (l *Line) countBacklog(n *waBinary.Node) {
	if _, marked := n.Attrs["offline"]; !marked {
		return
	}
	l.mu.Lock()
	l.missed++
	came := l.missed
	l.mu.Unlock()
	if came%backlogStep == 0 {
		l.obs.Signal(session.BacklogStep{Came: came})
	}
}

// phonePause is the least time between two signs of the phone that are passed on.
const phonePause = time.Minute

// lookForPhone passes on that the phone which owns the number gave a sign: it wrote, it read, or it received what another of
// the account's devices sent. Notices about the account do not count: they may come from any device.
func (l *Line) lookForPhone(n *waBinary.Node) {
	if n.Tag != "message" && n.Tag != "receipt" {
		return
	}
	by, _ := n.Attrs["participant"].(types.JID)
	if by.IsEmpty() {
		by, _ = n.Attrs["from"].(types.JID)
	}
	stamp, _ := n.Attrs["t"].(string)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return
	}
	at := time.Unix(seconds, 0)
	l.mu.Lock()
	phone := by.Device == 0 && (by.Server == types.DefaultUserServer && by.User == l.own.jid.User || by.Server == types.HiddenUserServer && by.User == l.own.lid.User)
	fresh := phone && by.User != "" && at.Sub(l.phoneAt) >= phonePause
	if fresh {
		l.phoneAt = at
	}
	l.mu.Unlock()
	if fresh {
		l.obs.Signal(session.PhoneSeen{At: at})
	}
}
