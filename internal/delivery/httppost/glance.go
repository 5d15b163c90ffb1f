package httppost

import (
	"bytes"
	"strconv"

	"golang.org/x/net/http/httpguts"
)

// glance looks at an answer that has come in one piece. When it is the plain success that nearly every answer is, with a
// length that has come as well, glance takes it off the connection, notes its status and returns true. Anything else it
// leaves where it is, for http.ReadResponse.
func (c *conn) glance() bool {
	if _, err := c.in.Peek(1); err != nil {
		return false
	}
	b, _ := c.in.Peek(c.in.Buffered()) // what is there
	head, _, whole := bytes.Cut(b, []byte("\r\n\r\n"))
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	status, ok := success(line)
	if !whole || !ok {
		return false
	}
	length, ok := plainLength(fields, status)
	if total := len(head) + len("\r\n\r\n") + length; ok && total <= len(b) {
		_, _ = c.in.Discard(total) // all of it is in the buffer
		c.code = status
		return true
	}
	return false
}

// success reads a status line of HTTP/1.1 with a status of 2xx.
func success(line []byte) (status int, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("HTTP/1.1 2"))
	if !ok || len(rest) < 2 || len(rest) > 2 && rest[2] != ' ' || !isDigit(rest[0]) || !isDigit(rest[1]) ||
		bytes.IndexByte(rest, '\n') >= 0 {
		return 0, false
	}
	return 200 + int(rest[0]-'0')*10 + int(rest[1]-'0'), true
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// plainLength returns how long the body is. It is not ok with headers that say more about the connection or the body than
// that, and with any that are unusual.
func plainLength(fields []byte, status int) (length int, ok bool) {
	length = -1
	for len(fields) > 0 {
		var line []byte
		line, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found || !httpguts.ValidHeaderFieldName(string(name)) || !httpguts.ValidHeaderFieldValue(string(value)) {
			return 0, false
		}
		switch len(name) {
		case len("Connection"), len("Transfer-Encoding"):
			if bytes.EqualFold(name, []byte("Transfer-Encoding")) ||
				bytes.EqualFold(name, []byte("Connection")) && !bytes.EqualFold(bytes.TrimSpace(value), []byte("keep-alive")) {
				return 0, false
			}
		case len("Content-Length"):
			if !bytes.EqualFold(name, []byte("Content-Length")) {
				break
			}
			n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 31)
			if err != nil || length >= 0 {
				return 0, false
			}
			length = int(n)
		}
	}
	if status == 204 {
		return 0, length <= 0
	}
	return length, length >= 0
}
