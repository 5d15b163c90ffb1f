package whatsapp

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"os"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"wapost/internal/session"
)

// A few kilobytes that unpack to gigabytes must end where the bound is.
func TestABombIsNotUnpacked(t *testing.T) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	field := protowire.AppendBytes(protowire.AppendTag(nil, 4, protowire.BytesType), make([]byte, 1<<20)) // nobody wants it
	const most = 8 << 20
	for range 64 {
		if _, err := z.Write(field); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	read := 0
	pass := func(in *bufio.Reader) error {
		return eachField(in, limits{}, func(protowire.Number, []byte) error { return nil })
	}
	open := func() (io.Reader, error) { return &counted{&packed, &read}, nil }
	if err := through(open, most, pass); !errors.Is(err, session.ErrHistoryTooLarge) || errors.Is(err, session.ErrHistoryDamaged) {
		t.Errorf("%d packed bytes: %v", packed.Len(), err)
	}
	if read > 16<<10 {
		t.Errorf("read on for %d packed bytes", read)
	}
}

type counted struct {
	io.Reader
	n *int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p[:min(len(p), 512)])
	*c.n += n
	return n, err
}

func TestAPieceThatIsTooLongIsRefused(t *testing.T) {
	part := func(n protowire.Number, size int) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), make([]byte, size))
	}
	r := &historyReader{}
	for name, read := range map[string]func() error{
		"a story": func() error { return r.readChats(bufio.NewReader(bytes.NewReader(part(fieldStatuses, maxMessage+1)))) },
		"a chat, by what it claims": func() error {
			claim := protowire.AppendVarint(protowire.AppendTag(nil, fieldConversations, protowire.BytesType), maxChat+1)
			return r.readChats(bufio.NewReader(bytes.NewReader(claim)))
		},
		"what is true of a chat": func() error {
			return r.readChats(bufio.NewReader(bytes.NewReader(protowire.AppendBytes(protowire.AppendTag(nil, fieldConversations, protowire.BytesType),
				append(protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "1@g.us"), part(13, maxMessage+1)...)))))
		},
		"names, together": func() error {
			return r.readHead(bufio.NewReader(bytes.NewReader(append(part(7, maxHead/2), part(15, maxHead/2)...))))
		},
	} {
		if err := read(); !errors.Is(err, session.ErrHistoryTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := eachMessage(part(fieldMessages, maxMessage+1), nil); !errors.Is(err, session.ErrHistoryTooLarge) {
		t.Errorf("a message: %v", err)
	}
}

func TestAFileTakesNoMoreThanItMay(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/f")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read by the test
	b := &bounded{Target: f, most: 10}
	for range 2 { // the library writes it anew after a failure
		if _, err := b.Write(make([]byte, 10)); err != nil {
			t.Error(err)
		}
		if _, err := b.Write(make([]byte, 1)); !errors.Is(err, session.ErrHistoryTooLarge) {
			t.Errorf("one more: %v", err)
		}
		if _, err := b.Seek(0, io.SeekStart); err != nil {
			t.Error(err)
		}
	}
	if info, err := f.Stat(); err != nil || info.Size() != 10 {
		t.Errorf("%v, %v", info, err)
	}
}
