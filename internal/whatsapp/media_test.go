package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types/events"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

func TestAnswersOfThePhoneAreSorted(t *testing.T) {
	key, d := []byte("the key of a file, 32 bytes long"), &Dialer{}
	sealed := func(n *waMmsRetry.MediaRetryNotification) session.PhoneAnswer {
		plain, err := proto.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		iv := make([]byte, 12)
		c, err := gcmutil.Encrypt(hkdfutil.SHA256(key, nil, []byte("WhatsApp Media Retry Notification"), 32), iv, plain, []byte("M1"))
		if err != nil {
			t.Fatal(err)
		}
		return phoneAnswer(&events.MediaRetry{MessageID: "M1", Ciphertext: c, IV: iv})
	}
	answer := func(r waMmsRetry.MediaRetryNotification_ResultType, path string) session.PhoneAnswer {
		return sealed(&waMmsRetry.MediaRetryNotification{Result: r.Enum(), DirectPath: &path})
	}
	other := answer(waMmsRetry.MediaRetryNotification_SUCCESS, "/x")
	other.MessageID = "M2"
	for name, c := range map[string]struct {
		a    session.PhoneAnswer
		path string
		err  error
	}{
		"uploaded again":           {answer(waMmsRetry.MediaRetryNotification_SUCCESS, "/new?a=b"), "/new?a=b", nil},
		"uploaded to nowhere":      {answer(waMmsRetry.MediaRetryNotification_SUCCESS, ""), "", session.ErrNotOnPhone},
		"not found":                {answer(waMmsRetry.MediaRetryNotification_NOT_FOUND, ""), "", session.ErrNotOnPhone},
		"the phone cannot read it": {answer(waMmsRetry.MediaRetryNotification_DECRYPTION_ERROR, ""), "", session.ErrFileDamaged},
		"refused with a code":      {phoneAnswer(&events.MediaRetry{Error: &events.MediaRetryError{Code: 2}}), "", session.ErrNotOnPhone},
		"refused without a code":   {phoneAnswer(&events.MediaRetry{Error: &events.MediaRetryError{}}), "", session.ErrNotOnPhone},
		"about another message":    {other, "", session.ErrUnreadable},
	} {
		path, err := d.ReadAnswer(c.a, key)
		if path != c.path || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v; want %q, %v", name, path, err, c.path, c.err)
		}
	}
}

func TestFailedDownloadsAreSorted(t *testing.T) {
	stalled, stop := context.WithCancelCause(t.Context())
	stop(errStalled)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	cut := &testimony{}
	cut.note(io.ErrUnexpectedEOF)
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		seen *testimony
		want error // nil = the kind decides
		kind fault.Kind
	}{
		"gone":                {err: fmt.Errorf("x: %w", whatsmeow.DownloadHTTPError{Response: &http.Response{StatusCode: 410}}), want: session.ErrFileGone},
		"unknown":             {err: whatsmeow.DownloadHTTPError{Response: &http.Response{StatusCode: 404}}, want: session.ErrFileGone},
		"another file":        {err: whatsmeow.ErrInvalidMediaSHA256, want: session.ErrFileDamaged},
		"half a file":         {err: whatsmeow.ErrInvalidMediaHMAC, seen: cut, kind: fault.BadGateway},
		"refused":             {err: whatsmeow.DownloadHTTPError{Response: &http.Response{StatusCode: 500}}, kind: fault.BadGateway},
		"silence":             {ctx: stalled, err: context.Canceled, kind: fault.GatewayTimeout},
		"time over":           {ctx: over, err: context.Canceled, kind: fault.GatewayTimeout},
		"connection was lost": {err: whatsmeow.ErrNotConnected, kind: fault.Conflict},
	} {
		ctx, seen := c.ctx, c.seen
		if ctx == nil {
			ctx = t.Context()
		}
		if seen == nil {
			seen = &testimony{}
		}
		err := downloadError(ctx, c.err, seen)
		if c.want != nil && !errors.Is(err, c.want) || c.want == nil && !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// After its last try the library tells nothing of the network: the witness does.
func TestTheWitnessRemembersTheLastExchange(t *testing.T) {
	status, body, broken := http.StatusOK, io.Reader(strings.NewReader("")), error(nil)
	w := witness{roundTrip(func(*http.Request) (*http.Response, error) {
		if broken != nil {
			return nil, broken
		}
		return &http.Response{StatusCode: status, Body: io.NopCloser(body)}, nil
	})}
	seen := &testimony{stop: func(error) {}}
	get := func() {
		r, err := http.NewRequestWithContext(seen.in(t.Context()), http.MethodGet, "http://media.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := w.RoundTrip(r); err == nil {
			_, _ = io.ReadAll(answer.Body) // the witness has the error
			_ = answer.Body.Close()
		}
	}
	broken = errors.New("refused")
	if get(); !errors.Is(seen.failed(), broken) {
		t.Errorf("no connection: %v", seen.failed())
	}
	broken, body = nil, io.MultiReader(strings.NewReader("half"), roundError{})
	if get(); !errors.Is(seen.failed(), io.ErrUnexpectedEOF) {
		t.Errorf("a body that breaks: %v", seen.failed())
	}
	status, body = http.StatusBadGateway, strings.NewReader("")
	if get(); seen.failed() == nil {
		t.Error("a status that is no success is none")
	}
	status, body = http.StatusOK, strings.NewReader("all of it")
	if get(); seen.failed() != nil {
		t.Errorf("a file that came whole: %v", seen.failed())
	}
}

type roundError struct{}

func (roundError) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAFileLiesWhereItsMessageSays(t *testing.T) {
	for _, c := range []struct{ path, url, want string }{
		{"/v/t62/a?b=c", "https://mmg.whatsapp.net/other", "/v/t62/a?b=c"},
		{"", "https://mmg.whatsapp.net/m1/v/t24/a?ccb=9&oe=1", "/m1/v/t24/a?ccb=9&oe=1"},
		{"", "https://mmg.whatsapp.net/m1/a", "/m1/a?"}, // the library adds parameters
		{"", "", ""},
		{"", "::", ""},
	} {
		if got := pathOf(&event.Attachment{DirectPath: c.path, URL: c.url}); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
