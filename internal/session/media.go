package session

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"wapost/internal/event"
)

// Outcomes of asking WhatsApp or the phone for a file.
var (
	ErrFileGone    = errors.New("whatsapp has the file no more")
	ErrFileDamaged = errors.New("the file is not the one that the message named")
	ErrNotOnPhone  = errors.New("the phone does not have the file")
	ErrUnreadable  = errors.New("the answer is about another file")
)

// Target is where a file is written to, and then decrypted in place.
type Target interface {
	io.Reader
	io.Writer
	io.Seeker
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Stat() (fs.FileInfo, error)
}

// PhoneAnswer is what the phone said when it was asked to upload the files of a message once more. Its content is encrypted
// with the key of the file.
type PhoneAnswer struct {
	MessageID  string
	Code       int // of an answer without content: why not; 0 = there is content
	Ciphertext []byte
	IV         []byte
}

// Answers takes what phones answer. nil = it is on disk, or of no use.
type Answers interface {
	PhoneAnswered(ctx context.Context, deviceID string, a PhoneAnswer) error
}

// TakeAnswers sets who is told what phones answer. Call it before Run.
func (m *Manager) TakeAnswers(a Answers) { m.answers = a }

// Download writes a file into to, decrypted and checked.
//
// Errors: ErrFileGone, ErrFileDamaged; fault.Conflict when the device is not connected; fault.BadGateway and
// fault.GatewayTimeout when WhatsApp does not give it now; an error of to as it is.
func (m *Manager) Download(ctx context.Context, deviceID string, f event.Attachment, to Target) error {
	_, line, err := m.usableLine(ctx, deviceID)
	if err != nil {
		return err
	}
	return line.Download(ctx, f, to)
}

// AskPhone asks the phone to upload the files of a message once more. The answer, if one comes, goes to whom TakeAnswers has named.
//
// Errors: fault.Conflict when the device is not connected; fault.Unavailable when it could not be asked.
func (m *Manager) AskPhone(ctx context.Context, deviceID string, f event.Attachment) error {
	_, line, err := m.usableLine(ctx, deviceID)
	if err != nil {
		return err
	}
	return line.AskPhone(ctx, f)
}

// answered passes on what the phone said.
func (s *session) answered(ctx context.Context, list []PhoneAnswer) error {
	if s.m.answers == nil {
		return nil
	}
	for _, a := range list {
		if err := s.m.answers.PhoneAnswered(ctx, s.id, a); err != nil {
			return err
		}
	}
	return nil
}
