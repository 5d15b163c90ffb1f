package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// bubble runs f on fake time, with a wire of net.Pipes. A goroutine that Run leaves behind fails the test by itself.
func bubble(t *testing.T, f func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{Authority: testAuthority, QuietLink: true})
		if err != nil {
			t.Fatal(err)
		}
		if err = s.ListenPipe(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		synctest.Wait()
		f(t, &world{t, s})
		cancel()
		if err = <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestADayPassesInABubble(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, d, c := w.linked(ownerPhone, "Owner", nil)
		anna := w.person(annaPhone, "Anna")
		for hour := range 24 {
			time.Sleep(time.Hour)
			sent := send(t, anna, Message{To: ownerPhone, Text: fmt.Sprint("hour ", hour)})
			synctest.Wait()
			if !sent.Acked() {
				t.Fatalf("hour %d is not acknowledged", hour)
			}
		}
		data := bytes.Repeat([]byte("picture"), 5000)
		sent := send(t, anna, Message{To: ownerPhone, Media: &Media{Kind: MediaImage, Data: data}})
		if got, err := c.DownloadAny(t.Context(), await(t, c, withID(sent.ID)).Message); err != nil || !bytes.Equal(got, data) {
			t.Errorf("download: %d bytes, %v", len(got), err)
		}
		if info := d.Info(); info.Logins != 1 || len(texts(c)) != 25 {
			t.Errorf("device is %+v, the client read %d messages", info, len(texts(c)))
		}
		c.Disconnect()
	})
}

func TestASilentHandshakeTimesOut(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		faults(t, w.s, "", func(f *Faults) { f.MuteHello = true })
		start := time.Now()
		if err := w.client(nil).Connect(); err == nil || time.Since(start) != whatsmeow.NoiseHandshakeResponseTimeout {
			t.Errorf("connect: %v after %s", err, time.Since(start))
		}
	})
}

func TestUnansweredPingsAreNoticed(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		c := w.client(nil)
		d := w.link(w.person(ownerPhone, "Owner"), c)
		faults(t, w.s, d.ID(), func(f *Faults) { f.MutePings = true })
		time.Sleep(2 * time.Minute)
		if n := c.count(func(e any) bool { _, ok := e.(*events.KeepAliveTimeout); return ok }); n == 0 {
			t.Error("no time-out was noticed")
		}
		faults(t, w.s, d.ID(), func(f *Faults) { f.MutePings = false })
		time.Sleep(time.Minute)
		if n := c.count(func(e any) bool { _, ok := e.(*events.KeepAliveRestored); return ok }); n != 1 {
			t.Errorf("restored %d times", n)
		}
		c.Disconnect()
	})
}

func TestSilenceOnQueriesAndAcksTimesOut(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, d, c := w.linked(ownerPhone, "Owner", nil)
		anna := w.person(annaPhone, "Anna")
		faults(t, w.s, d.ID(), func(f *Faults) { f.QuerySilence = &QueryFault{XMLNS: "privacy"} })
		start := time.Now()
		if _, err := c.TryFetchPrivacySettings(t.Context(), true); err == nil || time.Since(start) < time.Minute {
			t.Errorf("query: %v after %s", err, time.Since(start))
		}
		faults(t, w.s, d.ID(), func(f *Faults) { f.NoAck = &NoAck{} })
		if _, err := c.SendMessage(t.Context(), anna.pn, text("x")); !errors.Is(err, whatsmeow.ErrMessageTimedOut) {
			t.Errorf("send: %v", err)
		}
		c.Disconnect()
	})
}

func TestTheWireOfPipesGoesDownAndUp(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, d, c := w.linked(ownerPhone, "Owner", nil)
		faults(t, w.s, "", func(f *Faults) { f.Wire = WireDown })
		time.Sleep(time.Minute)
		if d.Info().Connected {
			t.Error("connected to a wire that is down")
		}
		faults(t, w.s, "", func(f *Faults) { f.Wire = WireUp })
		time.Sleep(time.Minute)
		if !d.Info().Active {
			t.Error("the client did not come back")
		}
		c.Disconnect()
	})
}

// Without the pause the client may miss the stream error; it then takes the end for a lost connection.
func TestAHarshCloseMayHideTheReason(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for harsh, pause := range map[bool]time.Duration{false: closePause, true: 0} {
			c := w.client(nil)
			c.stayDown()
			d := w.link(w.person(ownerPhone, "Owner"), c)
			faults(t, w.s, "", func(f *Faults) { f.HarshClose = harsh })
			start, mark, live := time.Now(), c.events.Next(), d.connection()
			if err := d.StreamError(StreamError{Code: "500"}); err != nil {
				t.Fatal(err)
			}
			if <-live.done; time.Since(start) != pause {
				t.Errorf("harsh %v: the close came after %s", harsh, time.Since(start))
			}
			synctest.Wait()
			if got := c.names(mark); !slices.Contains(got, "Disconnected") || !harsh && got[0] != "StreamError 500" {
				t.Errorf("harsh %v: the client reports %q", harsh, got)
			}
			c.Disconnect()
		}
	})
}
