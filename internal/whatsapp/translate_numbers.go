package whatsapp

import (
	"time"
	"unicode/utf8"

	"wapost/internal/event"
	"wapost/internal/message"
)

// WhatsApp gives some times in seconds and some in milliseconds, and changes its mind: from this number on they are
// milliseconds (it is the year 5138 in seconds).
const inMilliseconds = 100_000_000_000

// seconds returns a time that is given in seconds, nil for none.
func seconds(n int64) *event.Time {
	switch {
	case n <= 0:
		return nil
	case n >= inMilliseconds:
		return millis(n)
	}
	return event.TimeOf(time.Unix(n, 0))
}

// lastMilli is the last millisecond of the year 9999: RFC 3339 has no later one.
const lastMilli = 253402300799999

// millis returns a time that is given in milliseconds, nil for none.
func millis(n int64) *event.Time {
	if n <= 0 || n > lastMilli {
		return nil
	}
	return event.TimeOf(time.UnixMilli(n))
}

// text returns a text for a payload, cut to what an event may hold; nil when it is empty.
func text(s string) *string { return event.Text(cut(s)) }

// cut bounds a text to what an event may hold.
func cut(s string) string {
	if len(s) <= message.MaxText || utf8.RuneCountInString(s) <= message.MaxText {
		return s
	}
	return string([]rune(s)[:message.MaxText])
}
