package app

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wapost/internal/journal"
	"wapost/internal/media"
	"wapost/internal/whatsapp"
)

// MediaOptions say how files that came with messages are kept. The zero value of a field is its default.
type MediaOptions struct {
	MaxFile  int64 // bytes of one file; 0 = 100 MiB
	MaxBytes int64 // bytes of all files together; 0 = no limit
	// MaxAccount is how many bytes all files of one account may have; 0 = no limit but MaxBytes.
	MaxAccount int64
	MaxAge     time.Duration // how long a file stays that nobody uses; 0 = no limit

	Auto         bool  // fetch files without being asked
	AutoMaxBytes int64 // of those, the largest; 0 = MaxFile

	S3 media.S3Options // keep them in a bucket instead of the data directory; no endpoint = not
}

// defaultKeep is how long the log keeps events when nothing else is said.
const defaultKeep = 30 * 24 * time.Hour

// wireMedia makes the store of files. The sessions are needed for it, and it for the sessions' answers.
func (a *App) wireMedia(log *journal.Journal, dialer *whatsapp.Dialer) error {
	o, root := a.options.Media, filepath.Join(a.options.Data, "media")
	dir, err := media.NewDirectory(root)
	if err != nil {
		return err
	}
	temp := filepath.Join(root, "tmp")
	if err := os.MkdirAll(temp, 0o700); err != nil { // looked at by /health/ready from the first moment
		return fmt.Errorf("make the media directory: %w", err)
	}
	var blobs media.Blobs = dir
	if o.S3.Endpoint != "" {
		if blobs, err = media.NewS3(o.S3); err != nil {
			return fmt.Errorf("media: %w", err)
		}
	}
	keep := a.options.KeepEvents
	if keep == 0 {
		keep = defaultKeep
	}
	a.files = media.New(media.Options{
		Store: a.db.Media(), Lines: a.sessions, Phone: dialer, Sink: log, Blobs: blobs, Temp: temp, Free: dir.Free, Logger: a.log,
		MaxFile: o.MaxFile, MaxBytes: o.MaxBytes, MaxAccount: o.MaxAccount, MaxAge: o.MaxAge, Keep: keep, Auto: o.Auto, AutoMaxBytes: o.AutoMaxBytes, Crash: a.options.Crash,
	})
	a.sessions.TakeAnswers(a.files)
	a.db.OnMediaWanted(a.files.Wants)
	a.db.OnRecorded(a.files.Recorded)
	a.db.OnAccountGone(a.files.ForgetAccount)
	return nil
}
