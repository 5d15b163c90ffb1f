package whatsapp

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/session"
)

// Line is the client of one device. It implements session.Line.
type Line struct {
	d      *Dialer
	log    *slog.Logger
	obs    session.Observer
	cli    *whatsmeow.Client
	busy   busy
	guard  *guard
	ctx    context.Context // of everything in the background; ends with Discard
	cancel context.CancelFunc

	refusing atomic.Bool // nothing more is taken from this connection
	heard    atomic.Int64
	strikes  strikes

	mu       sync.Mutex
	own      own
	order    *order
	notices  *notices
	loginAt  time.Time // of this connection; zero = not yet
	offline  bool      // WhatsApp is sending what was missed
	recorded int       // of what was missed
	missed   int       // stanzas of the backlog that have come
	phoneAt  time.Time // newest sign of the phone that was passed on
	denied   error     // why the last link was refused here
}

// own is who we are. It is a copy: the library changes its own without a lock.
type own struct {
	jid, lid                         types.JID
	pushName, businessName, platform string
}

var _ session.Line = (*Line)(nil)

// newLine makes the client of a device with all settings of whatsapp.md §2.
func (d *Dialer) newLine(dev *store.Device, who own, obs session.Observer) *Line {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Line{d: d, log: d.log, obs: obs, ctx: ctx, cancel: cancel, own: who, order: newOrder(), notices: &notices{}}
	l.guard = &guard{ctx: ctx, busy: &l.busy, writes: d.writes, keys: d.keys, onTaint: l.tainted, onPairs: l.pairs,
		names: func(jid types.JID) store.ContactStore { return sqlstore.NewSQLStore(d.container, jid) },
		knows: func(lid, pn string) bool { return obs.Directory().Knows(session.Identity{LID: lid, Phone: pn}) }}
	if dev.Initialized {
		l.guard.install(dev)
	} else {
		dev.Container = &guardedContainer{dev.Container, l.guard}
	}
	cli := whatsmeow.NewClient(dev, tap{log: d.log, in: l.received, out: l.sent, lost: l.orderLost, unread: l.unread})
	cli.SynchronousAck = true
	cli.EnableDecryptedEventBuffer = true
	cli.EnableAutoReconnect = false
	cli.DisableLoginAutoReconnect = true
	cli.ManualHistorySyncDownload = true
	cli.DisableManualHistorySyncReceipt = true
	cli.UseRetryMessageStore = true
	cli.AutoTrustIdentity = true
	cli.EmitAppStateEventsOnFullSync = false
	cli.BackgroundEventCtx = ctx
	cli.PrePairCallback = l.mayPair
	cli.RefreshCAT = func(context.Context) error { return errNoCloudToken }
	cli.GetClientPayload = func() *waWa6.ClientPayload { return d.version.stamp(dev.GetClientPayload()) }
	way := &route{d: d, proxy: obs.Proxy}
	cli.SetWebsocketHTTPClient(&http.Client{Transport: way, Timeout: socketLimit})
	cli.SetPreLoginHTTPClient(&http.Client{Transport: way, Timeout: socketLimit})
	cli.SetMediaHTTPClient(&http.Client{Transport: witness{way}})
	cli.AddEventHandlerWithSuccessStatus(l.handle)
	l.cli = cli
	return l
}

// Connect opens a connection and begins a new count of its stanzas.
func (l *Line) Connect(context.Context) error {
	l.guard.clear()
	l.mu.Lock()
	l.order, l.notices, l.loginAt, l.offline, l.recorded, l.missed = newOrder(), &notices{}, time.Time{}, false, 0, 0
	l.mu.Unlock()
	l.refusing.Store(false)
	// The library ties the whole connection to the context it is connected with: it must be the line's, not this try's.
	return l.cli.ConnectContext(l.ctx)
}

// Close ends the connection, without an event.
func (l *Line) Close() { l.cli.Disconnect() }

// Quiet waits until no handler and no store call of this line runs.
func (l *Line) Quiet(ctx context.Context) error { return l.busy.quiet(ctx) }

// Discard ends the line. What was not acknowledged stays with WhatsApp.
func (l *Line) Discard() {
	l.refusing.Store(true)
	l.cancel()
	l.cli.Disconnect()
}

// Heard returns when the last stanza came.
func (l *Line) Heard() time.Time {
	if ms := l.heard.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// followed are the stanzas whose order is followed: each gives an event or is answered, or both.
func followed(tag string) bool {
	return tag == "message" || tag == "receipt" || tag == "notification" || tag == "call"
}

// received sees every stanza as it comes off the wire, in order.
func (l *Line) received(n *waBinary.Node) {
	l.heard.Store(time.Now().UnixMilli())
	l.d.Counters.StanzasReceived.Add(1)
	l.count(n)
	if n.Tag == "success" {
		l.mu.Lock()
		l.loginAt, l.offline = time.Now(), true
		l.mu.Unlock()
	}
	if !followed(n.Tag) {
		return
	}
	l.countBacklog(n)
	l.lookForPhone(n)
	id, _ := n.Attrs["id"].(string)
	var also []string
	for _, p := range n.GetChildrenByTag("participants") {
		if key, ok := p.Attrs["key"].(string); ok && n.Tag == "receipt" {
			also = append(also, key)
		}
	}
	l.arrivals().arrived(stanzaKey{n.Tag, id}, also)
	if n.Tag == "notification" {
		l.unanswered().arrived(n)
	}
}

// count counts what the library will drop.
func (l *Line) count(n *waBinary.Node) {
	c := &l.d.Counters
	switch n.Tag {
	case "status":
		if from, _ := n.Attrs["from"].(types.JID); from.Server != types.NewsletterServer {
			c.StatusDropped.Add(1)
		}
	case "message":
		l.countEnc(n)
	case "ack", "appdata", "receipt", "call", "chatstate", "presence", "notification", "success", "failure", "stream:error",
		"iq", "ib", "xmlstreamend":
	default:
		c.UnhandledTags.Add(1)
	}
}

func knownEnc(enc waBinary.Node) bool {
	typ, _ := enc.Attrs["type"].(string)
	version, _ := enc.Attrs["v"].(string)
	switch typ {
	case "pkmsg", "msg", "skmsg", "msmsg":
		return version == "2" || version == "3"
	}
	return false
}

// sent sees every stanza that has been sent. An acknowledgement or a delivery receipt ends the stanza it answers.
func (l *Line) sent(n *waBinary.Node) {
	id, _ := n.Attrs["id"].(string)
	switch n.Tag {
	case "ack":
		class, _ := n.Attrs["class"].(string)
		l.arrivals().answered(stanzaKey{class, id})
		if class == "notification" {
			l.unanswered().answered(id)
		}
		l.nack(class, id, n.Attrs["error"])
	case "receipt":
		switch typ, _ := n.Attrs["type"].(string); types.ReceiptType(typ) {
		case types.ReceiptTypeDelivered, types.ReceiptTypeInactive, types.ReceiptTypeSender, types.ReceiptTypePeerMsg:
			l.arrivals().answered(stanzaKey{"message", id})
		}
	}
}

func (l *Line) arrivals() *order {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.order
}

func (l *Line) unanswered() *notices {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.notices
}

// orderLost: from now on the order is checked, whatever waits.
func (l *Line) orderLost() { l.arrivals().enforce() }

// pairs takes what the library learnt from a list: members of a group, answers to look-ups, lists of the phone.
func (l *Line) pairs(list []store.LIDMapping) {
	var learned []session.Identity
	for _, m := range list {
		if m.LID.Server == types.HiddenUserServer && phoneOf(m.PN) != "" && m.PN.User != l.identity().jid.User {
			learned = append(learned, session.Identity{LID: m.LID.User, Phone: m.PN.User})
		}
	}
	if len(learned) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(l.ctx, pairsLimit)
	defer cancel()
	l.obs.Learn(ctx, learned)
}

// pairsLimit bounds how long the library waits until a list of addresses is on disk.
const pairsLimit = 5 * time.Second

// identity returns a copy of who we are.
func (l *Line) identity() own {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.own
}

// phoneOf returns the number of a phone JID in E.164, "" for other addresses.
func phoneOf(j types.JID) string {
	if j.Server != types.DefaultUserServer || strings.Trim(j.User, "0123456789") != "" || j.User == "" {
		return ""
	}
	return "+" + j.User
}

// deviceID returns the gateway's id of the device, for logs.
func (l *Line) deviceID() string { return l.obs.DeviceID() }
