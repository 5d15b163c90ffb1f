package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Directory keeps files in a directory of this machine. Its files are readable by us alone.
type Directory struct{ root string }

var _ Blobs = (*Directory)(nil)

// NewDirectory returns the store in a directory, which it makes when it is missing.
func NewDirectory(root string) (*Directory, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the media directory: %w", err)
	}
	return &Directory{root}, nil
}

// path spreads files over 256 directories, by the end of their ids: the begin of those is a time.
func (d *Directory) path(name string) string {
	name = filepath.Base(name)
	return filepath.Join(d.root, name[max(0, len(name)-2):], name)
}

// Put implements Blobs: the file gets its name when all of it is on disk.
func (d *Directory) Put(_ context.Context, name string, f *os.File, _ int64, _ []byte) error {
	path := d.path(name)
	if err := d.spread(filepath.Dir(path)); err != nil {
		return full(err)
	}
	if err := f.Sync(); err != nil {
		return full(err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return full(err)
	}
	return syncDirectory(filepath.Dir(path))
}

// spread makes one of the 256 directories, and puts its name on disk: a file with a name that nothing leads to is lost.
func (d *Directory) spread(path string) error {
	err := os.Mkdir(path, 0o700)
	switch {
	case err == nil:
		return syncDirectory(d.root)
	case errors.Is(err, fs.ErrExist):
		return nil
	}
	return err
}

// syncDirectory puts a name on disk.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// Open implements Blobs.
func (d *Directory) Open(_ context.Context, name string, size int64) (io.ReadSeekCloser, error) {
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() != size { // somebody else has changed it
		err = fmt.Errorf("%s has %d bytes, want %d: %w", name, info.Size(), size, fs.ErrNotExist)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Delete implements Blobs.
func (d *Directory) Delete(_ context.Context, name string) error {
	err := os.Remove(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Check implements Blobs.
func (d *Directory) Check(context.Context) error {
	f, err := os.CreateTemp(d.root, "check-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// Free returns how many bytes the directory's disk has left for us.
func (d *Directory) Free() (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.root, &s); err != nil {
		return 0, fmt.Errorf("examine the disk: %w", err)
	}
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:gosec,unconvert // bytes of a disk fit; other systems have other types
}
