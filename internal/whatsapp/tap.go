package whatsapp

import (
	"fmt"
	"log/slog"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// tap is the library's logger. It bridges to slog, and its "Recv" and "Send" parts see every stanza before it is routed or
// after it was sent: the only place where that can be seen. Stanzas are never printed, they hold plaintext names.
type tap struct {
	log     *slog.Logger
	module  string
	in, out func(*waBinary.Node)
	lost    func() // the library said that it lost the order of stanzas
	unread  func() // the library said that it could not read a notice, and acknowledges it all the same
}

// Sub returns the logger of a part of the library.
func (t tap) Sub(module string) waLog.Logger {
	t.log = t.log.With("module", module)
	switch module {
	case "Recv":
		t.out = nil
	case "Send":
		t.in = nil
	default:
		t.in, t.out = nil, nil
	}
	t.module = module
	return t
}

// Debugf passes a stanza on; the library's other debug lines are dropped.
func (t tap) Debugf(_ string, args ...any) {
	if len(args) != 1 || (t.module != "Recv" && t.module != "Send") {
		return
	}
	node, ok := args[0].(*waBinary.Node)
	if !ok {
		return
	}
	if t.in != nil {
		t.in(node)
	}
	if t.out != nil {
		t.out(node)
	}
}

// Infof logs at debug level: what the library finds worth telling is told by our own events.
func (t tap) Infof(msg string, args ...any) { t.log.Debug("library", "text", redacted(msg, args)) }

// Warnf logs, and listens for the two lines that say that stanzas may be out of order from now on.
func (t tap) Warnf(msg string, args ...any) {
	if t.lost != nil && (strings.HasPrefix(msg, "Handler queue is full") || strings.HasPrefix(msg, "Continuing handling")) {
		t.lost()
	}
	t.log.Debug("library warns", "text", redacted(msg, args))
}

// Errorf logs as a warning: what is an error for us, we see ourselves; but for the one line that says that a notice is dropped.
func (t tap) Errorf(msg string, args ...any) {
	if t.unread != nil && strings.HasPrefix(msg, "Failed to parse group notification") {
		t.unread()
	}
	t.log.Warn("library reports an error", "text", redacted(msg, args))
}

// redacted formats a line without the stanzas in it.
func redacted(msg string, args []any) string {
	clean := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case *waBinary.Node:
			clean[i] = "<" + v.Tag + ">"
		case waBinary.Node:
			clean[i] = "<" + v.Tag + ">"
		default:
			clean[i] = a
		}
	}
	return fmt.Sprintf(msg, clean...)
}
