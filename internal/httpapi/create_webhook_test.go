package httpapi

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const hookURL = "https://your-server.com/webhook"

func TestCreateWebhookAnswersAsOnThePage(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	a := r.call(key, "POST", "/webhooks", `{"url":"https://your-server.com/webhook","secret":"string","events":["message.received","connection.connected"]}`)
	a.ok(http.StatusCreated)
	if a.Header().Get("Content-Type") != "application/json" || a.message() != "Webhook created successfully" {
		t.Errorf("%v %s", a.Header(), a.Body)
	}
	form := regexp.MustCompile(`^\{"status":true,"code":201,"message":"Webhook created successfully","data":\{"id":1,` +
		`"url":"https://your-server.com/webhook","events":\["message.received","connection.connected"\],"active":true,` +
		`"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}\}$`)
	if !form.MatchString(a.Body.String()) {
		t.Errorf("got %s", a.Body)
	}
	second := r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL}).ok(http.StatusCreated)
	if second.get("id") != 2.0 {
		t.Errorf("the same URL again has id %v", second.get("id"))
	}
}

func TestCreateWebhookShowsOnlyASecretThatItMade(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	for body, generated := range map[string]bool{
		`{"url":"https://a.example"}`:                                                   true,
		`{"url":"https://a.example","secret":null}`:                                     true,
		`{"url":"https://a.example","secret":"mine"}`:                                   false,
		`{"url":"https://a.example","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`: false,
	} {
		a := r.call(key, "POST", "/webhooks", body).ok(http.StatusCreated)
		secret, shown := a.get("secret").(string)
		if shown != generated || shown && !regexp.MustCompile(`^whsec_[A-Za-z0-9+/]{32}$`).MatchString(secret) {
			t.Errorf("%s: %s", body, a.Body)
		}
		var data map[string]any
		a.data(&data)
		if want := 5; len(data)-len(secret)/38 != want {
			t.Errorf("%s: %d members", body, len(data))
		}
	}
}

func TestCreateWebhookRefuses(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, foreignKey := r.account()
	foreign, _ := r.device(foreignKey)
	long := strings.Repeat("x", 3000)
	for _, tc := range []struct{ name, body, want string }{
		{"empty", ``, "Request body is empty; a JSON object is required"},
		{"not JSON", `{"url":"https://x.ex"!`, "Request body is not valid JSON (at byte 22)"},
		{"not an object", `["x"]`, "Request body must be a JSON object"},
		{"twice", `{"url":"https://a.example","url":"https://b.example"}`, `Duplicate field "url"`},
		{"unknown", `{"url":"https://a.example","event":[]}`, `Unknown field "event"; did you mean "events"?`},
		{"wrong case", `{"Url":"https://a.example"}`, `Unknown field "Url"; did you mean "url"?`},
		{"events type", `{"url":"https://a.example","events":"message.received"}`, "events must be an array of strings"},
		{"url type", `{"url":5}`, "url must be a string"},
		{"active type", `{"url":"https://a.example","active":1}`, "active must be a boolean"},
		{"headers type", `{"url":"https://a.example","headers":{"A":1}}`, "headers must be an object of strings"},
		{"timeout type", `{"url":"https://a.example","timeout_seconds":"15"}`, "timeout_seconds must be an integer"},
		{"encoding", "{\"url\":\"https://a.example/\xff\"}", "Request body is not valid UTF-8"},
		{"no url", `{}`, "url is required"},
		{"null url", `{"url":null}`, "url is required"},
		{"empty url", `{"url":""}`, "url is required"},
		{"long url", `{"url":"https://a.example/` + long + `"}`, "URL must be at most 2048 bytes"},
		{"http", `{"url":"http://a.example"}`, "URL must be HTTPS"},
		{"ftp", `{"url":"ftp://a.example"}`, "URL must be HTTPS"},
		{"relative", `{"url":"/hook"}`, "URL must be HTTPS"},
		{"no host", `{"url":"https:///hook"}`, "URL is not valid"},
		{"port", `{"url":"https://a.example:70000"}`, "URL is not valid"},
		{"user info", `{"url":"https://u:p@a.example"}`, "URL must not contain a user name or password"},
		{"fragment", `{"url":"https://a.example/#x"}`, "URL must not contain a fragment"},
		{"private", `{"url":"https://10.0.0.5/x"}`, "URL address is not allowed: 10.0.0.5 is private"},
		{"empty secret", `{"url":"https://a.example","secret":""}`, "secret must not be empty"},
		{"bad whsec", `{"url":"https://a.example","secret":"whsec_!"}`, "secret starts with whsec_ but the rest is not base64"},
		{"long secret", `{"url":"https://a.example","secret":"` + long + `"}`, "secret must be at most 512 bytes"},
		{"unknown event", `{"url":"https://a.example","events":["mesage.received"]}`, `Unknown event "mesage.received"; did you mean "message.received"?`},
		{"first field first", `{"secret":"","url":""}`, "url is required"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := r.call(key, "POST", "/webhooks", tc.body)
			a.t = t
			a.wants(http.StatusBadRequest, tc.want)
			if a.message() != "Bad request" {
				t.Errorf("message %q", a.message())
			}
		})
	}
	for name, body := range map[string]string{
		"description":     `"description":"` + strings.Repeat("é", 257) + `"`,
		"header name":     `"headers":{"Host":"x"}`,
		"header value":    `"headers":{"X-A":"é"}`,
		"ordering":        `"ordering":"random"`,
		"timeout_seconds": `"timeout_seconds":31`,
		"max_in_flight":   `"max_in_flight":0`,
		"rate_limit":      `"rate_limit":0`,
		"include":         `"include":["video"]`,
		"version":         `"version":99`,
		"many events":     `"events":[` + strings.Repeat(`"*",`, 200) + `"*"]`,
		"long event":      `"events":["` + strings.Repeat("a", 101) + `"]`,
	} {
		if a := r.call(key, "POST", "/webhooks", `{"url":"https://a.example",`+body+`}`); a.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
	for _, id := range []string{foreign, "5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90", ""} {
		r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL, "device_id": id}).wants(http.StatusNotFound, "No such device")
	}
}

func TestEventsAreStoredAsTheContractSays(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	for body, want := range map[string][]string{
		`{"url":"https://a.example"}`:                                                  {},
		`{"url":"https://a.example","events":null}`:                                    {},
		`{"url":"https://a.example","events":["message.*"]}`:                           {"message.*"},
		`{"url":"https://a.example","events":["message.received","message.received"]}`: {"message.received"},
		`{"url":"https://a.example","events":["connection.connected","message.*"]}`:    {"connection.connected", "message.*"},
	} {
		var got struct {
			Events []string `json:"events"`
		}
		r.call(key, "POST", "/webhooks", body).ok(http.StatusCreated).data(&got)
		if got.Events == nil || !slices.Equal(got.Events, want) {
			t.Errorf("%s: %v", body, got.Events)
		}
	}
}

func TestMediaTypeIsJudgedBeforeSizeAndSizeBeforeSyntax(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	large := `{"url":"` + strings.Repeat("x", maxBody) + `"}`
	full := `{"url":"https://a.example"` + strings.Repeat(" ", maxBody-27) + `}`
	for _, tc := range []struct {
		name, contentType, body string
		status                  int
		want                    string
	}{
		{"no type", "-", `{}`, 415, "Content-Type must be application/json"},
		{"form", "application/x-www-form-urlencoded", `url=x`, 415, "Content-Type must be application/json"},
		{"other JSON", "application/problem+json", `{}`, 415, "Content-Type must be application/json"},
		{"other charset", "application/json; charset=latin1", `{}`, 415, "Content-Type must be application/json"},
		{"malformed", "application/json; charset", `{}`, 415, "Content-Type must be application/json"},
		{"type before size", "text/plain", large, 415, "Content-Type must be application/json"},
		{"size before syntax", "application/json", large[:len(large)-1], 413, "Request body is larger than 65536 bytes"},
		{"exactly full", "application/json", full, 201, ""},
		{"utf-8", "application/json; charset=UTF-8", `{"url":"https://a.example"}`, 201, ""},
		{"other case, other parameter", "Application/JSON; x=y", `{"url":"https://a.example"}`, 201, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := r.call(key, "POST", "/webhooks", tc.body, "Content-Type", tc.contentType)
			a.t = t
			a.wants(tc.status, tc.want)
		})
	}
}

func TestBodiesAreTakenAsTheyAre(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	const want = "Content-Encoding gzip is not supported; send the body as it is"
	r.call(key, "POST", "/webhooks", "\x1f\x8b", "Content-Encoding", "gzip").wants(http.StatusUnsupportedMediaType, want)
	form := r.form(token, "file:a.txt", "x")
	form.Header.Set("Content-Encoding", "gzip")
	r.serve(form).wants(http.StatusUnsupportedMediaType, want)
	r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL}, "Content-Encoding", "Identity").ok(http.StatusCreated)
}

func TestLimitsComeAfterReferences(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	for range 5 {
		r.webhook(key)
	}
	r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL}).wants(http.StatusConflict, "Webhook limit reached (5)")
	r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL, "device_id": "x"}).wants(http.StatusNotFound, "No such device")
	r.call(key, "POST", "/webhooks", map[string]any{"url": "http://x"}).wants(http.StatusBadRequest, "URL must be HTTPS")
}

func TestDeviceTokenMakesWebhooksOfItsDevice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	id, token := r.device(key)
	other, _ := r.device(key)
	r.call(token, "POST", "/webhooks", map[string]any{"url": hookURL, "device_id": other}).wants(http.StatusNotFound, "No such device")
	r.call(token, "POST", "/webhooks", map[string]any{"url": hookURL, "device_id": id}).ok(http.StatusCreated)
	path := r.webhook(token)
	if got := r.call(key, "GET", path, nil).ok(http.StatusOK).get("device_id"); got != id {
		t.Errorf("device %v, want %s", got, id)
	}
}

func TestFailuresOfCreateHaveNoInside(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.api.Webhooks = brokenWebhooks{r.api.Webhooks}
	a := r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL}).wants(http.StatusInternalServerError, "Failed to create webhook")
	var body map[string]any
	if err := json.Unmarshal(a.Body.Bytes(), &body); err != nil || body["message"] != "Internal server error" || len(body) != 4 {
		t.Errorf("%v %s", err, a.Body)
	}
	if !strings.Contains(r.log.String(), "SQL logic error") || !strings.Contains(r.log.String(), a.Header().Get("X-Request-ID")) {
		t.Errorf("the cause is not in the log: %s", r.log)
	}
}
