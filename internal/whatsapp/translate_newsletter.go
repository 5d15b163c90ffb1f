package whatsapp

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// newsletter translates what happens to the newsletters that the account follows, but for their messages; false = something
// else.
func (t *translator) newsletter(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.NewsletterJoin:
		data := newsletterJoined(&v.NewsletterMetadata)
		return t.newsletterEvent(event.NewsletterJoin, v.ID, v.Mex.Timestamp, valueOf(data.Role), data), true
	case *events.NewsletterLeave:
		data := event.NewsletterLeft{Newsletter: event.Newsletter{JID: plain(v.ID)}, Role: event.Text(string(v.Role))}
		return t.newsletterEvent(event.NewsletterLeave, v.ID, v.Mex.Timestamp, string(v.Role), data), true
	case *events.NewsletterMuteChange:
		data := event.NewsletterMuted{Newsletter: event.Newsletter{JID: plain(v.ID)}, Muted: v.Mute == types.NewsletterMuteOn}
		return t.newsletterEvent(event.NewsletterMuteChange, v.ID, v.Mex.Timestamp, string(v.Mute), data), true
	case *events.NewsletterLiveUpdate:
		data := event.NewsletterCounters{Newsletter: event.Newsletter{JID: plain(v.JID)}, Messages: []event.NewsletterPost{}}
		for _, m := range v.Messages {
			data.Messages = append(data.Messages, newsletterPost(m))
		}
		return t.newsletterEvent(event.NewsletterLiveUpdate, v.JID, v.Time, counters(data.Messages), data), true
	}
	return session.Batch{}, false
}

// newsletterEvent is an event of a newsletter. One without a time of WhatsApp's own is new every time.
func (t *translator) newsletterEvent(kind event.Type, j types.JID, at time.Time, change string, data any) session.Batch {
	e := event.New(kind)
	e.Data, e.At, e.Origin, e.Key = data, at, t.origin(at), "c|"+plain(j)
	if at.IsZero() {
		e.At = t.now
	} else {
		e.SourceKey = identity(string(kind), plain(j), strconv.FormatInt(at.Unix(), 10), change)
	}
	return session.Batch{Events: []*event.Event{e}}
}

func newsletterJoined(m *types.NewsletterMetadata) event.NewsletterJoined {
	subscribers := m.ThreadMeta.SubscriberCount
	data := event.NewsletterJoined{Newsletter: event.Newsletter{JID: plain(m.ID), Name: event.Text(m.ThreadMeta.Name.Text)},
		Description: event.Text(m.ThreadMeta.Description.Text), Subscribers: &subscribers,
		Verified: m.ThreadMeta.VerificationState == types.NewsletterVerificationStateVerified}
	if m.ViewerMeta != nil {
		muted := m.ViewerMeta.Mute == types.NewsletterMuteOn
		data.Role, data.Muted = event.Text(string(m.ViewerMeta.Role)), &muted
	}
	return data
}

// newsletterPost reads the counters of a post. The library does not tell a missing view counter from none: such an update is
// about the reactions.
func newsletterPost(m *types.NewsletterMessage) event.NewsletterPost {
	post := event.NewsletterPost{ServerID: int64(m.MessageServerID), MessageID: event.Text(m.MessageID), Type: m.Type,
		SentAt: event.TimeOf(m.Timestamp), Reactions: m.ReactionCounts}
	if m.ViewsCount != 0 || m.ReactionCounts == nil {
		post.Views = &m.ViewsCount
	}
	return post
}

// counters tells two updates of one second apart. fmt prints the keys of a map in order.
func counters(list []event.NewsletterPost) string {
	h := fnv.New64a()
	for _, p := range list {
		views := -1
		if p.Views != nil {
			views = *p.Views
		}
		fmt.Fprintf(h, "%d|%d|%v\n", p.ServerID, views, p.Reactions)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// valueOf is the string of a payload, "" for null.
func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
