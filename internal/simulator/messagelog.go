package simulator

import (
	"encoding/hex"
	"strings"
	"time"

	"go.mau.fi/util/random"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// maxKnown bounds the messages that a phone remembers, for replies and for resends after retry receipts.
const maxKnown = 20_000

// knownMessage is a message that a phone has written or read.
type knownMessage struct {
	id       string
	chat     types.JID // group, or the other person's LID
	sender   types.JID // LID without device
	body     *waE2E.Message
	at       time.Time
	kind     string // of the stanza
	edit     string
	category string
	secret   bool // for phones alone, and not handed over by them
}

// messageLog remembers the newest messages by id. The zero value is empty; the owner guards it.
type messageLog struct {
	byID  map[string]knownMessage
	order []string
}

func (l *messageLog) add(m knownMessage) {
	if l.byID == nil {
		l.byID = map[string]knownMessage{}
	}
	if _, ok := l.byID[m.id]; !ok {
		if len(l.order) >= maxKnown {
			delete(l.byID, l.order[0])
			l.order = l.order[1:]
		}
		l.order = append(l.order, m.id)
	}
	l.byID[m.id] = m
}

func (p *Person) remember(m knownMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known.add(m)
}

// recall finds a message that the phone has written or read. In a group it also finds what other members wrote, of status updates what others posted. Errors:
// ErrUnknownMsg.
func (p *Person) recall(id string, chat types.JID) (knownMessage, error) {
	p.mu.Lock()
	m, ok := p.known.byID[id]
	p.mu.Unlock()
	if !ok {
		if g := p.srv.groupByJID(chat); g != nil {
			m, ok = g.recall(id)
		} else if chat == types.StatusBroadcastJID {
			m, ok = p.srv.posted(id)
		}
	}
	if !ok || m.chat != chat {
		return knownMessage{}, fail(CodeUnknownMsg, "no message %q in this chat", id)
	}
	return m, nil
}

// posted finds a status update of any person: phones do not hear each other, but people see what others post.
func (s *Server) posted(id string) (knownMessage, bool) {
	for _, p := range s.Persons() {
		p.mu.Lock()
		m, ok := p.known.byID[id]
		p.mu.Unlock()
		if ok && m.chat == types.StatusBroadcastJID {
			return m, true
		}
	}
	return knownMessage{}, false
}

// newMessageID makes an id as phones do: 3A and 18 hex digits.
func newMessageID() string { return "3A" + strings.ToUpper(hex.EncodeToString(random.Bytes(9))) }
