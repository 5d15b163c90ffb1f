//go:build unix

package powercut

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"unsafe"

	"modernc.org/libc"
	_ "modernc.org/sqlite" // configures the library before we use it
	sqlite3 "modernc.org/sqlite/lib"
)

// The signatures of SQLite's file layer as it is in Go.
type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, name uintptr, syncDirectory int32) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	writeFunc    = func(tls *libc.TLS, file, data uintptr, size int32, at int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
)

// Watcher stands between SQLite and its file layer for Unix: a copy of the layer's tables, with six functions exchanged.
// SQLite keeps addresses of what is in here, so it must be kept until Close.
type Watcher struct {
	dir    directory
	seen   string
	each   func()
	tls    *libc.TLS
	vfs    uintptr // our table, in SQLite's memory
	name   uintptr
	unix   sqlite3.Tsqlite3_vfs
	open   openFunc
	delete deleteFunc

	mu      sync.Mutex
	methods map[uintptr]*methods // by the address of the table that they replace
	files   map[uintptr]*file    // by the address of SQLite's own
}

// methods is a table for open files.
type methods struct {
	ours     uintptr // in SQLite's memory
	unix     sqlite3.Tsqlite3_io_methods
	close    closeFunc
	write    writeFunc
	truncate truncateFunc
	sync     syncFunc
}

// file is an open file.
type file struct {
	inode *inode
	unix  *sqlite3.Tsqlite3_io_methods
}

// Watch makes every database that this process opens from now on below the disk's path be recorded. each is called before
// everything that changes the disk, on any goroutine; it may kill the process.
func (d *Disk) Watch(each func()) (*Watcher, error) {
	w := &Watcher{dir: directory{dir: d.dir}, seen: filepath.Join(d.dir, "seen"), each: each, tls: libc.NewTLS(),
		methods: map[uintptr]*methods{}, files: map[uintptr]*file{}}
	if err := w.dir.load(); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	layer := sqlite3.Xsqlite3_vfs_find(w.tls, 0)
	if layer == 0 {
		return nil, errors.New("watch: SQLite has no file layer")
	}
	var err error
	if w.name, err = libc.CString("powercut"); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w.unix = *at[sqlite3.Tsqlite3_vfs](layer)
	w.open, w.delete = w.onOpen, w.onDelete
	ours := w.unix
	ours.FzName, ours.FxOpen, ours.FxDelete = w.name, address(w.open), address(w.delete)
	w.vfs = lent(w.tls, ours)
	if rc := sqlite3.Xsqlite3_vfs_register(w.tls, w.vfs, 1); rc != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("watch: register: %d", rc)
	}
	return w, nil
}

// Close ends it. All databases must be closed.
func (w *Watcher) Close() error {
	rc := sqlite3.Xsqlite3_vfs_unregister(w.tls, w.vfs)
	libc.Xfree(w.tls, w.vfs)
	libc.Xfree(w.tls, w.name)
	for _, m := range w.methods {
		libc.Xfree(w.tls, m.ours)
	}
	w.tls.Close()
	if rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("unregister: %d", rc)
	}
	return nil
}

// lent copies a table into memory that SQLite may keep. It is freed with Xfree.
func lent[T any](tls *libc.TLS, table T) uintptr {
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(table)))
	*at[T](p) = table
	return p
}

// at returns what is at an address that SQLite gave us.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) } //nolint:gosec // memory of C

// address returns a function as SQLite keeps it.
func address[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) } //nolint:gosec // as the driver does it

// function returns the function that SQLite keeps as an address.
func function[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&address)) } //nolint:gosec // as the driver does it

// watched returns the name of a file on our disk.
func (w *Watcher) watched(path uintptr) (string, bool) {
	if path == 0 {
		return "", false // a temporary file
	}
	dir, name := filepath.Split(libc.GoString(path))
	return name, filepath.Clean(dir) == w.seen
}

func (w *Watcher) onOpen(tls *libc.TLS, _, path, id uintptr, flags int32, outFlags uintptr) int32 {
	name, ours := w.watched(path)
	if ours {
		w.each()
	}
	rc := function[openFunc](w.unix.FxOpen)(tls, w.vfs, path, id, flags, outFlags)
	if rc != sqlite3.SQLITE_OK || !ours {
		return rc
	}
	n, err := w.dir.open(name)
	if err != nil {
		return sqlite3.SQLITE_CANTOPEN
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	table := &at[sqlite3.Tsqlite3_file](id).FpMethods
	m := w.replacement(tls, *table)
	w.files[id] = &file{n, &m.unix}
	*table = m.ours
	return rc
}

func (w *Watcher) replacement(tls *libc.TLS, table uintptr) *methods {
	if m := w.methods[table]; m != nil {
		return m
	}
	m := &methods{unix: *at[sqlite3.Tsqlite3_io_methods](table), close: w.onClose, write: w.onWrite, truncate: w.onTruncate, sync: w.onSync}
	ours := m.unix
	ours.FxClose, ours.FxWrite, ours.FxTruncate, ours.FxSync = address(m.close), address(m.write), address(m.truncate), address(m.sync)
	m.ours = lent(tls, ours)
	w.methods[table] = m
	return m
}

func (w *Watcher) file(id uintptr) *file {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.files[id]
}

func (w *Watcher) onClose(tls *libc.TLS, id uintptr) int32 {
	f := w.file(id)
	w.mu.Lock()
	delete(w.files, id) // before the address is free for another
	w.mu.Unlock()
	return function[closeFunc](f.unix.FxClose)(tls, id)
}

func (w *Watcher) onWrite(tls *libc.TLS, id, data uintptr, size int32, offset int64) int32 {
	w.each()
	f := w.file(id)
	rc := function[writeFunc](f.unix.FxWrite)(tls, id, data, size, offset)
	if rc == sqlite3.SQLITE_OK {
		f.inode.add(change{offset, slices.Clone(unsafe.Slice(at[byte](data), size))}) //nolint:gosec // memory of C
	}
	return rc
}

func (w *Watcher) onTruncate(tls *libc.TLS, id uintptr, size int64) int32 {
	w.each()
	f := w.file(id)
	rc := function[truncateFunc](f.unix.FxTruncate)(tls, id, size)
	if rc == sqlite3.SQLITE_OK {
		f.inode.add(change{at: size})
	}
	return rc
}

func (w *Watcher) onSync(tls *libc.TLS, id uintptr, flags int32) int32 {
	w.each()
	f := w.file(id)
	// SQLite's mark that the file is new and its directory is to be fsynced with it.
	directoryToo := at[sqlite3.TunixFile](id).FctrlFlags&sqlite3.UNIXFILE_DIRSYNC != 0
	rc, err := f.inode.sync(func() int32 { return function[syncFunc](f.unix.FxSync)(tls, id, flags) })
	if rc == sqlite3.SQLITE_OK && err == nil && directoryToo {
		w.each()
		err = w.dir.sync()
	}
	if err != nil {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	return rc
}

func (w *Watcher) onDelete(tls *libc.TLS, _, path uintptr, syncDirectory int32) int32 {
	name, ours := w.watched(path)
	if ours {
		w.each()
	}
	rc := function[deleteFunc](w.unix.FxDelete)(tls, w.vfs, path, syncDirectory)
	if rc != sqlite3.SQLITE_OK || !ours {
		return rc
	}
	err := w.dir.remove(name)
	if err == nil && syncDirectory&1 != 0 {
		err = w.dir.sync()
	}
	if err != nil {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	return rc
}
