package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// place is what the file of --resume holds.
type place struct {
	URL   string `json:"url"`
	After string `json:"after"` // the last event that was shown, and answered if it was forwarded
}

// openPlace reads where to go on.
func (l *listener) openPlace() error {
	path := l.cmd.Resume
	if path == "" {
		return nil
	}
	if err := tryPlace(path); err != nil {
		return fmt.Errorf("the place cannot be kept: %w; name another file with --resume", err)
	}
	b, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(b, &l.place)
	}
	switch {
	case err != nil:
		return fmt.Errorf("read the place to go on from: %w; remove %s to begin anew", err, path)
	case l.place.URL != l.cmd.URL:
		return fmt.Errorf("%s is the place in the events of %s, not of %s; name another file with --resume", path, l.place.URL, l.cmd.URL)
	}
	l.note("going on after %s", l.place.After)
	return nil
}

// tryPlace makes sure that keep will work, before an event is forwarded that would come again.
func tryPlace(path string) error {
	part := path + partSuffix
	if err := os.WriteFile(part, nil, 0o600); err != nil {
		return err
	}
	return os.Remove(part)
}

// partSuffix marks a place that is being written.
const partSuffix = ".part"

// keep writes the place in one step: a crash leaves the old one or the new one.
func (l *listener) keep(id string) error {
	l.place = place{URL: l.cmd.URL, After: id}
	path := l.cmd.Resume
	if path == "" {
		return nil
	}
	b, err := json.Marshal(l.place)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+partSuffix, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("keep the place: %w", err)
	}
	return os.Rename(path+partSuffix, path)
}
