package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/outbox"
)

func TestSendHandsOverEveryField(t *testing.T) {
	r := newRig(t)
	id, key := r.account()
	device, _ := r.device(key)
	common := `"text":"hi @4915550004444","reply_to":{"message_id":"M1","chat":"123@g.us","sender":"+4915550004444","text":"q"},` +
		`"mentions":["+4915550004444","all"],"ephemeral":604800,"forwarded":true,"client_ref":"ref","expires_in":60`
	for path, body := range map[string]string{
		"/messages?wait=5":                      `{"to":"+4915550003333","kind":"text",` + common + `}`,
		"/chats/+4915550003333/messages?wait=5": `{` + common + `}`,
	} {
		r.outbox.sent = nil
		a := r.call(key, "POST", path, body).ok(http.StatusOK)
		if a.message() != "Message sent" || a.get("state") != "sent" || a.get("sent_at") == nil || a.get("server_id") != nil || a.get("client_ref") != "ref" {
			t.Errorf("%s: %s", path, a.Body)
		}
		week := 604800
		want := message.Outgoing{
			To: "+4915550003333", Kind: message.Text, Text: "hi @4915550004444", Mentions: []string{"+4915550004444", "all"},
			ReplyTo:   &message.ReplyTo{MessageID: "M1", Chat: "123@g.us", Sender: "+4915550004444", Text: "q"},
			Ephemeral: &week, Forwarded: true, ClientRef: "ref", ExpiresIn: time.Minute,
		}
		got := r.outbox.sent[0]
		if diff := cmp.Diff(want, got.m); diff != "" || got.account != id || got.device != device || got.o.Wait != 5*time.Second {
			t.Errorf("%s: %s %+v", path, diff, got)
		}
	}
}

func TestSendDefaults(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	r.call(key, "POST", "/messages", `{"to":"123@g.us","text":"hi","reply_to":"M1","ephemeral":"inherit","mentions":null}`).ok(http.StatusOK)
	want := message.Outgoing{To: "123@g.us", Kind: message.Text, Text: "hi", ReplyTo: &message.ReplyTo{MessageID: "M1"}}
	if diff := cmp.Diff(want, r.outbox.sent[0].m); diff != "" || r.outbox.sent[0].o.Wait != 20*time.Second {
		t.Errorf("%s %v", diff, r.outbox.sent[0].o)
	}
}

func TestSendRefuses(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	for body, want := range map[string]string{
		`{"text":"hi"}`:                                                                      "to is required",
		`{"to":"abc","text":"hi"}`:                                                           `Not a phone number or JID: "abc"`,
		`{"to":"+4915550003333"}`:                                                            "text is required",
		`{"to":"+4915550003333","kind":"image","text":"x"}`:                                  `Unknown kind "image"; this build sends text`,
		`{"to":"+4915550003333","text":5}`:                                                   "text must be a string",
		`{"to":"+4915550003333","text":"x","reply_to":5}`:                                    "reply_to must be a string or an object",
		`{"to":"+4915550003333","text":"x","reply_to":{}}`:                                   "reply_to.message_id is required",
		`{"to":"+4915550003333","text":"x","ephemeral":"never"}`:                             `ephemeral must be "inherit" or a number of seconds`,
		`{"to":"+4915550003333","text":"x","expires_in":0}`:                                  "expires_in must be 1 to 2592000 seconds",
		`{"to":"+4915550003333","text":"x","expires_in":9223372036854775807}`:                "expires_in must be 1 to 2592000 seconds",
		`{"to":"+4915550003333","text":"x","client_ref":"` + strings.Repeat("x", 129) + `"}`: "client_ref must be at most 128 characters",
		`{"to":"+4915550003333","text":"x","mention":[]}`:                                    `Unknown field "mention"; did you mean "mentions"?`,
		`{"to":"+4915550003333","text":"x","link_preview":true}`:                             `Unknown field "link_preview"`,
	} {
		r.call(key, "POST", "/messages", body).wants(http.StatusBadRequest, want)
	}
	r.call(key, "POST", "/messages?wait=61", `{"to":"+4915550003333","text":"x"}`).wants(http.StatusBadRequest, "wait must be an integer between 0 and 60")
	r.call(key, "POST", "/chats/abc/messages", `{"text":"x"}`).wants(http.StatusBadRequest, `Not a phone number or JID: "abc"`)
	r.call(key, "POST", "/chats/123%40g.us/messages", `{"text":"x"}`).ok(http.StatusOK)
	for _, tc := range []struct {
		err    *fault.Error
		status int
	}{
		{fault.New(fault.NotFound, "No WhatsApp account for +4915550003333"), 404},
		{fault.New(fault.Conflict, "Device is not connected to WhatsApp (state: connecting)"), 409},
		{fault.New(fault.BadGateway, "WhatsApp answered 479 (smax-invalid)"), 502},
		{fault.New(fault.GatewayTimeout, "WhatsApp did not answer within 75 s"), 504},
		{fault.New(fault.Forbidden, "Not an admin of this group"), 403},
	} {
		r.outbox.fail = tc.err
		r.call(key, "POST", "/messages", `{"to":"+4915550003333","text":"x"}`).wants(tc.status, tc.err.Sentence)
	}
}

func TestQueuedMessages(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	r.outbox.state = outbox.Queued
	a := r.call(key, "POST", "/messages?wait=0", `{"to":"+4915550003333","text":"x"}`).ok(http.StatusAccepted)
	if a.message() != "Message queued" || a.get("state") != "queued" || a.get("sent_at") != nil {
		t.Errorf("got %s", a.Body)
	}
	list := r.call(key, "GET", "/outbox?state=queued", nil).ok(http.StatusOK)
	id := a.get("message_id").(string)
	if !strings.Contains(list.Body.String(), `"message_id":"`+id+`"`) || !strings.Contains(list.Body.String(), `"attempts":0,"error":null,"next_at":null`) {
		t.Errorf("outbox: %s", list.Body)
	}
	r.call(key, "DELETE", "/outbox/"+id, nil).ok(http.StatusOK)
	r.call(key, "DELETE", "/outbox/"+id, nil).wants(http.StatusNotFound, "No such message")
}
