package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// figures stands for the metrics of the rig.
func figures(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = w.Write([]byte("wapost_up 1\n"))
}

func TestMetricsNeedTheAdminSecret(t *testing.T) {
	r := newRig(t)
	if a := r.call(adminText, "GET", "/metrics", nil); a.Code != http.StatusOK || a.Body.String() != "wapost_up 1\n" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	_, key := r.account()
	for _, credential := range []string{"", key} {
		if a := r.call(credential, "GET", "/metrics", nil); a.Code != http.StatusUnauthorized || strings.Contains(a.Body.String(), "wapost_up") {
			t.Errorf("credential %q: %d %s", credential, a.Code, a.Body)
		}
	}
}

func TestGuardedListenerNeedsTheAdminSecret(t *testing.T) {
	r := newRig(t)
	r.handler = r.api.Guarded(r.api.Metrics)
	if a := r.call(adminText, "GET", "/metrics", nil); a.Body.String() != "wapost_up 1\n" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := r.call("", "GET", "/metrics", nil); a.Code != http.StatusUnauthorized {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}

func TestAnswersAreObservedByRoute(t *testing.T) {
	type seen struct {
		route  string
		status int
	}
	var got []seen
	r := newRig(t, func(o *Options) {
		o.Observe = func(route string, status int, took time.Duration) {
			if took < 0 {
				t.Errorf("took %v", took)
			}
			got = append(got, seen{route, status})
		}
	})
	_, key := r.account()
	got = nil
	r.call(key, "GET", "/devices/00000000-0000-0000-0000-00000000abcd", nil)
	r.call(key, "GET", "/nothing/here", nil)
	want := []seen{{"GET /devices/{device_id}", 404}, {"", 404}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("observed %v, want %v", got, want)
	}
}
