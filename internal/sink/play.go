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

// play does what comes before the answer. finish then sends it, or the last byte of it: what becomes of the request is in
// the ledger before the client knows. finish is nil when there is nobody to answer.
func (b Behaviour) play(w http.ResponseWriter, r *http.Request) (f fate, finish func()) {
	if b.Hang {
		<-r.Context().Done()
		return gone, nil
	}
	if b.Delay > 0 && !wait(r, time.Duration(b.Delay)) {
		return gone, nil
	}
	if b.Close {
		return cuts, nil
	}
	finish = func() { b.answer(w) }
	if b.Drip > 0 {
		if finish = b.drip(w, r); finish == nil {
			return gone, nil
		}
	}
	if success(b.status()) {
		return accepts, finish
	}
	return refuses, finish
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

// answer sends the answer at once.
func (b Behaviour) answer(w http.ResponseWriter) {
	if b.Redirect != "" {
		w.Header().Set("Location", b.Redirect)
	}
	if b.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(b.RetryAfter))
	}
	w.WriteHeader(b.status())
}

// drip sends the head of the answer byte by byte: a timeout that starts anew with each byte would never end. It returns what
// sends the last byte; nil when the client did not wait for it.
func (b Behaviour) drip(w http.ResponseWriter, r *http.Request) (last func()) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil
	}
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", b.status(), http.StatusText(b.status()))
	end := len(head) - 1
	for i := range end {
		_, err := io.WriteString(conn, head[i:i+1])
		if err != nil || !wait(r, time.Duration(b.Drip)) {
			_ = conn.Close() // nobody waits at it
			return nil
		}
	}
	return func() {
		_, _ = io.WriteString(conn, head[end:]) // whoever is gone by now has hung up on an accepted event
		_ = conn.Close()                        // the answer says that it ends
	}
}
