package powercut

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// sector is the most that a disk writes as a whole, in bytes.
const sector = 512

// Disk is a directory with four parts. A name in one of the two lists is a hard link to the inode that it means.
//
//	seen/     the files as processes see them: what a kernel keeps in memory
//	inode/    what is on the disk of each file
//	named/    which inode a name means to processes
//	durable/  which inode a name means to the disk
type Disk struct{ dir string }

// New takes a directory for a disk, which is empty when the directory is.
func New(dir string) (*Disk, error) {
	d := &Disk{dir}
	return d, d.makeParts()
}

// Path returns where processes find the file of that name.
func (d *Disk) Path(name string) string { return filepath.Join(d.dir, "seen", name) }

func (d *Disk) makeParts() error {
	for _, part := range []string{"seen", "inode", "named", "durable"} {
		if err := os.MkdirAll(filepath.Join(d.dir, part), 0o700); err != nil {
			return fmt.Errorf("make a disk: %w", err)
		}
	}
	return nil
}

// Cut is the power cut; no process may have the files open. Of what was not fsynced each sector, each length of a file and each
// entry of the directory survives with the given probability: 0 = nothing does.
func (d *Disk) Cut(survives float64) error {
	names := map[string]bool{}
	for _, part := range []string{"named", "durable"} {
		entries, err := os.ReadDir(filepath.Join(d.dir, part))
		if err != nil {
			return fmt.Errorf("cut: %w", err)
		}
		for _, e := range entries {
			names[e.Name()] = true
		}
	}
	left := map[string][]byte{}
	for name := range names {
		content, err := d.survivor(name, survives)
		switch {
		case err == nil:
			left[name] = content
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("cut: %w", err)
		}
	}
	return d.start(left)
}

// survivor returns what is left of a file; fs.ErrNotExist when the name is lost.
func (d *Disk) survivor(name string, survives float64) ([]byte, error) {
	durable, named := filepath.Join(d.dir, "durable", name), filepath.Join(d.dir, "named", name)
	if chance(survives) { // the directory reached the disk
		durable = named
	}
	content, err := os.ReadFile(durable)
	if err != nil || !sameFile(durable, named) {
		return content, err
	}
	seen, err := os.ReadFile(d.Path(name))
	if errors.Is(err, fs.ErrNotExist) { // just deleted
		return content, nil
	}
	if err != nil {
		return nil, err
	}
	return mix(content, seen, survives), nil
}

// mix lets some of the newer sectors through. A file has the length of the last one that came through.
func mix(old, seen []byte, survives float64) []byte {
	out := old
	if len(seen) < len(out) && chance(survives) {
		out = out[:len(seen)]
	}
	for at := 0; at < len(seen); at += sector {
		end := min(at+sector, len(seen))
		if !chance(survives) {
			continue
		}
		if grow := end - len(out); grow > 0 {
			out = append(out, make([]byte, grow)...)
		}
		copy(out[at:end], seen[at:end])
	}
	return out
}

// start makes these the files of the disk, all of them durable.
func (d *Disk) start(files map[string][]byte) error {
	if err := os.RemoveAll(d.dir); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if err := d.makeParts(); err != nil {
		return err
	}
	number := 0
	for name, content := range files {
		number++
		inode := filepath.Join(d.dir, "inode", strconv.Itoa(number))
		err := errors.Join(os.WriteFile(d.Path(name), content, 0o600), os.WriteFile(inode, content, 0o600),
			os.Link(inode, filepath.Join(d.dir, "named", name)), os.Link(inode, filepath.Join(d.dir, "durable", name)))
		if err != nil {
			return fmt.Errorf("start: %w", err)
		}
	}
	return nil
}

func chance(p float64) bool { return rand.Float64() < p }

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}
