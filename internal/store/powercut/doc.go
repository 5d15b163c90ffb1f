// Package powercut is a disk for tests that forgets, at a power cut, what SQLite did not fsync.
//
// A process under test opens its database below Disk.Path, with the ordinary driver, after Disk.Watch: SQLite's own file
// layer goes on writing there, and the Watcher keeps beside it what a disk would hold by now. A write reaches it with the
// fsync of its file; a new or deleted name with the fsync of the directory. After the process was killed, Disk.Cut replaces
// the files by what was on that disk, or by that and some of what was on its way to it.
//
// It promises to keep nothing that was not fsynced. It does not model a disk that lies about fsync, or that loses what it had.
// Tests alone import it.
package powercut
