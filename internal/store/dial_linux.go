package store

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// hastenDeath has the kernel give up a connection whose peer has not confirmed what we sent for 30 s. The default is a
// quarter of an hour, in which the writer would wait for a server that is gone.
func hastenDeath(network, _ string, c syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var set error
	err := c.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 30_000)
	})
	if err != nil {
		return err
	}
	return set
}
