package whatsapp

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
)

// context fills in what a content says beside itself: the quote, mentions, forwarding, disappearing, an advertisement.
func (t *translator) context(data *event.Message, c *waE2E.ContextInfo, m *events.Message) {
	if c == nil {
		return
	}
	data.Quoted = t.quoted(c, m)
	for _, s := range c.GetMentionedJID() {
		if j := parse(s); !j.IsEmpty() {
			data.Mentions = append(data.Mentions, t.anyone(j))
		}
	}
	data.MentionsAll = c.GetNonJIDMentions() > 0
	for _, g := range c.GetGroupMentions() {
		data.GroupMentions = append(data.GroupMentions, event.GroupMention{JID: g.GetGroupJID(), Name: g.GetGroupSubject()})
	}
	data.Forwarded = forwarded(c)
	if seconds := c.GetExpiration(); seconds > 0 {
		data.Ephemeral = &event.Ephemeral{Seconds: int(seconds),
			ExpiresAt: event.TimeOf(m.Info.Timestamp.Add(time.Duration(seconds) * time.Second))}
	}
	data.Spoiler = data.Spoiler || c.GetIsSpoiler()
	data.Question = data.Question || c.GetIsQuestion()
	data.Ad = ad(c)
}

// anyone returns a person, ourselves included, by one address.
func (t *translator) anyone(j types.JID) event.Person {
	if t.isMe(j) {
		return t.me(j)
	}
	return t.person(j, types.EmptyJID, "")
}

func (t *translator) isMe(j types.JID) bool {
	return j.Server == types.DefaultUserServer && j.User == t.own.jid.User || j.Server == types.HiddenUserServer && j.User == t.own.lid.User
}

func (t *translator) quoted(c *waE2E.ContextInfo, m *events.Message) *event.Quoted {
	if c.GetStanzaID() == "" {
		return nil
	}
	q := &event.Quoted{MessageID: c.GetStanzaID(), Kind: event.KindUnsupported}
	if j := parse(c.GetParticipant()); !j.IsEmpty() {
		p := t.anyone(j)
		q.Sender = &p
	}
	if j := parse(c.GetRemoteJID()); !j.IsEmpty() && j != m.Info.Chat.ToNonAD() {
		chat := t.chat(j, types.EmptyJID)
		q.Chat = &chat
	}
	if quoted := c.GetQuotedMessage(); quoted != nil {
		inner := unwrap(&events.Message{Message: quoted})
		if inner.field == "conversation" || inner.field == "extendedTextMessage" {
			q.Kind = event.KindText
		}
		q.Text = event.Text(cut(inner.text()))
	}
	return q
}

func forwarded(c *waE2E.ContextInfo) *event.Forwarded {
	news := c.GetForwardedNewsletterMessageInfo()
	if !c.GetIsForwarded() && c.GetForwardingScore() == 0 && news == nil {
		return nil
	}
	f := &event.Forwarded{Score: int(c.GetForwardingScore())}
	if news != nil {
		f.Newsletter = &event.ForwardedChannel{JID: news.GetNewsletterJID(), Name: news.GetNewsletterName(), ServerID: int(news.GetServerMessageID())}
	}
	if c.ForwardOrigin != nil {
		f.Origin = event.Text(lower(c.GetForwardOrigin()))
	}
	return f
}

// ad returns the advertisement that a conversation began with. A link preview has the same form and no source.
func ad(c *waE2E.ContextInfo) *event.Ad {
	x := c.GetExternalAdReply()
	if x.GetSourceType() == "" && x.GetCtwaClid() == "" {
		return nil
	}
	return &event.Ad{Title: event.Text(x.GetTitle()), Body: event.Text(x.GetBody()), SourceType: event.Text(x.GetSourceType()),
		SourceID: event.Text(x.GetSourceID()), SourceURL: event.Text(x.GetSourceURL()), SourceApp: event.Text(x.GetSourceApp()),
		MediaURL: event.Text(x.GetMediaURL()), ThumbnailURL: event.Text(x.GetThumbnailURL()), CtwaClid: event.Text(x.GetCtwaClid()),
		Ref: event.Text(x.GetRef())}
}
