package sink

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// fate is what becomes of a request that the behaviour concerns.
type fate uint8

const (
	accepts fate = iota
	refuses
	cuts // the connection is to be cut
	gone // nobody waits for the answer
)

// play does what comes before the answer, and the answer itself if it is dripped.
func (b Behaviour) play(w http.ResponseWriter, r *http.Request) fate {
	if b.Hang {
		<-r.Context().Done()
		return gone
	}
	if b.Delay > 0 && !wait(r, time.Duration(b.Delay)) {
		return gone
	}
	switch {
	case b.Close:
		return cuts
	case b.Drip > 0 && !b.drip(w, r):
		return gone
	case success(b.status()):
		return accepts
	}
	return refuses
}

func success(status int) bool { return status >= 200 && status <= 299 }

// wait returns false when the client hangs up first.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// finish sends the answer.
func (b Behaviour) finish(w http.ResponseWriter) {
	if b.Drip > 0 {
		return // it has been sent by hand
	}
	if b.Redirect != "" {
		w.Header().Set("Location", b.Redirect)
	}
	if b.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(b.RetryAfter))
	}
	w.WriteHeader(b.status())
}

// drip sends the head of the answer byte by byte: a timeout that starts anew with each byte would never end. It reports
// whether the last byte was sent.
func (b Behaviour) drip(w http.ResponseWriter, r *http.Request) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }() // the answer says that it ends
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", b.status(), http.StatusText(b.status()))
	for i := range len(head) {
		if _, err := io.WriteString(conn, head[i:i+1]); err != nil {
			return false
		}
		if i < len(head)-1 && !wait(r, time.Duration(b.Drip)) {
			return false
		}
	}
	return true
}
