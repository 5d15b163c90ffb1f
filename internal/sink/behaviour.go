package sink

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Behaviour is how requests are answered. The zero value answers 204 at once. First, Tries and Share narrow it to some
// requests; the others are answered well. With nothing else said, the concerned ones are answered 500.
type Behaviour struct {
	Status     int      `json:"status,omitempty"`      // answer with this status
	RetryAfter int      `json:"retry_after,omitempty"` // with this header, in seconds
	Delay      Duration `json:"delay,omitempty"`       // before the answer
	Hang       bool     `json:"hang,omitempty"`        // no answer at all
	Drip       Duration `json:"drip,omitempty"`        // one byte of the answer's head, then wait so long
	Redirect   string   `json:"redirect,omitempty"`    // 302 to this URL
	Close      bool     `json:"close,omitempty"`       // cut the connection without an answer

	First int     `json:"first,omitempty"` // only the next n requests
	Tries int     `json:"tries,omitempty"` // only the first n tries of each event
	Share float64 `json:"share,omitempty"` // only this share of the requests, by chance
}

// Duration is written as "1.5s" in JSON.
type Duration time.Duration

// MarshalJSON writes the form of time.ParseDuration.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads it.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return errors.New(`a duration is text such as "500ms" or "2s"`)
	}
	v, err := time.ParseDuration(text)
	*d = Duration(v)
	return err
}

func (b Behaviour) bad() bool { return b != (Behaviour{}) }

func (b Behaviour) check() error {
	switch {
	case b.Status != 0 && (b.Status < 200 || b.Status > 599):
		return fmt.Errorf("status %d: give one from 200 to 599", b.Status)
	case b.Delay < 0 || b.Drip < 0 || b.First < 0 || b.Tries < 0 || b.RetryAfter < 0:
		return errors.New("numbers and durations must not be negative")
	case b.Share < 0 || b.Share > 1:
		return fmt.Errorf("share %v: give one from 0 to 1", b.Share)
	case count(b.First > 0, b.Tries > 0, b.Share > 0) > 1:
		return errors.New("first, tries and share exclude each other")
	case count(b.Hang, b.Drip > 0, b.Redirect != "", b.Close) > 1:
		return errors.New("hang, drip, redirect and close exclude each other")
	}
	return nil
}

func count(conditions ...bool) (n int) {
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

// status is what the concerned requests are answered.
func (b Behaviour) status() int {
	switch {
	case b.Status != 0:
		return b.Status
	case b.Redirect != "":
		return http.StatusFound
	case b.Delay > 0 || b.Drip > 0:
		return http.StatusNoContent // late, but well
	}
	return http.StatusInternalServerError
}
