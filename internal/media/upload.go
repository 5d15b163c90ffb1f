package media

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Incoming is a file that a customer has sent us and that is not kept yet.
type Incoming struct {
	f    *os.File
	size int64
	sum  []byte
	room *hold
	Head []byte // its begin, by which its type can be guessed
}

// guessed is how much of a file a guess about its type needs.
const guessed = 512

// Receive reads a file of an account to its end.
//
// Errors: fault.TooLarge; fault.Unavailable when there is no room; an error of from as it is.
func (a *Archive) Receive(ctx context.Context, account int64, from io.Reader) (*Incoming, error) {
	f, err := a.tempFile("upload")
	if err != nil {
		return nil, noRoom(err)
	}
	in := &Incoming{f: f, room: &hold{a: a, account: account, ctx: ctx}}
	h := sha256.New()
	to := &capped{Target: f, room: in.room, most: a.MaxFile, half: func() {}}
	in.size, err = io.Copy(io.MultiWriter(to, h), from)
	if err == nil {
		in.sum = h.Sum(nil)
		in.Head = make([]byte, min(guessed, in.size))
		if _, err = f.ReadAt(in.Head, 0); errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err == nil {
		return in, nil
	}
	in.Discard()
	if errors.Is(err, errTooLarge) || errors.Is(err, errStorage) {
		return nil, a.judge(err).shown
	}
	return nil, err
}

// Discard ends an incoming file, kept or not.
func (in *Incoming) Discard() {
	_ = in.f.Close()           // what matters was synced
	_ = os.Remove(in.f.Name()) // renamed when it was kept; else the next start removes it
	in.room.release()
}

func noRoom(cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Sentence: "No room for the file", RetryAfter: time.Minute, Cause: cause}
}

// Accept puts an incoming file into our store. Nobody else has it: when it goes, it is gone.
//
// Errors: fault.NotFound when the device does not exist; fault.Unavailable when it cannot be put.
func (a *Archive) Accept(ctx context.Context, s Scope, in *Incoming, filename, mimeType string) (event.Media, error) {
	r := Record{AccountID: s.AccountID, DeviceID: s.DeviceID, StoredSize: in.size, Attachment: event.Attachment{ID: event.NewMediaID(),
		Kind: kindOf(mimeType), MimeType: mimeType, Filename: filename, Size: in.size, SHA256: in.sum}}
	if err := a.Store.Add(ctx, r); err != nil {
		return event.Media{}, err
	}
	err := a.Blobs.Put(ctx, r.ID, in.f, in.size, in.sum)
	ctx = context.WithoutCancel(ctx) // the bytes are there, or half of them: the record must say what becomes of them
	if err != nil {
		_, failed := a.Store.Dropped(ctx, r.ID)
		return event.Media{}, noRoom(errors.Join(err, failed))
	}
	if err := a.Store.Stored(ctx, r.ID, in.size, in.sum); err != nil {
		return event.Media{}, a.orDelete(ctx, &r, err)
	}
	a.changeUsage(s.AccountID, in.size, 1)
	return r.media(), nil
}

// kindOf sorts files as WhatsApp does.
func kindOf(mimeType string) string {
	family, _, _ := strings.Cut(mimeType, "/")
	switch family {
	case event.MediaImage, event.MediaVideo, event.MediaAudio:
		return family
	}
	return event.MediaDocument
}
