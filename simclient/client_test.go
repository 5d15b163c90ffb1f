package simclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"wapost/simclient"
)

// A test of a bot: Anna writes to the linked number, and reads what the bot answered.
func Example() {
	ctx := context.Background()
	sim := simclient.New("http://127.0.0.1:7090")
	anna, _, err := sim.CreateUser(ctx, simclient.NewUser{Phone: "4915100000003", Name: new("Anna")})
	if err != nil {
		fmt.Println("is the simulator running?", err)
		return
	}
	sent, err := sim.SendAcked(ctx, anna.Phone, simclient.Message{To: "4915100000001", Text: "hi"}, 10*time.Second)
	if err != nil || !sent.Acked {
		fmt.Println("the gateway did not take it:", err)
		return
	}
	page, err := sim.Inbox(ctx, anna.Phone, simclient.InboxQuery{After: anna.InboxNext, Timeout: 10 * time.Second})
	if err != nil || len(page.Entries) == 0 {
		fmt.Println("the bot did not answer:", err)
		return
	}
	fmt.Println(page.Entries[0].Content.Text)
}

func answering(t *testing.T, status int, body string) *simclient.Client {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the client under test tells when it did not arrive
	}))
	t.Cleanup(web.Close)
	return simclient.New(web.URL + "/")
}

func TestAFailureKeepsItsCode(t *testing.T) {
	_, err := answering(t, 404, `{"error":{"code":"unknown_person","message":"nobody"}}`).User(t.Context(), "4915100000001")
	var failure *simclient.Error
	if !errors.As(err, &failure) || *failure != (simclient.Error{Status: 404, Code: "unknown_person", Message: "nobody"}) {
		t.Errorf("failed with %#v", err)
	}
	if simclient.CodeOf(fmt.Errorf("wrapped: %w", err)) != "unknown_person" || simclient.CodeOf(nil) != "" || simclient.CodeOf(context.Canceled) != "" {
		t.Error("CodeOf does not find the code")
	}
}

func TestAnotherServerIsRecognised(t *testing.T) {
	_, err := answering(t, 502, "<html>").Users(t.Context())
	if err == nil || simclient.CodeOf(err) != "" || !strings.Contains(err.Error(), "502 Bad Gateway") {
		t.Errorf("failed with %v", err)
	}
	if _, err = answering(t, 200, "<html>").Users(t.Context()); err == nil || !strings.Contains(err.Error(), "GET /users") {
		t.Errorf("failed with %v", err)
	}
	if _, err = simclient.New("http://127.0.0.1:1").Info(t.Context()); err == nil {
		t.Error("nobody answered")
	}
	if _, err = simclient.New("::").Info(t.Context()); err == nil {
		t.Error("an address without a scheme was asked")
	}
}

func TestANodeSurvivesTheWay(t *testing.T) {
	want := simclient.Node{Tag: "a", Attrs: map[string]any{"from": simclient.JID("1@lid"), "id": "x"}, Content: []simclient.Node{
		{Tag: "b", Attrs: map[string]any{}, Content: "text"}, {Tag: "c", Attrs: map[string]any{}, Content: []byte{0, 255}}, {Tag: "d", Attrs: map[string]any{}}}}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got simclient.Node
	if err := json.Unmarshal(raw, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s became %+v, %v", raw, got, err)
	}
	for _, wrong := range []string{`[]`, `{"tag":"a","attrs":{"x":1}}`, `{"tag":"a","content":[1]}`, `{"tag":"a","content":{"base64":"%"}}`} {
		if err := json.Unmarshal([]byte(wrong), &got); err == nil {
			t.Errorf("%s was read", wrong)
		}
	}
}
