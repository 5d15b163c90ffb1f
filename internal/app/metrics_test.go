package app_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"wapost/internal/app"
	"wapost/simclient"
)

// scrape returns status and body of a GET.
func scrape(t *testing.T, url, secret string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestMetricsFollowAMessageFromWhatsAppToTheWebhook(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	w.person(ownPhone, "Own")
	w.person("4915100000002", "Anna")
	c := newCustomer(t, g.admin())
	r := newReceiver(t)
	c.hook(r)
	device := c.link(w, ownPhone)
	text := "hi"
	if _, err := w.SendAcked(t.Context(), "4915100000002", simclient.Message{To: ownPhone, Text: text}, patience); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the message is delivered", func() bool { return r.messages() == 1 })
	w.quiet(device)
	var got string
	has := func(line string) bool { return strings.Contains(got, "\n"+line+"\n") }
	eventually(t, "the figures have caught up", func() bool {
		_, got = scrape(t, g.url+"/metrics", g.admin().key)
		return has(`wapost_events_recorded_total{type="message.received"} 1`) && has(`wapost_event_lag_seconds_count 1`) && has(`wapost_deliveries_waiting 0`)
	})
	for _, line := range []string{`wapost_devices{state="connected"} 1`, `wapost_breakers{state="closed"} 1`, `wapost_webhooks{status="active"} 1`,
		`wapost_deliveries_total{outcome="dead"} 0`, `wapost_whatsapp_lost_after_ack_total 0`, `wapost_build_info{version="test"} 1`,
		`wapost_outbox_messages{state="queued"} 0`, `wapost_scrape_errors_total{source="database"} 0`, `wapost_scrape_errors_total{source="deliveries"} 0`} {
		if !has(line) {
			t.Errorf("no line %q", line)
		}
	}
	for _, name := range []string{"wapost_commit_seconds_count ", "wapost_delivery_lag_seconds_count ", `wapost_http_request_seconds_count{route="POST /webhooks"} `,
		"wapost_whatsapp_messages_accepted_total ", "go_goroutines ", "process_open_fds "} {
		if strings.Contains(got, "\n"+name+"0\n") || !strings.Contains(got, "\n"+name) {
			t.Errorf("%s is missing or zero", name)
		}
	}
	if strings.Contains(got, ownPhone) || strings.Contains(got, c.key) {
		t.Error("the figures name a customer")
	}
	g.stop()
}

func TestListenerForScrapers(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		listen string
		open   bool
	}{{"127.0.0.1:0", true}, {"0.0.0.0:0", false}} {
		dir := t.TempDir()
		o := options(dir, "127.0.0.1:0", w.url)
		o.MetricsListen = tc.listen
		a, err := app.New(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- a.Run(ctx) }()
		_, port, _ := strings.Cut(strings.ReplaceAll(a.MetricsAddr().String(), "[::]", "any"), ":")
		url := "http://127.0.0.1:" + port
		if status, body := scrape(t, url+"/metrics", ""); (status == http.StatusOK) != tc.open || strings.Contains(body, "wapost_build_info") != tc.open {
			t.Errorf("%s without a secret: %d %.80s", tc.listen, status, body)
		}
		if status, _ := scrape(t, url+"/metrics", admin(t, dir, url).key); status != http.StatusOK {
			t.Errorf("%s with the admin secret: %d", tc.listen, status)
		}
		if status, _ := scrape(t, url+"/webhooks", admin(t, dir, url).key); status != http.StatusNotFound {
			t.Errorf("%s serves more than figures: %d", tc.listen, status)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
