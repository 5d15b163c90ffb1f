package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// mediaType is what the library calls a family of keys.
func mediaType(k event.Keys) whatsmeow.MediaType {
	switch k {
	case event.ImageKeys:
		return whatsmeow.MediaImage
	case event.VideoKeys:
		return whatsmeow.MediaVideo
	case event.AudioKeys:
		return whatsmeow.MediaAudio
	case event.StickerPackKeys:
		return whatsmeow.MediaStickerPack
	case event.HistoryKeys:
		return whatsmeow.MediaHistory
	}
	return whatsmeow.MediaDocument
}

// Download writes a file into to, decrypted and checked. It implements session.Line.
func (l *Line) Download(ctx context.Context, f event.Attachment, to session.Target) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	seen := &testimony{stop: cancel}
	target := &noted{Target: to}
	key, enc := f.Key, f.EncSHA256
	if enc == nil || key == nil {
		key, enc = nil, nil // not encrypted
	}
	kind := mediaType(f.Keys)
	err := l.cli.DownloadMediaWithPathToFile(seen.in(ctx), pathOf(&f), enc, f.SHA256, key, kind, "", f.SHA256 == nil && enc == nil, target)
	switch {
	case err == nil:
		return nil
	case target.err != nil:
		return target.err
	}
	return downloadError(ctx, err, seen)
}

// pathOf returns where a file lies at the media host.
func pathOf(f *event.Attachment) string {
	if f.DirectPath != "" {
		return f.DirectPath
	}
	u, err := url.Parse(f.URL)
	if err != nil || u.Path == "" {
		return ""
	}
	if u.RawQuery == "" {
		u.ForceQuery = true // the library adds parameters
	}
	return u.RequestURI()
}

// noted remembers the first error of the file itself, which the library would take for one of the network.
type noted struct {
	session.Target
	err error
}

// Write implements io.Writer.
func (n *noted) Write(b []byte) (int, error) {
	w, err := n.Target.Write(b)
	n.note(err)
	return w, err
}

// WriteAt implements io.WriterAt.
func (n *noted) WriteAt(b []byte, off int64) (int, error) {
	w, err := n.Target.WriteAt(b, off)
	n.note(err)
	return w, err
}

func (n *noted) note(err error) {
	if err != nil && n.err == nil && !errors.Is(err, io.EOF) {
		n.err = err
	}
}

// downloadError sorts what the library says. What the wire showed goes first: after its last try the library forgets the error
// of the network and complains about the hash of what it has.
func downloadError(ctx context.Context, err error, seen *testimony) error {
	var answer whatsmeow.DownloadHTTPError
	switch {
	case errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404), errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410),
		errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith403), errors.Is(err, whatsmeow.ErrNoURLPresent):
		return fmt.Errorf("%w: %w", session.ErrFileGone, err)
	case errors.Is(context.Cause(ctx), errStalled):
		return fault.Wrap(errStalled, fault.GatewayTimeout, "WhatsApp stopped sending the file")
	case ctx.Err() != nil:
		return fault.Wrap(err, fault.GatewayTimeout, "WhatsApp did not send the file in time")
	case errors.Is(err, whatsmeow.ErrNotLoggedIn), errors.Is(err, whatsmeow.ErrNotConnected):
		return fault.Wrap(err, fault.Conflict, "Device is not connected to WhatsApp")
	case seen.failed() != nil:
		return fault.Wrap(errors.Join(err, seen.failed()), fault.BadGateway, "WhatsApp did not give the file")
	case errors.Is(err, whatsmeow.ErrInvalidMediaHMAC), errors.Is(err, whatsmeow.ErrInvalidMediaEncSHA256), errors.Is(err, whatsmeow.ErrInvalidMediaSHA256),
		errors.Is(err, whatsmeow.ErrInvalidUnencryptedMediaSHA256), errors.Is(err, whatsmeow.ErrTooShortFile):
		return fmt.Errorf("%w: %w", session.ErrFileDamaged, err)
	case errors.As(err, &answer):
		return fault.Wrap(err, fault.BadGateway, "WhatsApp answered %d when asked for the file", answer.StatusCode)
	}
	return fault.Wrap(err, fault.BadGateway, "WhatsApp did not give the file")
}

// askLimit bounds how long the socket may take a request to the phone.
const askLimit = 10 * time.Second

// AskPhone asks the phone to upload the files of a message once more. It implements session.Line.
func (l *Line) AskPhone(ctx context.Context, f event.Attachment) error {
	chat, err1 := types.ParseJID(f.Chat)
	sender, err2 := types.ParseJID(f.Sender)
	if err := errors.Join(err1, err2); err != nil {
		return fault.Wrap(err, fault.Internal, "Failed to ask the phone")
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	info := &types.MessageInfo{ID: f.MessageID, MessageSource: types.MessageSource{Chat: chat, Sender: sender, IsFromMe: f.FromMe,
		IsGroup: chat.Server == types.GroupServer || chat.Server == types.BroadcastServer}}
	if err := l.cli.SendMediaRetryReceipt(ctx, info, f.Key); err != nil {
		return fault.Wrap(err, fault.Unavailable, "WhatsApp could not be asked")
	}
	return nil
}

// phoneAnswer is an answer as the store of files takes it: nothing of it can be read without a key.
func phoneAnswer(v *events.MediaRetry) session.PhoneAnswer {
	a := session.PhoneAnswer{MessageID: v.MessageID, Ciphertext: v.Ciphertext, IV: v.IV}
	if v.Error != nil && v.Ciphertext == nil {
		a.Code = v.Error.Code
		if a.Code == 0 {
			a.Code = unknownAnswer
		}
	}
	return a
}

// unknownAnswer stands for a refusal without a code.
const unknownAnswer = -1

// ReadAnswer opens what a phone answered with the key of a file; it returns where the file lies now.
//
// Errors: session.ErrNotOnPhone, session.ErrFileDamaged, session.ErrUnreadable when the answer is about another file.
func (d *Dialer) ReadAnswer(a session.PhoneAnswer, key []byte) (string, error) {
	if a.Code != 0 {
		return "", session.ErrNotOnPhone
	}
	n, err := whatsmeow.DecryptMediaRetryNotification(&events.MediaRetry{MessageID: a.MessageID, Ciphertext: a.Ciphertext, IV: a.IV}, key)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: %w", session.ErrUnreadable, err)
	case n.GetResult() == waMmsRetry.MediaRetryNotification_DECRYPTION_ERROR:
		return "", session.ErrFileDamaged
	case n.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS || n.GetDirectPath() == "":
		return "", session.ErrNotOnPhone
	}
	return n.GetDirectPath(), nil
}
