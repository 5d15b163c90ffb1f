package client

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// reader reads server-sent events.
type reader struct {
	r     *bufio.Reader
	heard func() // called with every line, comments included
}

func newReader(r io.Reader, heard func()) *reader {
	return &reader{bufio.NewReaderSize(r, 64<<10), heard}
}

const maxMessage = 64 << 20

var errTooLong = errors.New("a message of the stream is larger than 64 MiB")

// next returns the next message. What is cut off in its middle is not returned.
func (r *reader) next() (Message, error) {
	var m Message
	var data []string
	size := 0
	for {
		line, err := r.line()
		if err != nil {
			return m, err
		}
		r.heard()
		if size += len(line); size > maxMessage {
			return m, errTooLong
		}
		if line == "" {
			if m.Name == "" && len(data) == 0 {
				m, size = Message{}, 0
				continue
			}
			m.Data = []byte(strings.Join(data, "\n"))
			return m, nil
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			m.ID = value
		case "event":
			m.Name = value
		case "data":
			data = append(data, value)
		}
	}
}

func (r *reader) line() (string, error) {
	var b strings.Builder
	for {
		part, err := r.r.ReadSlice('\n')
		b.Write(part)
		switch {
		case err == nil:
			return strings.TrimRight(b.String(), "\r\n"), nil
		case errors.Is(err, io.EOF):
			return "", errClosed
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		case b.Len() > maxMessage:
			return "", errTooLong
		}
	}
}
