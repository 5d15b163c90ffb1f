package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"wapost/internal/fault"
)

// demandWait is how long somebody who asks for a file waits for it. The download goes on beyond.
const demandWait = 55 * time.Second

// File is a stored file. The caller closes it.
type File struct {
	Record
	io.ReadSeekCloser
}

// Info returns the record of a file. Errors: fault.NotFound.
func (a *Archive) Info(ctx context.Context, s Scope, id string) (Record, error) {
	return a.Store.Get(ctx, s, id)
}

// Until tells when our copy of a file is deleted unless somebody uses it; zero = not stored, or without a limit of time.
func (a *Archive) Until(r *Record) time.Time {
	if r.State != Stored || a.MaxAge == 0 {
		return time.Time{}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if last := a.uses[r.ID]; last.After(r.UsedAt) {
		return last.Add(a.MaxAge)
	}
	return r.UsedAt.Add(a.MaxAge)
}

// OfMessage returns the first file of a message. Errors: fault.NotFound.
func (a *Archive) OfMessage(ctx context.Context, s Scope, chats []string, messageID string) (Record, error) {
	list, err := a.Store.OfMessage(ctx, s, chats, messageID)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "No such media")
	}
	if err != nil {
		return Record{}, err
	}
	return list[0], nil
}

// Open returns a file; what is not in our store is fetched first.
//
// Errors: fault.NotFound; fault.Gone when nobody has it any more, or its key is lost; fault.TooLarge; fault.Conflict when the device is not
// connected; fault.BadGateway when WhatsApp gives no file or a wrong one; fault.GatewayTimeout when it takes too long, or the
// phone has not answered; fault.Unavailable when there is no room.
func (a *Archive) Open(ctx context.Context, s Scope, id string) (*File, error) {
	for range 3 { // a file may be evicted between two steps
		r, err := a.Store.Get(ctx, s, id)
		switch {
		case err != nil:
			return nil, err
		case r.State == Gone:
			return nil, goneForGood(nil)
		case r.State != Stored:
			if err := a.await(ctx, s, id); err != nil {
				return nil, err
			}
			continue
		}
		b, err := a.Blobs.Open(ctx, id, r.StoredSize)
		switch {
		case err == nil:
			a.used(id)
			return &File{r, b}, nil
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fault.Wrap(err, fault.Unavailable, "Storage is unavailable")
		}
		a.log.WarnContext(ctx, "a stored file is missing; it is fetched again", "media_id", id)
		if err := a.drop(ctx, &r); err != nil {
			return nil, err
		}
	}
	return nil, fault.Wrap(fmt.Errorf("file %s does not stay", id), fault.Unavailable, "No room for the file")
}

// await waits until a file is in our store.
func (a *Archive) await(ctx context.Context, s Scope, id string) error {
	f, err := a.join(s, id)
	if err != nil {
		return err
	}
	timer := time.NewTimer(demandWait)
	defer timer.Stop()
	select {
	case <-f.done:
		return f.err
	case <-timer.C:
		return &fault.Error{Kind: fault.GatewayTimeout, Sentence: "File is still on its way; try again", RetryAfter: 5 * time.Second}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// used notes that somebody has read a file: the least used are evicted first.
func (a *Archive) used(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.uses[id] = time.Now()
}

// Drop deletes our copy of a file; it can be fetched again. Errors: fault.NotFound.
func (a *Archive) Drop(ctx context.Context, s Scope, id string) error {
	r, err := a.Store.Get(ctx, s, id)
	if err != nil || r.State != Stored {
		return err
	}
	return a.drop(ctx, &r)
}

// drop deletes the bytes first: a record must not promise less than there is.
func (a *Archive) drop(ctx context.Context, r *Record) error {
	if err := a.Blobs.Delete(ctx, r.ID); err != nil {
		return fault.Wrap(err, fault.Unavailable, "Storage is unavailable")
	}
	changed, err := a.Store.Dropped(ctx, r.ID)
	if changed && r.State == Stored {
		a.changeUsage(r.AccountID, -r.StoredSize, -1)
	}
	return err
}
