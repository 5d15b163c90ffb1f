package whatsapp

import (
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"

	"wapost/internal/session"
)

// A file of a history comes from a phone, which may be anybody's: nothing that it claims about itself is believed, and it may
// fill neither the disk nor the memory. Protobuf grows when it is decoded, an empty message from two bytes to a hundred, so
// what is decoded at once is bounded more tightly than what is only held.
const (
	defaultHistoryFile = 128 << 20 // of a packed file, on the disk
	unpackedTimes      = 16        // what unpacking may make of the largest packed file; it passes by, piece by piece
	maxChat            = 64 << 20  // of one chat, held in memory
	maxHead            = 16 << 20  // of what is no chat, decoded at once: names and numbers
	maxMessage         = 4 << 20   // of one message, or of what is true of one chat, decoded at once
)

// errUnpackedTooLarge and its like tell which bound was met; all are session.ErrHistoryTooLarge.
var (
	errUnpackedTooLarge = fmt.Errorf("%w: unpacked", session.ErrHistoryTooLarge)
	errFieldTooLarge    = fmt.Errorf("%w: a field", session.ErrHistoryTooLarge)
	errFileTooLarge     = fmt.Errorf("%w: packed", session.ErrHistoryTooLarge)
)

// bounded is a file that takes no more than it may.
type bounded struct {
	session.Target
	most int64
	at   int64
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.at += int64(len(p)); b.at > b.most {
		return 0, errFileTooLarge
	}
	return b.Target.Write(p)
}

// Seek implements io.Seeker. Going back to the begin means that the file is written anew.
func (b *bounded) Seek(offset int64, whence int) (int64, error) {
	n, err := b.Target.Seek(offset, whence)
	if err == nil {
		b.at = n
	}
	return n, err
}

// atMost reads no more than so many bytes, and says so.
type atMost struct {
	from io.Reader
	left int64
}

// Read implements io.Reader.
func (a *atMost) Read(p []byte) (int, error) {
	n, err := a.from.Read(p)
	if a.left -= int64(n); a.left < 0 {
		return 0, errUnpackedTooLarge
	}
	return n, err
}

// limits is how long each wanted field of a message may be; the others are passed over.
type limits map[protowire.Number]int

// sortHistoryError tells a file that cannot be read from one that is too large, and from an error of the one who takes.
func sortHistoryError(err error) error {
	var own *takeError
	switch {
	case err == nil, errors.Is(err, session.ErrHistoryTooLarge):
		return err
	case errors.As(err, &own):
		return own.error
	}
	return fmt.Errorf("%w: %w", session.ErrHistoryDamaged, err)
}
