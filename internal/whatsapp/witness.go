package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// stallLimit is how long a media host may send nothing in the middle of a file.
const stallLimit = 30 * time.Second

var errStalled = fmt.Errorf("nothing came for %s", stallLimit)

// witness tells the download that a request belongs to how its last exchange went.
type witness struct{ http.RoundTripper }

// testimony is what was seen of one download.
type testimony struct {
	stop context.CancelCauseFunc // of the download

	mu  sync.Mutex
	err error
}

type testimonyKey struct{}

func (t *testimony) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, testimonyKey{}, t)
}

func (t *testimony) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
}

// failed returns how the last exchange failed; nil when it brought a file to its end.
func (t *testimony) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// RoundTrip implements http.RoundTripper.
func (w witness) RoundTrip(r *http.Request) (*http.Response, error) {
	t, ok := r.Context().Value(testimonyKey{}).(*testimony)
	answer, err := w.RoundTripper.RoundTrip(r)
	if !ok {
		return answer, err
	}
	t.note(err)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		t.note(fmt.Errorf("status %d", answer.StatusCode))
		return answer, nil
	}
	answer.Body = &heard{body: answer.Body, t: t, silence: time.AfterFunc(stallLimit, func() { t.stop(errStalled) })}
	return answer, nil
}

// heard is a body that must not fall silent.
type heard struct {
	body    io.ReadCloser
	t       *testimony
	silence *time.Timer
}

// Read implements io.Reader.
func (h *heard) Read(b []byte) (int, error) {
	n, err := h.body.Read(b)
	if n > 0 {
		h.silence.Reset(stallLimit)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		h.t.note(err)
	}
	return n, err
}

// Close implements io.Closer.
func (h *heard) Close() error {
	h.silence.Stop()
	return h.body.Close()
}
