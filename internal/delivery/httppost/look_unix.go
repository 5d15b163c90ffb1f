//go:build unix

package httppost

import (
	"errors"
	"syscall"
)

// look never waits: it is done whatever it finds.
func (c *conn) look(fd uintptr) bool {
	var b [1]byte
	_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	c.quiet = errors.Is(err, syscall.EAGAIN)
	return true
}
