package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// misused says what is wrong with a command line and where to read on: the help itself would push the error off the screen. It
// returns the exit code.
func misused(w io.Writer, err error) int {
	fmt.Fprintln(w, "wapost:", err)
	command, code := "wapost", 1
	var e *kong.ParseError
	if errors.As(err, &e) {
		code = e.ExitCode()
		if node := e.Context.Selected(); node != nil {
			command = node.FullPath()
		}
	}
	fmt.Fprintf(w, "  `%s -h` tells how it is used\n", command)
	return code
}

// given is the value of a flag that may be left out.
func given(flag *string) string {
	if flag == nil {
		return ""
	}
	return *flag
}
