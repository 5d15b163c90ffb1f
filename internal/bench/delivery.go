package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"wapost/internal/event"
	"wapost/internal/store"
)

const (
	hooks   = 100
	sources = 512 // sessions that record events at the same time

	fewAtOnce     = 128             // attempts under way: more cost more each on two cores, the bare client's too
	defaultAtOnce = hooks * perHook // what a gateway has that is not told otherwise
)

// benchDelivery compares events that are committed with synchronous=FULL and delivered with the bare client.
func benchDelivery(ctx context.Context, o options) ([]figure, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	recv, err := newReceiver()
	if err != nil {
		return nil, err
	}
	defer func() { _ = recv.server.Close() }()
	var figures []figure
	for _, atOnce := range o.atOnce {
		for _, fan := range []int{1, 5} {
			some, err := benchFan(ctx, o, recv, fan, atOnce)
			if err != nil {
				return nil, err
			}
			figures = append(figures, some...)
		}
	}
	return figures, nil
}

func benchFan(ctx context.Context, o options, recv *receiver, fan, atOnce int) ([]figure, error) {
	var ratios, rates, cpu, cpuRatios []float64
	for range o.rounds {
		r, err := compare(ctx, recv, o.events, fan, atOnce)
		if err != nil {
			return nil, err
		}
		ratios, rates, cpu, cpuRatios = append(ratios, r.ratio), append(rates, r.rate), append(cpu, r.cpu), append(cpuRatios, r.cpuRatio)
	}
	name := fmt.Sprintf("delivery, SQLite FULL, %d webhooks, fan-out %d, %d at once", hooks, fan, atOnce)
	aim := "≥ 0.8"
	if fan > 1 {
		aim = "≥ 0.9"
	}
	return []figure{
		{name + ", of bare http.Transport", median(ratios), "ratio", aim},
		{name + ", delivered", median(rates), "events/s", "–"},
		{name + ", CPU of bare http.Transport, of ours", median(cpuRatios), "ratio", "–"},
		{name + ", CPU of sender and receiver", median(cpu), "µs/event", "–"},
	}, nil
}

type comparison struct{ ratio, rate, cpu, cpuRatio float64 }

// compare runs the gateway's way and the bare one, one after the other.
func compare(ctx context.Context, recv *receiver, n, fan, atOnce int) (comparison, error) {
	dir, err := os.MkdirTemp("", "wapost-bench-")
	if err != nil {
		return comparison{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	urls := make([]string, hooks)
	for i := range urls {
		urls[i] = fmt.Sprintf("%s/%d", recv.url, i)
	}
	g, err := openEngine(ctx, store.Options{Path: filepath.Join(dir, "wapost.db")}, crowd{hooks, fan, func(i int) string { return urls[i] }}, atOnce)
	if err != nil {
		return comparison{}, err
	}
	before := cpuTime()
	took, err := g.deliver(ctx, recv, n/fan)
	used := cpuTime() - before
	if err := g.close(err); err != nil {
		return comparison{}, err
	}
	total := n / fan * fan
	bodies := make([][]byte, total)
	for i := range bodies {
		bodies[i] = sample
	}
	before = cpuTime()
	plain, err := bare(ctx, recv, bodies, urls, atOnce)
	if err != nil {
		return comparison{}, err
	}
	plainUsed := cpuTime() - before
	return comparison{ratio: plain.Seconds() / took.Seconds(), rate: float64(total) / took.Seconds(),
		cpu: used.Seconds() * 1e6 / float64(total), cpuRatio: plainUsed.Seconds() / used.Seconds()}, nil
}

// deliver records n events from many sessions at once and waits until all their deliveries have arrived.
func (g *gateway) deliver(ctx context.Context, recv *receiver, n int) (time.Duration, error) {
	var fan int
	if err := g.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM webhooks WHERE device_id = $1`, deviceID(0)).Scan(&fan); err != nil {
		return 0, err
	}
	recv.expect(n * fan)
	devices := hooks / fan
	begin := time.Now()
	var wg sync.WaitGroup
	errs := make(chan error, sources)
	for s := range sources {
		wg.Go(func() {
			for i := s; i < n; i += sources {
				e := event.New(event.MessageReceived)
				e.At, e.AccountID, e.DeviceID = begin, 1, deviceID(i%devices)
				e.Key = fmt.Sprintf("%s|c|%d", e.DeviceID, i%(devices*8))
				e.SourceKey = fmt.Sprint("message.received|", i)
				e.Data = payload(i)
				if err := g.journal.Append(ctx, e); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return 0, err
	default:
	}
	err := recv.wait(ctx)
	return time.Since(begin), err
}

// payload is the nth text message in a group, about 1.4 kB as an envelope.
func payload(n int) event.Message {
	word := func(s string) *string { return &s }
	no, phone := false, 0
	return event.Message{
		MessageID: fmt.Sprintf("3EB0%016X", uint64(n+1)*0x9E3779B97F4A7C15), Kind: event.KindText, Text: word(strings.Repeat("a line of text ", 25)),
		Chat:         event.Chat{JID: "120363041234567890@g.us", Kind: "group", Name: word("Harbour crew")},
		Sender:       event.Person{JID: "99000000000002@lid", LID: word("99000000000002@lid"), Phone: word("+4915550002222"), Name: word("Mia")},
		SenderDevice: &phone, FromMe: &no, PushName: word("Mia"), SentAt: event.TimeOf(time.Now()), Mentions: []event.Person{},
		GroupMentions: []event.GroupMention{}, AddressingMode: word("lid"),
	}
}

// sample is a body as the gateway would send it.
var sample = func() []byte {
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Data = time.Now(), 1, deviceID(0), payload(0)
	s, err := e.Seal()
	if err != nil {
		panic(err) // constants always marshal
	}
	return s.Body(1)
}()

// cpuTime is what the process has used of all cores.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
