package media

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

var (
	errTooLarge = errors.New("the file is larger than allowed")
	errStorage  = errors.New("the file cannot be kept")
	errKeyLost  = errors.New("what is kept of the key cannot be opened")
)

// ErrFull is what a Blobs answers when there is no room.
var ErrFull = errors.New("no room")

// overhead is what encryption adds at most: padding and MAC.
const overhead = 16 + 10

// fetch downloads the file and puts it into our store.
//
// Errors: those of Lines.Download; errTooLarge, errStorage.
func (a *Archive) fetch(ctx context.Context, r *Record) error {
	if r.DirectPath == "" && r.URL == "" {
		return session.ErrFileGone
	}
	release, err := a.slots.take(ctx, r.AccountID)
	if err != nil {
		return err
	}
	defer release()
	if r.Size > a.MaxFile {
		return errTooLarge
	}
	room := &hold{a: a, account: r.AccountID, ctx: ctx}
	defer room.release()
	if err := room.upTo(r.Size); err != nil {
		return err
	}
	f, err := a.tempFile(r.ID)
	if err != nil {
		return err
	}
	defer func() {
		_ = f.Close()           // what matters was synced
		_ = os.Remove(f.Name()) // mostly renamed by now; else the next start removes it
	}()
	if err := a.Lines.Download(ctx, r.DeviceID, r.Attachment, &capped{Target: f, room: room, most: a.MaxFile + overhead, half: func() { a.Crash("media-half") }}); err != nil {
		return err
	}
	return a.keep(ctx, r, f)
}

// keep puts a finished file into our store. The record says so before and after, so that bytes are never forgotten.
func (a *Archive) keep(ctx context.Context, r *Record, f *os.File) error {
	size, sum, err := measure(f)
	if err != nil {
		return fmt.Errorf("%w: %w", errStorage, err)
	}
	if err := a.Store.Storing(ctx, r.ID, size); err != nil {
		return err
	}
	a.Crash("media-storing")
	if err := a.Blobs.Put(ctx, r.ID, f, size, sum); err != nil {
		undo := context.WithoutCancel(ctx)
		_, failed := a.Store.Dropped(undo, r.ID)
		return errors.Join(fmt.Errorf("%w: %w", errStorage, err), failed)
	}
	a.Crash("media-put")
	r.SHA256, r.StoredSize = sum, size
	if err := a.ready(ctx, r); err != nil {
		return a.orDelete(ctx, r, err)
	}
	a.changeUsage(r.AccountID, size, 1)
	return nil
}

// orDelete deletes what was put when its record is gone: nobody will ask for these bytes, or remember them.
func (a *Archive) orDelete(ctx context.Context, r *Record, err error) error {
	if fault.Is(err, fault.NotFound) {
		err = errors.Join(err, a.Blobs.Delete(context.WithoutCancel(ctx), r.ID))
	}
	return err
}

// ready says, to the database and to customers, that a file is in our store.
func (a *Archive) ready(ctx context.Context, r *Record) error {
	about, chat, err := a.describe(ctx, r)
	if err != nil {
		return err
	}
	data := event.ReadyMedia{Media: about, MessageID: r.MessageID, Chat: chat}
	return a.announce(ctx, r, event.MediaReady, data, func(ctx context.Context) error {
		return a.Store.Stored(ctx, r.ID, r.StoredSize, r.SHA256)
	})
}

// measure returns size and hash of a file, read once more from the disk: what is stored is what was checked.
func measure(f *os.File) (int64, []byte, error) {
	h := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, nil, err
	}
	n, err := io.Copy(h, f)
	return n, h.Sum(nil), err
}

// capped is a file that takes no more than it may, and tells its own errors from those of the network. It shows no more of the
// file than it must: io.Copy would use a ReadFrom or WriteString that knows no bound.
type capped struct {
	session.Target
	room    *hold
	most    int64
	written int64
	half    func()
}

// Write implements io.Writer.
func (c *capped) Write(b []byte) (int, error) {
	if c.written += int64(len(b)); c.written > c.most {
		return 0, errTooLarge
	}
	if err := c.room.upTo(c.written); err != nil {
		return 0, err
	}
	n, err := c.Target.Write(b)
	c.room.wrote(c.written)
	c.half()
	return n, storageError(err)
}

// WriteAt implements io.WriterAt.
func (c *capped) WriteAt(b []byte, off int64) (int, error) {
	n, err := c.Target.WriteAt(b, off)
	return n, storageError(err)
}

// Seek implements io.Seeker. Going back to the begin means that the file is written anew.
func (c *capped) Seek(offset int64, whence int) (int64, error) {
	n, err := c.Target.Seek(offset, whence)
	if err == nil {
		c.written = n
	}
	return n, err
}

func storageError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errStorage, err)
}
