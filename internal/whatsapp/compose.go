package whatsapp

import (
	"crypto/rand"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// secretSize is the length of a message secret. It is fixed here, before the message is stored: the library would add a fresh
// one with every try, and a resend would be another message.
const secretSize = 32

// Compose turns an outgoing message into a finished protobuf.
//
// Errors: fault.Invalid for a kind that cannot be sent.
func (d *Dialer) Compose(m message.Outgoing, q session.Quote) ([]byte, error) {
	if m.Kind != message.Text {
		return nil, fault.New(fault.Invalid, "Unknown kind %q; this build sends text", m.Kind)
	}
	msg := composeText(m, q)
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	msg.MessageContextInfo = &waE2E.MessageContextInfo{MessageSecret: secret}
	b, err := proto.Marshal(msg)
	if err != nil {
		return nil, fmt.Errorf("marshal message: %w", err)
	}
	return b, nil
}

// composeText returns the short form when there is nothing but the text, as the official clients do.
func composeText(m message.Outgoing, q session.Quote) *waE2E.Message {
	c := composeContext(m, q)
	if proto.Size(c) == 0 {
		return &waE2E.Message{Conversation: proto.String(m.Text)}
	}
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String(m.Text), ContextInfo: c}}
}

func composeContext(m message.Outgoing, q session.Quote) *waE2E.ContextInfo {
	c := &waE2E.ContextInfo{}
	if q.MessageID != "" {
		c.StanzaID = proto.String(q.MessageID)
		c.Participant = proto.String(q.Sender)
		c.QuotedMessage = composeQuoted(q)
		if q.Chat != "" {
			c.RemoteJID = proto.String(q.Chat)
		}
	}
	for _, s := range m.Mentions {
		if s == message.MentionAll {
			c.NonJIDMentions = proto.Uint32(1)
			continue
		}
		if a, err := message.ParsePerson(s); err == nil { // Validate has refused the others
			c.MentionedJID = append(c.MentionedJID, a.JID())
		}
	}
	if m.Forwarded {
		c.IsForwarded, c.ForwardingScore = proto.Bool(true), proto.Uint32(1)
	}
	if m.Ephemeral != nil && *m.Ephemeral > 0 {
		c.Expiration = proto.Uint32(uint32(*m.Ephemeral))
		c.EphemeralSettingTimestamp = proto.Int64(time.Now().Unix())
	}
	return c
}
