package strict

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/fault"
)

type quote struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

func (q *quote) SetName(s string) { q.ID = s }

type span struct{ seconds int }

func (s *span) Set(raw json.RawMessage) bool {
	if string(raw) == `"inherit"` {
		s.seconds = -1
		return true
	}
	return json.Unmarshal(raw, &s.seconds) == nil
}

func (*span) Must() string { return `"inherit" or a number of seconds` }

type body struct {
	URL     string            `json:"url"`
	Secret  *string           `json:"secret"`
	Events  []string          `json:"events"`
	Active  Field[bool]       `json:"active"`
	Headers map[string]string `json:"headers"`
	Limit   *int              `json:"rate_limit"`
	Since   time.Time         `json:"since"`
	Meta    Raw               `json:"metadata"`
	Reply   *quote            `json:"reply_to"`
	Timer   *span             `json:"ephemeral"`
	Items   []quote           `json:"items"`
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"empty", "", "Request body is empty; a JSON object is required"},
		{"blank", " \n", "Request body is empty; a JSON object is required"},
		{"not JSON", `{"url":"https://x"?}`, "Request body is not valid JSON (at byte 19)"},
		{"cut", `{"url":`, "Request body is not valid JSON (at byte 7)"},
		{"two values", `{} {}`, "Request body is not valid JSON (at byte 4)"},
		{"byte order mark", "\ufeff{}", "Request body is not valid JSON (at byte 1)"},
		{"array", `[{"url":"x"}]`, "Request body must be a JSON object"},
		{"null", `null`, "Request body must be a JSON object"},
		{"string", `"x"`, "Request body must be a JSON object"},
		{"field twice", `{"url":"a","url":"a"}`, `Duplicate field "url"`},
		{"nested field twice", `{"headers":{"A":"1","A":"2"}}`, `Duplicate field "headers.A"`},
		{"twice inside a free object", `{"metadata":{"a":[{"b":1,"b":2}]}}`, `Duplicate field "metadata.a.b"`},
		{"unknown", `{"event":[]}`, `Unknown field "event"; did you mean "events"?`},
		{"unknown by case", `{"URL":"x"}`, `Unknown field "URL"; did you mean "url"?`},
		{"unknown far", `{"foo":1}`, `Unknown field "foo"`},
		{"unknown nested", `{"reply_to":{"txt":"x"}}`, `Unknown field "reply_to.txt"; did you mean "reply_to.text"?`},
		{"unknown in a list", `{"items":[{"idd":"x"}]}`, `Unknown field "items.idd"; did you mean "items.id"?`},
		{"unknown long", `{"` + strings.Repeat("é", 80) + `":1}`, `Unknown field "` + strings.Repeat("é", 50) + `…"`},
		{"string", `{"url":1}`, "url must be a string"},
		{"optional string", `{"secret":{}}`, "secret must be a string"},
		{"array of strings", `{"events":"x"}`, "events must be an array of strings"},
		{"element", `{"events":["x",1]}`, "events must be an array of strings"},
		{"null element", `{"events":[null]}`, "events must be an array of strings"},
		{"boolean", `{"active":"true"}`, "active must be a boolean"},
		{"object of strings", `{"headers":{"A":1}}`, "headers must be an object of strings"},
		{"array for object", `{"headers":[]}`, "headers must be an object of strings"},
		{"integer", `{"rate_limit":1.5}`, "rate_limit must be an integer"},
		{"integer as string", `{"rate_limit":"1"}`, "rate_limit must be an integer"},
		{"integer too large", `{"rate_limit":1e30}`, "rate_limit must be an integer"},
		{"time", `{"since":"yesterday"}`, "since must be an RFC 3339 time"},
		{"time as number", `{"since":17}`, "since must be an RFC 3339 time"},
		{"object", `{"metadata":[]}`, "metadata must be an object"},
		{"name or object", `{"reply_to":7}`, "reply_to must be a string or an object"},
		{"inside", `{"reply_to":{"text":1}}`, "reply_to.text must be a string"},
		{"own type as object", `{"ephemeral":{"seconds":1}}`, `ephemeral must be "inherit" or a number of seconds`},
		{"own type", `{"ephemeral":"x"}`, `ephemeral must be "inherit" or a number of seconds`},
		{"not UTF-8", "{\"url\":\"\xff\"}", "Request body is not valid UTF-8"},
		{"half a surrogate pair", `{"url":"\ud83d"}`, "Request body is not valid UTF-8"},
		{"second half alone", `{"url":"a\ude00"}`, "Request body is not valid UTF-8"},
		{"NUL", `{"url":"a\u0000"}`, "url must not contain the character U+0000"},
		{"NUL in a list", `{"events":["a","\u0000"]}`, "events must not contain the character U+0000"},
		{"NUL inside", `{"reply_to":{"text":"\u0000"}}`, "reply_to.text must not contain the character U+0000"},
		{"NUL in a free object", `{"metadata":{"a":[{"b":"\u0000"}]}}`, "metadata.a.b must not contain the character U+0000"},
		{"NUL in a name", `{"headers":{"A\u0000":"b"}}`, "Names of fields must not contain the character U+0000"},
		{"NUL in a name of a free object", `{"metadata":{"a":{"\u0000":1}}}`, "Names of fields must not contain the character U+0000"},
		{"types before NUL", `{"secret":"\u0000","url":1}`, "url must be a string"},
		{"types in the order of the fields", `{"events":1,"url":1}`, "url must be a string"},
		{"repeated before unknown", `{"foo":1,"url":"a","url":"b"}`, `Duplicate field "url"`},
		{"unknown before types", `{"url":1,"foo":1}`, `Unknown field "foo"`},
		{"types before encoding", "{\"secret\":\"\xff\",\"url\":1}", "url must be a string"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := Object([]byte(tc.body), new(body))
			if err == nil || err.Error() != tc.want || !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestValuesArrive(t *testing.T) {
	var got body
	err := Object([]byte(` {"url":"\u00e9 \ud83d\ude00 \\ud83d \\u0000","secret":"s","events":[],"active":null,"headers":{"A":"b"},
		"rate_limit": 10.0 ,"since":"2025-12-17T11:30:00+01:00","metadata": {"a" : [1, {}]},"reply_to":"m1","ephemeral":60,
		"items":[{"id":"1"},{"text":"t"}]} `), &got)
	if err != nil {
		t.Fatal(err)
	}
	secret, limit, timer := "s", 10, span{60}
	want := body{
		URL: "é 😀 \\ud83d \\u0000", Secret: &secret, Events: []string{}, Active: Field[bool]{Given: true, Null: true},
		Headers: map[string]string{"A": "b"}, Limit: &limit, Since: time.Date(2025, 12, 17, 10, 30, 0, 0, time.UTC),
		Meta: Raw(`{"a" : [1, {}]}`), Reply: &quote{ID: "m1"}, Timer: &timer, Items: []quote{{ID: "1"}, {Text: "t"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(span{})); diff != "" {
		t.Error(diff)
	}
}

func TestNullIsLikeAbsent(t *testing.T) {
	var got body
	err := Object([]byte(`{"url":null,"secret":null,"events":null,"headers":null,"rate_limit":null,"since":null,"metadata":null,"reply_to":null}`), &got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(body{}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFieldTellsAbsentFromNull(t *testing.T) {
	for text, want := range map[string]Field[bool]{
		`{}`:               {},
		`{"active":null}`:  {Given: true, Null: true},
		`{"active":false}`: {Given: true},
		`{"active":true}`:  {Given: true, Value: true},
	} {
		var got body
		if err := Object([]byte(text), &got); err != nil || got.Active != want {
			t.Errorf("%s: %+v, %v", text, got.Active, err)
		}
	}
}

// FuzzObject looks for panics, and for bodies that are accepted though encoding/json refuses them.
func FuzzObject(f *testing.F) {
	for _, s := range []string{`{"url":"a"}`, `{"a":{"b":[1,2,{"c":null}]}}`, `{"url":"\ud83d\ude00"}`, `[`, `{"url":"\\u"}`, `{"rate_limit":-0}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := Object(b, new(body)); err == nil && !json.Valid(b) {
			t.Errorf("accepted: %q", b)
		}
	})
}
