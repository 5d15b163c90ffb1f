package session

import (
	"fmt"
	"runtime/debug"
)

// safely turns a panic into an error with its stack, for the log.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
