package simulator

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"go.mau.fi/util/random"
)

// maxBurst bounds a burst: ids have six digits, and the queues keep what is not acknowledged.
const maxBurst = 100_000

// burst is a row of messages that a goroutine of the server sends.
type burst struct {
	spec  Burst
	sent  atomic.Int64
	acked atomic.Int64
	quit  func() // ends the burst; may be called again
	done  chan struct{}
	mu    sync.Mutex
	err   error
}

// StartBurst begins a burst. Errors: ErrInvalid, ErrBurstRunning, ErrNotRunning, and those of Send for the receiver; a
// later failure ends the burst and shows in its status.
func (p *Person) StartBurst(spec Burst) (BurstStatus, error) {
	if spec.Count < 1 || spec.Count > maxBurst {
		return BurstStatus{}, fail(CodeInvalid, "count must be 1 to %d", maxBurst)
	}
	if spec.Interval < 0 {
		return BurstStatus{}, fail(CodeInvalid, "the interval must not be negative")
	}
	if _, _, err := p.srv.resolve(spec.To); err != nil {
		return BurstStatus{}, err
	}
	if spec.Text == "" {
		spec.Text = "message {n}"
	}
	if spec.IDPrefix == "" {
		spec.IDPrefix = "3A" + strings.ToUpper(hex.EncodeToString(random.Bytes(6)))
	}
	quit := make(chan struct{})
	b := &burst{spec: spec, quit: sync.OnceFunc(func() { close(quit) }), done: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.burst != nil && p.burst.running() {
		return BurstStatus{}, fail(CodeBurstRunning, "%s is still sending a burst", p.phone)
	}
	if err := p.srv.life.start("burst", func(ctx context.Context) {
		defer close(b.done)
		b.run(ctx, quit, p)
	}); err != nil {
		return BurstStatus{}, err
	}
	p.burst = b
	return b.status(), nil
}

// BurstStatus is the state of the newest burst; ok is false when there was none.
func (p *Person) BurstStatus() (status BurstStatus, ok bool) {
	p.mu.Lock()
	b := p.burst
	p.mu.Unlock()
	if b == nil {
		return BurstStatus{}, false
	}
	return b.status(), true
}

// StopBurst ends a running burst and waits for it; what was sent stays sent.
func (p *Person) StopBurst() (status BurstStatus, ok bool) {
	p.mu.Lock()
	b := p.burst
	p.mu.Unlock()
	if b == nil {
		return BurstStatus{}, false
	}
	b.quit()
	<-b.done
	return b.status(), true
}

func (b *burst) run(ctx context.Context, quit <-chan struct{}, p *Person) {
	for i := 1; i <= b.spec.Count; i++ {
		pause := b.spec.Interval
		if i == 1 {
			pause = 0
		}
		select {
		case <-quit:
			return
		default:
		}
		if !wait(ctx, quit, pause) {
			return
		}
		if err := b.one(p, i); err != nil {
			b.mu.Lock()
			b.err = err
			b.mu.Unlock()
			return
		}
	}
}

// one sends the message with a number. It is complete when every device has acknowledged; how many that are is known only
// after the sending.
func (b *burst) one(p *Person, number int) error {
	var acked, wanted atomic.Int64
	wanted.Store(-1)
	once := sync.OnceFunc(func() { b.acked.Add(1) })
	check := func() {
		if acked.Load() == wanted.Load() {
			once()
		}
	}
	delivery, err := p.send(Message{To: b.spec.To, ID: fmt.Sprintf("%s%06d", b.spec.IDPrefix, number),
		Text: strings.ReplaceAll(b.spec.Text, "{n}", strconv.Itoa(number))}, func() { acked.Add(1); check() })
	if err != nil {
		return err
	}
	b.sent.Add(1)
	wanted.Store(int64(len(delivery.targets)))
	check()
	return nil
}

func (b *burst) running() bool {
	select {
	case <-b.done:
		return false
	default:
		return true
	}
}

func (b *burst) status() BurstStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	return BurstStatus{IDPrefix: b.spec.IDPrefix, Count: b.spec.Count, Sent: int(b.sent.Load()), Acked: int(b.acked.Load()), Running: b.running(), Err: b.err}
}
