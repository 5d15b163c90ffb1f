package session

import "time"

// alarm names a thing that a session does later.
type alarm int

const (
	retry      alarm = iota // connect
	watchdog                // connected neither came nor ended: reset
	settled                 // the connection has lasted: forget the failures
	expectDown              // a stream error should have closed the connection
	loginAgain              // paired, but the login does not come
	rotate                  // show the next code
	alive                   // note that the device is connected
	phoneLook               // has the phone been seen?
	alarms                  // how many there are
)

// The times that a connection is given.
const (
	connectLimit    = 60 * time.Second // between Connect and Up
	streamErrLimit  = 10 * time.Second
	loginLimit      = 30 * time.Second
	settledAfter    = 60 * time.Second
	pingSilence     = 3 * time.Minute
	shortLife       = 30 * time.Second
	shortLives      = 3 // in a row: somebody else uses the keys
	deniedWait      = 15 * time.Minute
	suspectWait     = 5 * time.Minute
	banWithoutEnd   = time.Hour
	outdatedWait    = time.Hour
	firstCodeShown  = 60 * time.Second
	otherCodesShown = 20 * time.Second
)

// clock holds the alarms that are set.
type clock [alarms]time.Time

func (c *clock) set(a alarm, d time.Duration) { c[a] = time.Now().Add(d) }
func (c *clock) clear(list ...alarm) {
	for _, a := range list {
		c[a] = time.Time{}
	}
}

// idle is how long a session sleeps when nothing is set.
const idle = time.Hour

// next returns how long to wait for the first alarm.
func (c *clock) next() time.Duration {
	wait := idle
	for _, at := range c {
		if !at.IsZero() {
			wait = min(wait, max(0, time.Until(at)))
		}
	}
	return wait
}

// due takes the alarms that have come.
func (c *clock) due() (list []alarm) {
	now := time.Now()
	for a, at := range c {
		if !at.IsZero() && !at.After(now) {
			list = append(list, alarm(a))
			c[a] = time.Time{}
		}
	}
	return list
}
