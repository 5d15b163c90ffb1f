package app

import (
	"context"
	"errors"
	"fmt"
	"syscall"
)

// minDisk is the free space below which the instance is no longer ready: the next commits may fail.
const minDisk = 64 << 20

var errNoDatabase = errors.New("cannot be read")

// checks looks at what must work for events to be accepted. A disconnected WhatsApp account is not among them.
func (a *App) checks(ctx context.Context) map[string]error {
	checks := map[string]error{"database": nil, "migrations": nil, "writer": nil, "disk": a.checkDisk()}
	var one int
	if err := a.db.Read().QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		checks["database"] = errNoDatabase
	}
	if err := a.db.Check(ctx); err != nil {
		checks["writer"] = errors.New("cannot be written")
	}
	checks["media"] = a.files.Check()
	return checks
}

func (a *App) checkDisk() error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(a.options.Data, &fs); err != nil {
		return errors.New("cannot be examined")
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < minDisk { //nolint:gosec // a block size is positive
		return fmt.Errorf("only %d MiB free", free>>20)
	}
	return nil
}
