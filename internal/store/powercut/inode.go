package powercut

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// inode is a file, whatever its name is.
type inode struct {
	path    string     // of what is on the disk
	syncing sync.Mutex // one fsync at a time, or they would pass each other
	mu      sync.Mutex
	pending []change // since the last fsync
}

// change is a write, or with nil data a truncation.
type change struct {
	at   int64
	data []byte
}

func (n *inode) add(c change) {
	n.mu.Lock()
	n.pending = append(n.pending, c)
	n.mu.Unlock()
}

// sync runs the fsync and puts on the disk what was written before it began.
func (n *inode) sync(fsync func() int32) (int32, error) {
	n.syncing.Lock()
	defer n.syncing.Unlock()
	n.mu.Lock()
	changes := n.pending
	n.pending = nil
	n.mu.Unlock()
	if rc := fsync(); rc != 0 {
		n.mu.Lock()
		n.pending = append(changes, n.pending...)
		n.mu.Unlock()
		return rc, nil
	}
	f, err := os.OpenFile(n.path, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, c := range changes {
		if c.data == nil {
			errs = append(errs, f.Truncate(c.at))
			continue
		}
		_, err := f.WriteAt(c.data, c.at)
		errs = append(errs, err)
	}
	return 0, errors.Join(append(errs, f.Close())...)
}

// directory knows which inode a name means to the process, and tells the disk at an fsync of the directory.
type directory struct {
	mu    sync.Mutex
	dir   string // of the Disk
	names map[string]*inode
}

// load takes over what an earlier process has left.
func (d *directory) load() error {
	d.names = map[string]*inode{}
	entries, err := os.ReadDir(filepath.Join(d.dir, "named"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		d.names[e.Name()] = &inode{path: filepath.Join(d.dir, "named", e.Name())}
	}
	return nil
}

// open returns the file of that name. One that nobody has watched before is new and not on the disk.
func (d *directory) open(name string) (*inode, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.names[name]; n != nil {
		return n, nil
	}
	f, err := os.CreateTemp(filepath.Join(d.dir, "inode"), "*")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Close(), os.Link(f.Name(), filepath.Join(d.dir, "named", name))); err != nil {
		return nil, err
	}
	n := &inode{path: f.Name()}
	d.names[name] = n
	return n, nil
}

func (d *directory) remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.names, name)
	if err := os.Remove(filepath.Join(d.dir, "named", name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sync makes the names durable.
func (d *directory) sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, err := os.ReadDir(filepath.Join(d.dir, "durable"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if d.names[e.Name()] == nil {
			if err := os.Remove(filepath.Join(d.dir, "durable", e.Name())); err != nil {
				return err
			}
		}
	}
	for name := range d.names {
		if err := d.publish(name); err != nil {
			return fmt.Errorf("fsync of the directory: %w", err)
		}
	}
	return nil
}

// publish lets the name mean the same to the disk as to the process, at once or not at all.
func (d *directory) publish(name string) error {
	from, to, between := filepath.Join(d.dir, "named", name), filepath.Join(d.dir, "durable", name), filepath.Join(d.dir, "inode", "link "+name)
	if sameFile(from, to) {
		return nil
	}
	if err := os.Remove(between); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.Link(from, between), os.Rename(between, to))
}
