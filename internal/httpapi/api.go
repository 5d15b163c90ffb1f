package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"wapost/internal/access"
)

// Options of New. Everything is required but what is marked optional.
type Options struct {
	Version string // of this build
	Commit  string // optional
	Library string // version of the WhatsApp library; optional

	Logger     *slog.Logger // optional
	Gate       *access.Gate
	Accounts   Accounts
	Sessions   Sessions
	Webhooks   Webhooks
	Deliveries Deliveries
	Log        Log
	Feed       Feed
	History    History
	Replays    Replays
	Tester     Tester
	Outbox     Outbox
	Files      Files
	Messages   Messages
	Past       Past
	Answers    Answers
	Figures    Figures

	// Checks looks at what must work for the instance to be of use: "database", "migrations", "writer", "disk", "media"; nil = ok.
	// Everybody is shown the sentence of a fault, and "failed" for any other error.
	Checks func(ctx context.Context) map[string]error

	Metrics http.Handler                                       // answers GET /metrics
	Observe func(route string, status int, took time.Duration) // told about every answer but streams; route "" = no such route; optional

	BasePath string      // "/gateway" puts every route under it; optional
	UI       string      // path of the dashboard, where browsers that ask for / are sent; optional
	Origins  []string    // that browsers may call us from; "*" = any; none = CORS is off
	Rate     access.Rate // of one credential; zero = 100/s, burst 200
}

// API is the HTTP side of the gateway.
type API struct {
	Options
	log     *slog.Logger
	mux     *http.ServeMux
	huma    huma.API
	limits  *access.Limiter
	running running
	docs    documents
	started time.Time
	phase   atomic.Int32
	stop    context.CancelCauseFunc // ends the streams
	life    context.Context         // ended by stop; joined to the context of every stream
}

// The phases of the process.
const (
	starting int32 = iota
	serving
	stopping
)

// maxCredentials bounds the memory of the rate limits: about 200 bytes each.
const maxCredentials = 100_000

// New makes the API and all its routes. It starts nothing; until Started is called /health/ready answers 503.
func New(o Options) *API {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Rate == (access.Rate{}) {
		o.Rate = access.Rate{PerSecond: 100, Burst: 200}
	}
	o.BasePath = cleanBase(o.BasePath)
	a := &API{Options: o, log: o.Logger, mux: http.NewServeMux(), limits: access.NewLimiter(maxCredentials), started: time.Now()}
	a.life, a.stop = context.WithCancelCause(context.Background())
	a.huma = humago.New(a.mux, a.documentConfig())
	a.systemRoutes()
	a.metricsRoutes()
	a.adminKeyRoutes()
	a.adminDeviceRoutes()
	a.adminRoutes()
	a.deviceRoutes()
	a.pairingRoutes()
	a.passkeyRoutes()
	a.messageRoutes()
	a.outboxRoutes()
	a.mediaRoutes()
	a.chatRoutes()
	a.historyRoutes()
	a.settingRoutes()
	a.proxyRoutes()
	a.webhookRoutes()
	a.webhookTestRoute()
	a.webhookSecretRoute()
	a.webhookStatsRoute()
	a.deliveryRoutes()
	a.replayRoutes()
	a.eventRoutes()
	a.eventTypeRoutes()
	a.documentRoutes()
	return a
}

// Started says that the instance is ready to work.
func (a *API) Started() { a.phase.CompareAndSwap(starting, serving) }

// Stopping refuses new requests with 503 and ends the streams. The listener is closed by whoever opened it.
func (a *API) Stopping() {
	a.phase.Store(stopping)
	a.stop(errStopping)
}

// Handler returns the whole API.
func (a *API) Handler() http.Handler {
	return a.withRequestID(a.withRecover(a.withCORS(http.HandlerFunc(a.route))))
}

// Run deletes the answers that were kept for repeated requests when they are too old. It returns when ctx ends.
func (a *API) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		a.prune(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *API) prune(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := a.Answers.Prune(ctx)
		if err != nil {
			a.log.Warn("answers of old requests are not pruned", "error", err)
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// Server returns an http.Server with the limits that suit this API. A request's header must come within ten seconds; its body
// and its answer get their deadlines from the handlers, because a stream may last for days.
func Server(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}
