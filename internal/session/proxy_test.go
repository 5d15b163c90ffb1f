package session_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/egress"
	"wapost/internal/fault"
	"wapost/internal/session"
)

const proxyURL = "socks5://user:hidden@proxy.example:1080"

func TestAProxyNeverShowsItsPassword(t *testing.T) {
	p := session.NewProxy(proxyURL)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "proxy", p)
	asJSON, err := json.Marshal(struct{ P session.Proxy }{p})
	if err != nil {
		t.Fatal(err)
	}
	d := session.Device{Proxy: p}
	for _, s := range []string{log.String(), string(asJSON), fmt.Sprint(p), fmt.Sprintf("%+v", d), fmt.Sprintf("%#v", d), fmt.Sprintf("%q", p)} {
		if strings.Contains(s, "hidden") || !strings.Contains(s, "proxy.example") {
			t.Error(s)
		}
	}
	if p.String() != "socks5://user:xxxxx@proxy.example:1080" || session.DamagedProxy().String() == "" || (session.Proxy{}).String() != "" {
		t.Error(p, session.DamagedProxy())
	}
}

func TestANewProxyConnectsAnewAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		tries, closes := len(l.tries()), l.closed()
		st, err := h.m.SetProxy(t.Context(), 1, id, proxyURL, 0)
		if err != nil || st.Active || st.Proxy.URL() != proxyURL {
			t.Fatalf("%+v, %v", st, err)
		}
		synctest.Wait()
		if len(l.tries()) != tries+1 || l.closed() == closes || l.obs.Proxy().URL() != proxyURL {
			t.Errorf("%d tries, %d closes, proxy %v", len(l.tries())-tries, l.closed()-closes, l.obs.Proxy())
		}
		l.obs.Signal(session.Up{PushName: "Alice"})
		synctest.Wait()
		if st, err := h.m.Proxy(t.Context(), 1, id); err != nil || !st.Active {
			t.Errorf("%+v, %v", st, err)
		}
		if _, err := h.m.SetProxy(t.Context(), 1, id, proxyURL, 0); err != nil {
			t.Error(err)
		}
		if synctest.Wait(); len(l.tries()) != tries+1 {
			t.Error("the same proxy again connects anew")
		}
		if st, err := h.m.SetProxy(t.Context(), 1, id, "", 0); err != nil || st.Proxy.Set() || st.Active {
			t.Errorf("%+v, %v", st, err)
		}
		if synctest.Wait(); len(l.tries()) != tries+2 || l.obs.Proxy().Set() {
			t.Errorf("%d tries, proxy %v", len(l.tries())-tries, l.obs.Proxy())
		}
	})
}

func TestAProxyOutlivesTheProcess(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, _ := h.online()
		if _, err := h.m.SetProxy(t.Context(), 1, id, proxyURL, 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		h.endManager()
		h.runManager()
		sleep(time.Minute)
		if got := h.d.last().obs.Proxy().URL(); got != proxyURL {
			t.Errorf("%q", got)
		}
	})
}

func TestAProxyThatIsRefusedChangesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		tries := len(l.tries())
		for _, url := range []string{"ftp://proxy.example", "http://10.0.0.1:3128"} {
			if _, err := h.m.SetProxy(t.Context(), 1, id, url, 0); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", url, err)
			}
			if _, err := h.m.Create(t.Context(), session.NewDevice{AccountID: 1, SecretHash: []byte{1}, Proxy: url}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", url, err)
			}
		}
		if _, err := h.m.SetProxy(t.Context(), 2, id, proxyURL, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account's: %v", err)
		}
		if _, err := h.m.Proxy(t.Context(), 2, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account's: %v", err)
		}
		if synctest.Wait(); len(l.tries()) != tries || l.obs.Proxy().Set() {
			t.Errorf("%d tries, proxy %v", len(l.tries())-tries, l.obs.Proxy())
		}
		d, err := h.m.Create(t.Context(), session.NewDevice{AccountID: 1, SecretHash: []byte{1}, Proxy: proxyURL})
		if err != nil || d.Proxy.URL() != proxyURL {
			t.Errorf("%v, %v", d.Proxy, err)
		}
		h.state(id, session.Connected)
	})
}

func TestAPairingEndsWithTheWayItTook(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		h.pairing(id)
		steps, err := h.m.WatchPairing(t.Context(), 1, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.m.SetProxy(t.Context(), 1, id, proxyURL, time.Hour); err != nil {
			t.Fatal(err)
		}
		var last session.PairingStep
		for step := range steps {
			last = step
		}
		if last.Kind != session.StepError {
			t.Errorf("%+v", last)
		}
		h.state(id, session.New)
	})
}

func TestTheStatusSaysThatItIsTheProxy(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.d.answer = func(n int) error {
			if n < 3 {
				return nil
			}
			return fmt.Errorf("connect: %w", &egress.ProxyError{Sentence: "Proxy answered 503", Err: errNoNetwork})
		}
		id, l := h.online()
		l.obs.Signal(session.Down{})
		sleep(time.Minute)
		if st, err := h.m.Status(context.Background(), 1, id); err != nil || st.Error != "Proxy answered 503" || st.Online {
			t.Errorf("%+v, %v", st, err)
		}
	})
}
