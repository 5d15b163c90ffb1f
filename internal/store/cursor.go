package store

import (
	"database/sql"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"wapost/internal/fault"
)

// cursorOf makes the opaque mark of a place in a list that is ordered by time and id.
func cursorOf(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at.UnixMilli(), 10) + " " + id))
}

// readCursor takes it apart; "" is the begin of the list.
func readCursor(s string) (at int64, id string, err error) {
	if s == "" {
		return 0, "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		ms, rest, _ := strings.Cut(string(b), " ")
		id = rest
		at, err = strconv.ParseInt(ms, 10, 64)
	}
	if err != nil {
		return 0, "", fault.New(fault.Invalid, "after is not a cursor of this list")
	}
	return at, id, nil
}

// millis is how a time is stored; the zero time is NULL.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// instant reads it back.
func instant(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64)
}
