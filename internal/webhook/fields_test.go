package webhook_test

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// sentence returns what a client would be told; "" = no error.
func sentence(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	f, ok := err.(*fault.Error)
	if !ok || f.Kind != fault.Invalid {
		t.Errorf("%v is not fault.Invalid", err)
		return err.Error()
	}
	return f.Sentence
}

func TestEventListsAreStoredAsTheyAreMeant(t *testing.T) {
	for _, c := range []struct{ given, want []string }{
		{nil, []string{}},
		{[]string{}, []string{}},
		{[]string{"*"}, []string{}},
		{[]string{"*", "*"}, []string{}},
		{[]string{"message.received", "connection.connected"}, []string{"message.received", "connection.connected"}},
		{[]string{"message.received", "message.*", "message.received"}, []string{"message.received", "message.*"}},
		{[]string{"*", "connection.qr"}, []string{"*", "connection.qr"}},
		{[]string{"connection.cat_refresh_error", "connection.connect_failure"}, []string{"connection.connect_failure"}},
	} {
		got, err := webhook.ParseEvents(c.given)
		if err != nil || got == nil || !slices.Equal(got, c.want) {
			t.Errorf("ParseEvents(%q) = %#v, %v, want %q", c.given, got, err, c.want)
		}
	}
}

func TestUnknownEventsAreRefusedWithAdvice(t *testing.T) {
	for entry, want := range map[string]string{
		"mesage.received":         `Unknown event "mesage.received"; did you mean "message.received"?`,
		"Message.Received":        `Unknown event "Message.Received"; did you mean "message.received"?`,
		"message.recieved":        `Unknown event "message.recieved"; did you mean "message.received"?`,
		"mesage.*":                `Unknown event "mesage.*"; did you mean "message.*"?`,
		"message*":                `Unknown event "message*"; did you mean "message.*"?`,
		"message.*.x":             `Unknown event "message.*.x"; did you mean "message.*"?`,
		"connection.qr.*":         `Unknown event "connection.qr.*"; did you mean "connection.*"?`,
		"poll.created":            `Event "poll.created" no longer exists; use "message.received" and look at "kind"`,
		"connection.reconnecting": `Event "connection.reconnecting" no longer exists; use "connection.disconnected" and look at "will_reconnect"`,
		"status.comment":          `Event "status.comment" no longer exists; use "message.received" and look at "comment_on"`,
		"message":                 `Unknown event "message"; did you mean "message.*"?`,
		"message.":                `Unknown event "message."; did you mean "message.*"?`,
		"nope":                    `Unknown event "nope"; GET /event-types lists all`,
		"nope.*":                  `Unknown event "nope.*"; GET /event-types lists all`,
		"":                        "Entry 2 of the events is empty",
		strings.Repeat("a", 101):  "events must have entries of at most 100 bytes",
	} {
		_, err := webhook.ParseEvents([]string{"message.received", entry})
		if got := sentence(t, err); got != want {
			t.Errorf("%q: %q, want %q", entry, got, want)
		}
	}
	if _, err := webhook.ParseEvents(slices.Repeat([]string{"message.received"}, 200)); err != nil {
		t.Errorf("200 entries: %v", err)
	}
	_, err := webhook.ParseEvents(slices.Repeat([]string{"message.received"}, 201))
	if got := sentence(t, err); got != "events must have at most 200 entries" {
		t.Errorf("201 entries: %q", got)
	}
}

func TestEveryOldNameLeadsSomewhere(t *testing.T) {
	for _, old := range []string{"chat.star", "chat.delete_for_me", "poll.vote", "poll.update", "poll.vote_decrypted", "media.downloaded",
		"media.retry", "connection.cat_refresh_error", "newsletter.update", "test.ping", "media.received", "message.ai_rich_response",
		"message.fb_received", "connection.manual_login_reconnect"} {
		list, err := webhook.ParseEvents([]string{old})
		switch got := sentence(t, err); {
		case err == nil && len(list) == 1 && list[0] != old:
		case strings.Contains(got, "no longer exists; use"), strings.Contains(got, "is now"):
		default:
			t.Errorf("%s: stored %q, said %q", old, list, got)
		}
	}
}

func TestPatternsNeverBringExplicitTypes(t *testing.T) {
	for _, c := range []struct {
		events []string
		t      event.Type
		want   bool
	}{
		{nil, event.MessageReceived, true},
		{nil, event.ConnectionQR, false},
		{nil, "message.from_another_release", false},
		{[]string{"*"}, event.ConnectionQR, false},
		{[]string{"*", "connection.qr"}, event.ConnectionQR, true},
		{[]string{"connection.*"}, event.ConnectionQR, false},
		{[]string{"connection.*"}, event.ConnectionConnected, true},
		{[]string{"connection.*"}, event.MessageReceived, false},
		{[]string{"connection.qr"}, event.ConnectionQR, true},
		{[]string{"connection.qr"}, event.ConnectionQRWithoutMD, false},
		{[]string{"message.received"}, event.MessageReceived, true},
		{[]string{"message.received"}, event.MessageRead, false},
		{[]string{"message.rec"}, event.MessageReceived, false},
	} {
		if got := webhook.Matches(c.events, c.t); got != c.want {
			t.Errorf("Matches(%q, %s) = %v", c.events, c.t, got)
		}
	}
}

func TestAnEventIsJudgedByTheFilterOfItsTime(t *testing.T) {
	raw := []event.Include{event.IncludeRaw}
	w := webhook.Webhook{AccountID: 1, DeviceID: "d", Filters: []webhook.Filter{
		{From: 10, Events: []string{"message.received"}},
		{From: 20, Events: []string{"message.read"}, Include: raw},
	}}
	for _, c := range []struct {
		seq     int64
		t       event.Type
		account int64
		device  string
		want    bool
	}{
		{19, event.MessageReceived, 1, "d", true}, {19, event.MessageRead, 1, "d", false},
		{20, event.MessageReceived, 1, "d", false}, {20, event.MessageRead, 1, "d", true},
		{5, event.MessageReceived, 1, "d", true}, // a replay of what was before
		{19, event.MessageReceived, 2, "d", false}, {19, event.MessageReceived, 1, "other", false}, {19, event.MessageReceived, 1, "", false},
	} {
		include, ok := w.Wants(&event.Recorded{Seq: c.seq, Type: c.t, AccountID: c.account, DeviceID: c.device})
		if ok != c.want || ok && (len(include) == 1) != (c.seq >= 20) {
			t.Errorf("%+v: %v, include %v", c, ok, include)
		}
	}
	w.DeviceID = ""
	if _, ok := w.Wants(&event.Recorded{Seq: 20, Type: event.MessageRead, AccountID: 1, DeviceID: "any"}); !ok {
		t.Error("an account webhook did not want an event of one of the account's devices")
	}
}

func TestSecretsAreJudged(t *testing.T) {
	const notBase64 = "secret starts with whsec_ but the rest is not base64"
	for text, want := range map[string]string{
		"": "secret must not be empty", "string": "", "x": "", "whsec": "", strings.Repeat("x", 512): "", strings.Repeat("x", 513): "secret must be at most 512 bytes",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": "", "whsec_YQ==": "", "whsec_YQ": "", "whsec_": notBase64, "whsec_====": notBase64, "whsec_=": notBase64,
		"whsec_!!!!": notBase64, "whsec_YQ=": notBase64, "whsec_a-_b": notBase64, "whsec_YW\nFh": notBase64, "whsec_Y": notBase64,
	} {
		if got := sentence(t, webhook.CheckSecret(text)); got != want {
			t.Errorf("secret %q: %q, want %q", text, got, want)
		}
	}
}

func TestKeysOfASecret(t *testing.T) {
	for text, key := range map[string]string{"string": "string", "whsec_YQ==": "a", "whsec_YQ": "a", "WHSEC_YQ": "WHSEC_YQ"} {
		s := webhook.Secret{Text: text}
		if string(s.StandardKey()) != key || string(s.BodyKey()) != text {
			t.Errorf("%s: keys %q and %q", text, s.StandardKey(), s.BodyKey())
		}
	}
}

func TestGeneratedSecretsAre24FreshBytes(t *testing.T) {
	a, b := webhook.GenerateSecret(), webhook.GenerateSecret()
	key, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(a, "whsec_"))
	if err != nil || len(key) != 24 || a == b || webhook.CheckSecret(a) != nil {
		t.Errorf("%s (%s), %s, %v", a, hex.EncodeToString(key), b, err)
	}
}

func FuzzParseEvents(f *testing.F) {
	for _, seed := range []string{"message.*", "*", "mesage.received", "test.ping", "a.b.*", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, entry string) {
		list, err := webhook.ParseEvents([]string{entry})
		if err != nil {
			return
		}
		if !slices.ContainsFunc(event.Catalogue(), func(e event.Entry) bool { return webhook.Matches(list, e.Type) }) {
			t.Fatalf("%q was taken as %q but matches no type", entry, list)
		}
	})
}

func FuzzCheckHeaders(f *testing.F) {
	f.Add("X-A", "b")
	f.Add("X A", "b\r\nc: d")
	f.Fuzz(func(t *testing.T, name, value string) {
		if webhook.CheckHeaders(map[string]string{name: value}) == nil && !(httpguts.ValidHeaderFieldName(name) && httpguts.ValidHeaderFieldValue(value)) {
			t.Fatalf("%q: %q was taken", name, value)
		}
	})
}
