package simulator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
)

// maxFrame is the largest frame: its length has three bytes.
const maxFrame = 1<<24 - 1

// writeTimeout ends a connection whose client does not read.
const writeTimeout = 15 * time.Second

// frames moves length-prefixed frames over a websocket. One reader and one writer at a time.
type frames struct {
	ws  *websocket.Conn
	buf []byte // read, not yet returned
}

// header reads the four bytes that open a client's first message.
func (f *frames) header(ctx context.Context) ([]byte, error) {
	if err := f.fill(ctx, 4); err != nil {
		return nil, err
	}
	header := f.buf[:4]
	if header[0] != 'W' || header[1] != 'A' {
		return nil, errors.New("connection does not begin with the WhatsApp header")
	}
	f.buf = f.buf[4:]
	return header, nil
}

// read returns the next frame. A websocket message may hold several frames, or a part of one.
func (f *frames) read(ctx context.Context) ([]byte, error) {
	if err := f.fill(ctx, 3); err != nil {
		return nil, err
	}
	size := 3 + frameLength(f.buf)
	if err := f.fill(ctx, size); err != nil {
		return nil, err
	}
	frame := f.buf[3:size]
	f.buf = f.buf[size:]
	return frame, nil
}

func frameLength(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// fill reads until the buffer holds n bytes. It copies, so that frames returned earlier stay as they are.
func (f *frames) fill(ctx context.Context, n int) error {
	for len(f.buf) < n {
		_, data, err := f.ws.Read(ctx)
		if err != nil {
			return err
		}
		f.buf = append(f.buf[:len(f.buf):len(f.buf)], data...)
	}
	return nil
}

// write sends one frame as one websocket message: the client cannot put a frame together from two messages.
func (f *frames) write(ctx context.Context, frame []byte) error {
	if len(frame) > maxFrame {
		return fmt.Errorf("frame of %d bytes is too long", len(frame))
	}
	out := make([]byte, 3, 3+len(frame))
	out[0], out[1], out[2] = byte(len(frame)>>16), byte(len(frame)>>8), byte(len(frame))
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return f.ws.Write(ctx, websocket.MessageBinary, append(out, frame...))
}
