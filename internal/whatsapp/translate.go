package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// Reasons of event.unknown.
const (
	unknownType   = "unknown_type"
	convertFailed = "convert_failed"
)

// translator turns what the library gives into events. It is pure: it reads the stanza and what the account has learnt, and
// asks nobody; only names it looks up, which are on our own disk. Keys are without the device ("c|<chat>", "d"): session puts it in front.
type translator struct {
	own     own
	people  *session.Directory
	loginAt time.Time // of this connection
	offline bool      // WhatsApp is sending what was missed
	now     time.Time
	stanza  string             // id of the notification that tells it; "" = it is in what is translated, or not known
	noRaw   bool               // nobody will want the library's form
	numbers []session.Identity // that became ordering keys by this occurrence

	titles   func(types.JID) titles  // of a person, by one address; nil = not known
	chatName func(key string) string // of a chat that is not a person's
	found    map[types.JID]*setting  // of chats, by a synchronisation that is told now

	opened   opened         // what was encrypted inside the message
	original *event.Message // the message that it acts on, if we have it
	newMedia func() string
}

// translator returns one for the present moment.
func (l *Line) translator() *translator {
	titles, chatName := l.looker(), func(key string) string { return l.obs.ChatName(l.ctx, key) }
	l.mu.Lock()
	defer l.mu.Unlock()
	return &translator{titles: titles, chatName: chatName, own: l.own, people: l.obs.Directory(), loginAt: l.loginAt, offline: l.offline, now: time.Now(), newMedia: event.NewMediaID}
}

// translate returns the events of an occurrence; none for what is internal to the protocol. It never fails: what cannot be
// converted is kept raw.
func (t *translator) translate(evt any) (b session.Batch) {
	defer func() {
		if p := recover(); p != nil {
			b = t.unknown(evt, convertFailed, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		b.Learned = append(b.Learned, t.numbers...)
		t.identify(b.Events)
	}()
	switch v := evt.(type) {
	case *events.Message:
		return t.message(v)
	case *events.FBMessage:
		return t.interop(v)
	case *events.UndecryptableMessage:
		return t.undecryptable(v)
	case *events.Receipt:
		return t.receipt(v)
	case *events.NotifyAccountReachoutTimelock:
		return t.timelock(v)
	case *events.JoinedGroup:
		return t.joined(v)
	case *events.GroupInfo:
		return t.group(v)
	case *events.AppStateSyncComplete:
		b := t.device(event.AppStateSyncComplete, event.AppStateSynced{Name: string(v.Name), Version: int64(v.Version), Recovery: v.Recovery})
		b.Marks = t.marks(t.found)
		return b
	case *events.AppStateSyncError: // the cause may hold what a person wrote: it belongs into the log
		return t.device(event.AppStateSyncError, event.AppStateFailed{Name: event.Text(string(v.Name)), FullSync: v.FullSync, Error: "the collection could not be decoded"})
	case *events.MediaRetry:
		return session.Batch{Answers: []session.PhoneAnswer{phoneAnswer(v)}}
	}
	if b, ok := t.appState(evt); ok {
		return b
	}
	if b, ok := t.call(evt); ok {
		return b
	}
	if b, ok := t.aboutPerson(evt); ok {
		return b
	}
	if b, ok := t.aboutAccount(evt); ok {
		return b
	}
	if b, ok := t.newsletter(evt); ok {
		return b
	}
	return t.unknown(evt, unknownType, nil)
}

// identify puts the id of the notification into the identity of what it tells: a change that is taken back and made again within
// a second is no copy, and a notification that comes again has the id that it had. The key of an order is an address; one that is
// none, because it is too long for the index of a database, is known by its hash.
func (t *translator) identify(list []*event.Event) {
	for _, e := range list {
		if len(e.Key) > longestKey {
			sum := sha256.Sum256([]byte(e.Key))
			e.Key = e.Key[:2] + hex.EncodeToString(sum[:])
		}
		if t.stanza != "" && e.SourceKey != "" {
			e.SourceKey = identity(e.SourceKey, t.stanza)
		}
	}
}

// longestKey is that of an ordering key: "c|" and an address.
const longestKey = 2 + 255

// device is an event about the device, of which every occurrence is new.
func (t *translator) device(kind event.Type, data any) session.Batch {
	e := event.New(kind)
	e.At, e.Key, e.Data = t.now, "d", data
	return session.Batch{Events: []*event.Event{e}}
}

// unknown keeps an occurrence in its raw form.
func (t *translator) unknown(evt any, reason string, cause error) session.Batch {
	e := event.New(event.Unknown)
	e.Key, e.At = "d", t.now
	data := event.UnknownEvent{Source: fmt.Sprintf("%T", evt), Reason: reason}
	if cause != nil {
		text := "conversion failed" // the cause may hold what a person wrote: it belongs into the log
		data.Error = &text
	}
	e.Data = data
	t.describe(e, evt)
	return session.Batch{Events: []*event.Event{e}}
}

// describe adds to an unknown event what can be found out about it. It must not fail: what it is asked for has made our own
// code fail already.
func (t *translator) describe(e *event.Event, evt any) {
	defer func() {
		if recover() != nil && e.SourceKey == "" {
			e.Key = "d"
		}
	}()
	m, ok := evt.(*events.Message)
	if !ok {
		e.SourceKey = sourceOf(evt)
		e.Raw = rawEvent(evt)
		return
	}
	e.SourceKey = identity(string(e.Type), plain(m.Info.Chat), plain(m.Info.Sender), m.Info.ID)
	e.Raw = rawMessage(m)
	t.place(e, m, t.parties(&m.Info.MessageSource))
}

// place gives an event the time, the origin and the identity of a message.
func (t *translator) place(e *event.Event, m *events.Message, p parties) {
	e.At, e.Origin = m.Info.Timestamp, t.origin(m.Info.Timestamp)
	if e.At.IsZero() {
		e.At = t.now
	}
	e.Key = "c|" + p.chatKey
	e.SourceKey = identity(string(e.Type), p.chatKey, p.senderKey, m.Info.ID)
}

// origin tells what happened while we were away from what happens now: it came between the login and the end of the
// backlog, and is dated before the login. (The library does not pass on WhatsApp's own mark.)
func (t *translator) origin(at time.Time) event.Origin {
	if t.offline && !at.IsZero() && at.Before(t.loginAt) {
		return event.Offline
	}
	return event.Live
}

// identity joins the parts of an occurrence's identity. None of them can hold the separator.
func identity(parts ...string) string {
	key := ""
	for i, p := range parts {
		if i > 0 {
			key += "|"
		}
		key += p
	}
	return key
}

// digest is the hash of what the library gave, the same for a repeated stanza whatever we have learnt meanwhile.
func digest(evt any) string {
	b, err := json.Marshal(evt)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// sourceOf identifies an occurrence by its content: a repeated stanza has the same. What comes without a time of WhatsApp's
// own is new every time.
func sourceOf(evt any) string {
	b, err := json.Marshal(evt)
	if err != nil || !timed(evt) {
		return ""
	}
	return fmt.Sprintf("%T|%s", evt, b)
}

// timed reports whether a struct of the library carries WhatsApp's time of the occurrence.
func timed(evt any) bool {
	switch evt.(type) {
	case *events.GroupInfo, *events.Picture, *events.UserAbout, *events.NewsletterLiveUpdate, *events.MediaRetry,
		*events.CallOffer, *events.CallOfferNotice, *events.CallAccept, *events.CallPreAccept, *events.CallReject,
		*events.CallTerminate, *events.Contact, *events.Pin, *events.Mute, *events.Archive, *events.MarkChatAsRead,
		*events.ClearChat, *events.DeleteChat, *events.Star, *events.DeleteForMe, *events.LabelEdit,
		*events.LabelAssociationChat, *events.LabelAssociationMessage, *events.UserStatusMute:
		return true
	}
	return false
}
