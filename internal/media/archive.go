package media

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Options of New. What is not marked optional must be given.
type Options struct {
	Store Store
	Lines Lines
	Phone Phone
	Sink  Sink
	Blobs Blobs
	Temp  string // directory for what is not whole yet; made and emptied at start
	// Free tells how many bytes the disk of Temp has left; optional.
	Free   func() (int64, error)
	Logger *slog.Logger // optional

	MaxFile  int64 // bytes of one file; 0 = 100 MiB
	MaxBytes int64 // bytes of all files together; 0 = no limit
	// MaxAccount is how many bytes all files of one account may have; 0 = no limit but MaxBytes.
	MaxAccount int64
	MaxAge     time.Duration // how long a file stays that nobody uses; 0 = no limit
	Keep       time.Duration // how long records are kept: as long as events; 0 = for ever

	Auto         bool  // fetch files without being asked
	AutoMaxBytes int64 // of those, the largest; 0 = MaxFile

	// Crash is called at named points, for tests that kill the process there: "media-half", "media-storing", "media-put".
	Crash func(point string)
}

// Archive is the store of files.
type Archive struct {
	Options
	log   *slog.Logger
	slots *slots
	auto  chan struct{} // what is fetched unasked takes a place here first
	woken chan struct{}
	group sync.WaitGroup

	figures figures
	room    sync.Mutex // held while room is made

	mu      sync.Mutex
	life    context.Context // of Run; nil = not running
	flights map[string]*flight
	uses    map[string]time.Time // not yet on disk
	usage   Usage                // of all
	shares  map[int64]*share     // of it, by account
	pending int64                // bytes that files on their way have reserved
	landed  int64                // of those, that lie on the disk

	half []Record // of an earlier run; their bytes could not be deleted yet. Only Run's goroutine uses it
}

const (
	defaultMaxFile = 100 << 20
	autoAtOnce     = 4
)

// New returns an archive. It starts nothing; files are fetched while Run runs.
func New(o Options) *Archive {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxFile == 0 {
		o.MaxFile = defaultMaxFile
	}
	if o.AutoMaxBytes == 0 {
		o.AutoMaxBytes = o.MaxFile
	}
	if o.Crash == nil {
		o.Crash = func(string) {}
	}
	return &Archive{Options: o, log: o.Logger, slots: newSlots(), auto: make(chan struct{}, autoAtOnce), woken: make(chan struct{}, 1),
		flights: map[string]*flight{}, uses: map[string]time.Time{}, shares: map[int64]*share{}}
}

// sweepEvery is how often housekeeping looks; lastWords bounds what is written at the end.
const (
	sweepEvery = time.Minute
	lastWords  = 5 * time.Second
)

// Run fetches, evicts and cleans up until ctx ends. Downloads that are cut short leave nothing behind.
func (a *Archive) Run(ctx context.Context) error {
	if err := a.cleanUp(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	if err := a.Blobs.Check(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn("files cannot be stored now", "error", err)
	}
	a.mu.Lock()
	a.life = ctx
	a.mu.Unlock()
	a.group.Go(func() { a.guard("automatic downloads", func() { a.fetchDue(ctx) }) })
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		a.guard("housekeeping", func() { a.sweep(ctx) })
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	a.mu.Lock()
	a.life = nil
	a.mu.Unlock()
	a.group.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	a.noteUses(last)
	return nil
}

// cleanUp removes what an earlier run left unfinished, and measures what it left whole.
func (a *Archive) cleanUp(ctx context.Context) error {
	if err := os.MkdirAll(a.Temp, 0o700); err != nil {
		return fmt.Errorf("make the directory of unfinished files: %w", err)
	}
	left, err := os.ReadDir(a.Temp)
	for _, f := range left { // not the directory: /health/ready may be looking
		err = errors.Join(err, os.RemoveAll(filepath.Join(a.Temp, f.Name())))
	}
	if err != nil {
		return fmt.Errorf("empty the directory of unfinished files: %w", err)
	}
	for len(a.half) == 0 {
		list, err := a.Store.Interrupted(ctx, page)
		if err != nil {
			return err
		}
		if a.half = list; len(list) == 0 {
			break
		}
		if err := a.dropHalf(ctx); err != nil && ctx.Err() == nil { // events are taken all the same
			a.log.Warn("unfinished files cannot be deleted now", "files", len(a.half), "error", err)
		}
	}
	u, err := a.Store.Usage(ctx)
	if err != nil {
		return err
	}
	for account, used := range u {
		a.changeUsage(account, used.Bytes, used.Files)
	}
	return nil
}

// dropHalf deletes what an earlier run left half, unless it was fetched anew meanwhile.
func (a *Archive) dropHalf(ctx context.Context) error {
	for len(a.half) > 0 {
		r := a.half[0]
		now, err := a.Store.Get(ctx, Scope{AccountID: r.AccountID}, r.ID)
		if err == nil && now.State == Storing && a.flying(r.ID) == nil {
			err = a.drop(ctx, &now)
		}
		if err != nil && !fault.Is(err, fault.NotFound) { // its bytes were doomed with its record
			return err
		}
		a.half = a.half[1:]
	}
	return nil
}

// page is how many records are looked at together.
const page = 64

// guard keeps a bug in one step from ending everything.
func (a *Archive) guard(what string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			a.log.Error("media step panicked", "step", what, "panic", p)
		}
	}()
	f()
}

// Check reports whether files can be written on this machine. A bucket that is away does not make an instance unready: events
// are taken all the same.
func (a *Archive) Check() error {
	f, err := os.CreateTemp(a.Temp, "check-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "cannot be written")
	}
	return nil
}

// Wants reports whether a file is fetched without anybody asking: the store's writer asks it.
func (a *Archive) Wants(f event.Attachment) bool {
	return a.Auto && f.Size <= min(a.AutoMaxBytes, a.MaxFile) && f.DirectPath != ""
}

// Recorded is told about committed events; some of them may have brought files.
func (a *Archive) Recorded([]*event.Recorded) {
	if a.Auto {
		a.wake()
	}
}

func (a *Archive) wake() {
	select {
	case a.woken <- struct{}{}:
	default:
	}
}

// tempFile makes a file for what is not whole yet.
func (a *Archive) tempFile(id string) (*os.File, error) {
	f, err := os.CreateTemp(a.Temp, filepath.Base(id)+"-*")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStorage, err)
	}
	return f, nil
}
