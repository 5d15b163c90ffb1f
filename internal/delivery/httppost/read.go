package httppost

import (
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
}

// read takes the first 16 KiB. The deadline of the attempt ends it; what came until then is kept.
func read(body io.Reader) excerpt {
	b, _ := io.ReadAll(io.LimitReader(body, excerptLimit+1)) // the outcome is fixed: how the body ends does not matter
	if len(b) > excerptLimit {
		return excerpt{b[:excerptLimit:excerptLimit], true}
	}
	return excerpt{b, false}
}

// drain reads the little that most endpoints answer to a success, so that the connection can be used again. One that goes on
// talking loses its connection instead: the event is delivered, and its lane must not wait for the rest.
func drain(answer *http.Response, timer *time.Timer, left time.Duration) {
	if answer.Body == http.NoBody || answer.ContentLength > drainLimit {
		return
	}
	timer.Reset(min(left, drainTime))
	_, _ = io.CopyN(io.Discard, answer.Body, drainLimit+1)
}
