package media

import (
	"context"
	"io"
	"os"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
)

// Store keeps the records. Every method is one transaction; inside Atomic they join its one.
type Store interface {
	Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error
	// Get reads a record. Errors: fault.NotFound.
	Get(ctx context.Context, s Scope, id string) (Record, error)
	// OfMessage returns the files of a message, in the order in which the message names them. chats "" = of any chat.
	OfMessage(ctx context.Context, s Scope, chats []string, messageID string) ([]Record, error)
	// OfDevice returns the files of a message of a device, of any chat.
	OfDevice(ctx context.Context, deviceID, messageID string) ([]Record, error)
	// Add inserts the record of a file that is being stored and came with no message. Errors: fault.NotFound when there is no
	// such device.
	Add(ctx context.Context, r Record) error
	// Storing notes that bytes are about to be put into our store. Errors: fault.NotFound.
	Storing(ctx context.Context, id string, size int64) error
	// Stored notes that the file is in our store, whole. Errors: fault.NotFound when its record is gone.
	Stored(ctx context.Context, id string, size int64, sha256 []byte) error
	// Dropped notes that it is not there any more: it lies at WhatsApp, as far as we know, or is gone if it never was there.
	// false = others have noted it already.
	Dropped(ctx context.Context, id string) (bool, error)
	// Asked notes that the phone owes an answer: until it comes, the file is not fetched without anybody asking.
	Asked(ctx context.Context, id string) error
	// Moved notes where the phone has uploaded the file to, and that it is to be fetched from there.
	Moved(ctx context.Context, id, directPath string) error
	// Failed notes that the file cannot be had for now (Remote) or for good (Gone); nobody is asked for it any more.
	Failed(ctx context.Context, id string, s State, why Reason) error
	// Want has the file fetched at a time without anybody asking; the zero time = not any more.
	Want(ctx context.Context, id string, at time.Time, attempts int) error
	// Body returns the event that named a file; nil when the log does not have it any more.
	Body(ctx context.Context, eventID string) ([]byte, error)
	Shelf
}

// Shelf is what housekeeping asks of the store.
type Shelf interface {
	// Usage returns what lies in our store by account, doomed files included.
	Usage(ctx context.Context) (map[int64]Usage, error)
	// Unused returns stored files, the one that was not used for the longest time first; before bounds the last use.
	Unused(ctx context.Context, before time.Time, limit int) ([]Record, error)
	// UnusedOf returns the stored files of an account, in the same order.
	UnusedOf(ctx context.Context, account int64, limit int) ([]Record, error)
	// Interrupted returns files whose storing has not ended.
	Interrupted(ctx context.Context, limit int) ([]Record, error)
	// Due returns files that are to be fetched now without anybody asking.
	Due(ctx context.Context, now time.Time, limit int) ([]Record, error)
	// Unanswered returns files that the phone was asked for before a time and has not answered.
	Unanswered(ctx context.Context, before time.Time, limit int) ([]Record, error)
	// Used keeps when files were used.
	Used(ctx context.Context, at map[string]time.Time) error
	// Doomed returns files whose records are gone but whose bytes may still be in our store.
	Doomed(ctx context.Context, limit int) ([]Doom, error)
	// Buried forgets doomed files.
	Buried(ctx context.Context, ids []string) error
	// Forget deletes records made before a time and dooms their bytes; it returns how many.
	Forget(ctx context.Context, before time.Time, limit int) (int, error)
}

// Doom is a file to be deleted from our store.
type Doom struct {
	ID        string
	AccountID int64
	Size      int64 // as Usage counts it; 0 = it was not whole
}

// Usage is what the store holds.
type Usage struct{ Bytes, Files int64 }

// Lines fetches from WhatsApp: it is session.Manager.
type Lines interface {
	// Download writes a file into to, decrypted and checked. Errors: session.ErrFileGone, session.ErrFileDamaged; fault.Conflict
	// when the device is not connected; other faults when it may be tried again; an error of to as it is.
	Download(ctx context.Context, deviceID string, f event.Attachment, to session.Target) error
	// AskPhone asks the phone to upload a file once more. Errors: fault.Conflict when the device is not connected.
	AskPhone(ctx context.Context, deviceID string, f event.Attachment) error
	Get(ctx context.Context, accountID int64, id string) (session.Device, error)
}

// Phone reads what a phone answered. Errors: session.ErrNotOnPhone, session.ErrFileDamaged; session.ErrUnreadable when the
// answer is not about the file of this key.
type Phone interface {
	ReadAnswer(a session.PhoneAnswer, key []byte) (directPath string, err error)
}

// Sink records events: nil means that they are on disk.
type Sink interface {
	Append(ctx context.Context, e *event.Event) error
}

// Blobs is where the bytes are kept. Names are ids of files.
type Blobs interface {
	// Put takes a finished local file over. The name stands for all of it, or for nothing. Errors: ErrFull.
	Put(ctx context.Context, name string, f *os.File, size int64, sha256 []byte) error
	// Open opens a file. Errors: fs.ErrNotExist.
	Open(ctx context.Context, name string, size int64) (io.ReadSeekCloser, error)
	// Delete removes a file; nil when there is none.
	Delete(ctx context.Context, name string) error
	// Check reports whether files can be put.
	Check(ctx context.Context) error
}
