package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// FileLock is the right of one process to write in a place. The kernel takes it back when the process ends, however it ends.
type FileLock struct{ file *os.File }

// LockFile takes the lock of a file, which is made when it is missing and never removed: who removed it would let two others
// hold two files of one name. What the lock guards is said with a noun and its name, for the error that tells who has it; a
// holder gets as long as patience to end.
func LockFile(ctx context.Context, path, noun, name string, patience time.Duration) (*FileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the %s: %w", noun, err)
	}
	limit, tick := time.NewTimer(patience), time.NewTicker(lockPoll)
	defer limit.Stop()
	defer tick.Stop()
	for {
		if err = flock(f, unix.LOCK_EX|unix.LOCK_NB); err == nil {
			signLock(f)
			return &FileLock{file: f}, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w; the %s must be on a file system that keeps locks, such as a local disk", path, err, noun), f.Close())
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return nil, errors.Join(fmt.Errorf("another wapost uses the %s %s (%s); stop it, or give this one a %s of its own", noun, name, signer(path), noun), f.Close())
		case <-ctx.Done():
			return nil, errors.Join(ctxError(ctx), f.Close())
		}
	}
}

// flock asks again when a signal came between.
func flock(f *os.File, how int) error {
	for {
		if err := unix.Flock(int(f.Fd()), how); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// signLock writes into a file that we have locked who has it. A full disk must not keep us from starting: it is a help, no more.
func signLock(f *os.File) {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	text := fmt.Sprintf("process %d on %s, since %s\n", os.Getpid(), host, time.Now().Format("2006-01-02 15:04:05 MST"))
	_ = f.Truncate(0)                 // see above
	_, _ = f.WriteAt([]byte(text), 0) // see above
}

// signer reads what the holder of a lock wrote.
func signer(path string) string {
	b, err := os.ReadFile(path)
	if text := strings.TrimSpace(string(b)); err == nil && text != "" {
		return text
	}
	return "it does not say which process it is"
}

// Close gives the lock back. A second Close does nothing.
func (l *FileLock) Close() error {
	f := l.file
	l.file = nil
	if f == nil {
		return nil
	}
	return errors.Join(flock(f, unix.LOCK_UN), f.Close()) // Close alone would leave it to a child that is being started
}

// lockDatabase takes the lock of a SQLite file, whatever name it is reached by. SQLite's own locks last as long as a
// transaction: two writers would take turns, and each would be wrong about the log.
func lockDatabase(ctx context.Context, path string) (*FileLock, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil { // it is about to be made
		dir, derr := filepath.EvalSymlinks(filepath.Dir(path))
		if derr != nil {
			return nil, fmt.Errorf("open the database: %w", derr)
		}
		real = filepath.Join(dir, filepath.Base(path))
	}
	return LockFile(ctx, real+".lock", "database", path, 0)
}
