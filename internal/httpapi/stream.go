package httpapi

import (
	"fmt"
	"net/http"
	"time"
)

// Times of a stream.
const (
	streamPulse = 15 * time.Second // a comment at least this often, so that proxies keep the connection
	streamWrite = 10 * time.Second // a reader that takes nothing for so long is cut off
)

// stream writes server-sent events.
type stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// openStream begins an answer that does not end by itself.
func openStream(w http.ResponseWriter) *stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	s := &stream{w: w, rc: http.NewResponseController(w)}
	_ = s.write("retry: 3000\n\n") // the next write meets the same error and reports it
	return s
}

// send writes one event; data becomes JSON on one line.
func (s *stream) send(name string, data any) error {
	b, err := encode(data)
	if err != nil {
		return fmt.Errorf("encode a %s event: %w", name, err)
	}
	return s.write("event: " + name + "\ndata: " + string(b) + "\n\n")
}

func (s *stream) comment() error { return s.write(": still here\n\n") }

func (s *stream) idle() <-chan time.Time { return time.After(streamPulse) }

func (s *stream) write(text string) error {
	_ = s.rc.SetWriteDeadline(time.Now().Add(streamWrite)) // not every writer of a test can
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.rc.Flush()
}
