package httppost

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	excerptLimit = 16 << 10
	drainLimit   = 16 << 10
	drainTime    = time.Second
)

// excerpt is the begin of a body.
type excerpt struct {
	bytes     []byte
	truncated bool
	whole     bool // read to its end
}

// read takes the first 16 KiB. The deadline of the attempt ends it; what came until then is kept.
func read(body io.Reader) excerpt {
	b, err := io.ReadAll(io.LimitReader(body, excerptLimit+1)) // the outcome is fixed: how the body ends does not matter
	if len(b) > excerptLimit {
		return excerpt{bytes: b[:excerptLimit:excerptLimit], truncated: true}
	}
	return excerpt{bytes: b, whole: err == nil}
}

// drain reads the little that most endpoints answer to a success, so that the connection can be used again, and reports
// whether that was all. One that goes on talking loses its connection instead: the event is delivered, and its lane must not
// wait for the rest.
func drain(r reply, left time.Duration) bool {
	answer := r.response() //nolint:bodyclose // done closes it
	if answer == nil || answer.Body == http.NoBody {
		return true
	}
	if answer.ContentLength > drainLimit {
		return false
	}
	r.within(min(left, drainTime))
	_, err := io.CopyN(io.Discard, answer.Body, drainLimit+1)
	return errors.Is(err, io.EOF)
}
