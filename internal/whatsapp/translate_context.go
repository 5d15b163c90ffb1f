package whatsapp

import (
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
)

// context fills in what a message says beside its content: the quote, mentions, forwarding, disappearing, an advertisement,
// and the message that it belongs to.
func (r *reader) context(data *event.Message, c *content, m *events.Message) {
	r.belongs(data, c, m)
	x := c.info
	if c.forwarded {
		data.Forwarded = &event.Forwarded{}
	}
	if x == nil {
		return
	}
	data.Quoted = r.quoted(x, m)
	if n := len(x.GetMentionedJID()); n > event.LongestList {
		data.MentionsTotal = n
	}
	for _, s := range first(x.GetMentionedJID()) {
		if p := r.t.someone(s); p != nil {
			data.Mentions = append(data.Mentions, *p)
		}
	}
	data.MentionsAll = x.GetNonJIDMentions() > 0
	for _, g := range first(x.GetGroupMentions()) {
		data.GroupMentions = append(data.GroupMentions, event.GroupMention{JID: g.GetGroupJID(), Name: g.GetGroupSubject()})
	}
	if f := forwarded(x); f != nil {
		data.Forwarded = f
	}
	if seconds := x.GetExpiration(); seconds > 0 {
		data.Ephemeral = &event.Ephemeral{Seconds: int(seconds),
			ExpiresAt: event.TimeOf(m.Info.Timestamp.Add(time.Duration(seconds) * time.Second))}
	}
	data.Spoiler = data.Spoiler || x.GetIsSpoiler()
	data.Question = data.Question || x.GetIsQuestion()
	data.Ad = ad(x)
}

// belongs fills in the messages that this one is part of, a comment on, or in the thread of.
func (r *reader) belongs(data *event.Message, c *content, m *events.Message) {
	data.ThreadID = event.Text(m.Info.MsgMetaInfo.ThreadMessageID)
	for _, x := range c.contexts(m) {
		if data.Association == nil {
			data.Association = association(x)
		}
		for _, thread := range x.GetThreadID() {
			if data.ThreadID == nil {
				data.ThreadID = event.Text(thread.GetThreadKey().GetID())
			}
		}
	}
	if c.note != nil {
		ref := r.t.target(m, c.note.GetTargetMessageKey(), r.by)
		data.CommentOn = &ref
	}
}

func association(x *waE2E.MessageContextInfo) *event.Association {
	a := x.GetMessageAssociation()
	if a == nil {
		return nil
	}
	out := &event.Association{Type: lower(a.GetAssociationType()), MessageID: a.GetParentMessageKey().GetID()}
	if a.MessageIndex != nil {
		i := int(a.GetMessageIndex())
		out.Index = &i
	}
	return out
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

// quoted returns what is replied to. An answer to a question of a newsletter names it by its number there.
func (r *reader) quoted(x *waE2E.ContextInfo, m *events.Message) *event.Quoted {
	q, body := &event.Quoted{MessageID: x.GetStanzaID(), Kind: event.KindUnsupported}, x.GetQuotedMessage()
	if question := x.GetQuestionReplyQuotedMessage(); q.MessageID == "" && question != nil {
		q.MessageID, body = strconv.Itoa(int(question.GetServerQuestionID())), question.GetQuotedQuestion()
	}
	if q.MessageID == "" {
		return nil
	}
	from := carrier{id: q.MessageID, chat: plain(m.Info.Chat), sender: plain(parse(x.GetParticipant()))}
	if j := parse(x.GetParticipant()); !j.IsEmpty() {
		p := r.t.anyone(j)
		q.Sender, from.fromMe = &p, r.t.isMe(j)
	}
	if j := parse(x.GetRemoteJID()); !j.IsEmpty() && j != m.Info.Chat.ToNonAD() {
		chat := r.t.chat(j, types.EmptyJID)
		q.Chat, from.chat = &chat, plain(j)
	}
	if body != nil {
		r.quotedBody(q, body, from)
	}
	return q
}

// quotedBody reads the copy of the message that a reply carries. Its file counts when the copy says where it is.
func (r *reader) quotedBody(q *event.Quoted, body *waE2E.Message, from carrier) {
	c := unwrap(body)
	if c.internal() {
		return
	}
	inner, copied := &reader{t: r.t, from: from}, event.Message{}
	inner.say(&copied, &c, false)
	q.Kind, q.Text = copied.Kind, copied.Text
	file := copied.MainMedia()
	if file == nil || len(inner.files) == 0 || inner.files[0].DirectPath == "" && inner.files[0].URL == "" {
		return
	}
	q.Media, r.files = file, append(r.files, inner.files[0])
}

func forwarded(x *waE2E.ContextInfo) *event.Forwarded {
	news := x.GetForwardedNewsletterMessageInfo()
	if !x.GetIsForwarded() && x.GetForwardingScore() == 0 && news == nil && x.ForwardOrigin == nil {
		return nil
	}
	f := &event.Forwarded{Score: int(x.GetForwardingScore())}
	if news != nil {
		f.Newsletter = &event.ForwardedChannel{JID: news.GetNewsletterJID(), Name: news.GetNewsletterName(), ServerID: int(news.GetServerMessageID())}
	}
	if x.ForwardOrigin != nil {
		f.Origin = event.Text(lower(x.GetForwardOrigin()))
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
