package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The sandbox is what a newcomer runs first: it must come up by itself, play its demonstration to the end, and then answer
// the request of the API page with the credentials that it gives out.
func TestSandboxComesUpAndTakesTheFirstWebhook(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	file := filepath.Join(t.TempDir(), "ready.json")
	c := &sandboxCmd{Listen: "127.0.0.1:0", SimulatorListen: "127.0.0.1:0", ReadyFile: file, Quiet: true, LogLevel: "error"}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	r := awaitReady(t, file, ended)
	for name, v := range map[string]string{"url": r.URL, "admin_secret": r.AdminSecret, "api_key": r.APIKey, "device_id": r.DeviceID,
		"token": r.Token, "simulator_url": r.SimulatorURL, "phone": r.Phone} {
		if v == "" {
			t.Errorf("the ready file has no %s", name)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the ready file holds secrets and has mode %v (%v)", info.Mode(), err)
	}
	for _, credential := range []string{r.APIKey, r.Token, "Bearer " + r.Token} {
		createWebhook(t, r.URL, credential)
	}
	log := readEvents(t, r.URL, r.APIKey)
	if !strings.Contains(log, `"group.join"`) || strings.Contains(log, `"event.unknown"`) {
		t.Errorf("the demonstration shows what has no type of its own: %s", log)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the end of the sandbox: %v", err)
	}
}

// readEvents returns the events of the account as the API gives them.
func readEvents(t *testing.T, url, credential string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/events?limit=100", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", credential)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET /events: %d %s, %v", answer.StatusCode, body, err)
	}
	return string(body)
}

func awaitReady(t *testing.T, file string, ended <-chan error) ready {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(2 * time.Minute); ; {
		if b, err := os.ReadFile(file); err == nil {
			var r ready
			if err := json.Unmarshal(b, &r); err != nil {
				t.Fatal(err)
			}
			return r
		}
		select {
		case <-tick.C:
		case err := <-ended:
			t.Fatalf("the sandbox ended: %v", err)
		case <-limit:
			t.Fatal("the sandbox is not ready after two minutes")
		}
	}
}

func createWebhook(t *testing.T, url, credential string) {
	t.Helper()
	body := `{"url":"https://your-server.com/webhook","secret":"string","events":["message.received","connection.connected"]}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/webhooks", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", credential)
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got struct {
		Code    int
		Status  bool
		Message string
		Data    map[string]any
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 201 || got.Code != 201 || !got.Status || got.Message != "Webhook created successfully" || len(got.Data) != 5 {
		t.Errorf("%d %+v", answer.StatusCode, got)
	}
}
