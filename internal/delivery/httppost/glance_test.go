package httppost

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"
)

// What glance takes for a success, net/http takes for the same success, of the same length.
func FuzzGlance(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200", "HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.1 299\r\nConnection: keep-alive\r\nCONTENT-LENGTH: 0 \r\n\r\nrest", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 1\r\n\r\n1",
		"HTTP/1.1 205 Reset\r\nContent-Length: +1\r\n\r\n1", "HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n12345", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 204 \n\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		c := &conn{in: bufio.NewReader(bytes.NewReader(sent))}
		if !c.glance() {
			return
		}
		rest, _ := io.ReadAll(c.in)
		in := bufio.NewReader(bytes.NewReader(sent))
		answer, err := http.ReadResponse(in, posted)
		if err != nil {
			t.Fatalf("net/http does not take it: %v", err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatalf("net/http does not take the body: %v", err)
		}
		left, _ := io.ReadAll(in)
		if answer.StatusCode != c.code || answer.Close || !bytes.Equal(left, rest) {
			t.Fatalf("status %d, close %v, rest %q; net/http: %d, %q", c.code, answer.Close, rest, answer.StatusCode, left)
		}
	})
}
