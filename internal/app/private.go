package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// writePrivate makes a file that only we can read. When it returns, content and name are on the disk: what is made with a
// secret must never outlive it. A file that exists is an error, and a power cut leaves none that is empty.
func writePrivate(path, content string) error {
	name, part := filepath.Base(path), path+".part"
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // one may be left of a start that was cut off
	if err != nil {
		return fmt.Errorf("make %s: %w", name, err)
	}
	_, err = out.WriteString(content)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := publish(part, path); err != nil {
		return fmt.Errorf("make %s: %w", name, err)
	}
	return syncDirectory(filepath.Dir(path))
}

// publish gives a file its name unless that is taken. Where the file system has no links, the last of two wins.
func publish(part, path string) error {
	err := os.Link(part, path)
	if err == nil {
		return os.Remove(part)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(part, path)
}

// makeDirectory makes a directory and its parents, and puts their names on the disk: what was acknowledged lies below them.
func makeDirectory(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	made := []string{}
	for at := path; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
			break // also when it cannot be looked at: MkdirAll says why
		}
		made = append(made, at)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	for _, at := range made {
		if err := syncDirectory(filepath.Dir(at)); err != nil {
			return err
		}
	}
	return nil
}

// syncDirectory puts the names in a directory on the disk, where the file system can.
func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync a directory: %w", err)
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	if err := errors.Join(err, d.Close()); err != nil {
		return fmt.Errorf("sync a directory: %w", err)
	}
	return nil
}
