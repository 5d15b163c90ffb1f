package whatsapp

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"wapost/internal/session"
)

func samplePart(t testing.TB) []byte {
	t.Helper()
	b, err := proto.Marshal(&waHistorySync.HistorySync{SyncType: waHistorySync.HistorySync_RECENT.Enum(), Progress: proto.Uint32(7),
		Conversations: []*waHistorySync.Conversation{{ID: proto.String("1@g.us"), Name: proto.String("crew")}, {ID: proto.String("2@g.us")}},
		Pushnames:     []*waHistorySync.Pushname{{ID: proto.String("3@lid"), Pushname: proto.String("Mia")}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What is read field by field and put together again is the same message.
func TestFieldsOfAPartAreReadOneByOne(t *testing.T) {
	whole := samplePart(t)
	var all, chats []byte
	number := 0
	read := func(wanted limits, into *[]byte) {
		err := eachField(bufio.NewReader(bytes.NewReader(whole)), wanted, func(_ protowire.Number, f []byte) error {
			number++
			*into = append(*into, f...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	read(everyField(), &all)
	var a, b waHistorySync.HistorySync
	if err := errors.Join(proto.Unmarshal(whole, &a), proto.Unmarshal(all, &b)); err != nil || !proto.Equal(&a, &b) {
		t.Errorf("%v: %v is not %v", err, &b, &a)
	}
	number = 0
	read(limits{fieldConversations: maxChat}, &chats)
	if number != 2 {
		t.Errorf("%d chats, want 2", number)
	}
}

func everyField() limits {
	all := limits{}
	for n := range protowire.Number(100) {
		all[n] = maxChat
	}
	return all
}

func FuzzFieldsOfAPart(f *testing.F) {
	f.Add(samplePart(f))
	f.Add([]byte{0x12, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var joined []byte
		err := eachField(bufio.NewReader(bytes.NewReader(b)), everyField(), func(_ protowire.Number, field []byte) error {
			joined = append(joined, field...)
			return nil
		})
		if err == nil && len(joined) > 2*len(b) {
			t.Errorf("%d bytes became %d", len(b), len(joined))
		}
	})
}

func TestADamagedPartIsKnownAsSuch(t *testing.T) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(samplePart(t)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	own := errors.New("storage")
	pass := func(in *bufio.Reader) error {
		return eachField(in, everyField(), func(protowire.Number, []byte) error { return nil })
	}
	open := func(b []byte) func() (io.Reader, error) {
		return func() (io.Reader, error) { return bytes.NewReader(b), nil }
	}
	if err := through(open(packed.Bytes()), 1<<20, pass); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for name, b := range map[string][]byte{"no zlib": []byte("hello"), "cut off": packed.Bytes()[:packed.Len()/2], "empty": nil} {
		if err := through(open(b), 1<<20, pass); !errors.Is(err, session.ErrHistoryDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := through(open(packed.Bytes()), 1<<20, func(*bufio.Reader) error { return &takeError{own} })
	if !errors.Is(err, own) || errors.Is(err, session.ErrHistoryDamaged) {
		t.Errorf("an error of the one who takes: %v", err)
	}
}

func TestEndsOfOldMutes(t *testing.T) {
	for name, c := range map[string]struct {
		given uint64
		want  time.Time
	}{
		"none": {0, time.Time{}}, "seconds": {1_800_000_000, time.Unix(1_800_000_000, 0)}, "milliseconds": {1_800_000_000_000, time.Unix(1_800_000_000, 0)},
		"for ever": {1<<64 - 1, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
	} {
		if got := oldMuteEnd(&c.given); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if oldMuteEnd(nil) != nil {
		t.Error("nothing told is not an end")
	}
}
