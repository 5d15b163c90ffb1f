package session

import "slices"

// State is where a device is in its life.
type State string

// The states.
const (
	New          State = "new"          // never linked
	Pairing      State = "pairing"      // a code is shown
	Connecting   State = "connecting"   // linked, trying to connect
	Connected    State = "connected"    // logged in and usable
	Degraded     State = "degraded"     // connected, but pings stay unanswered
	Disconnected State = "disconnected" // linked, waiting before the next try
	Paused       State = "paused"       // disconnected on purpose
	LoggedOut    State = "logged_out"   // unlinked: needs the user
	Banned       State = "banned"       // WhatsApp refuses the account for a time
	Replaced     State = "replaced"     // another client uses the same keys: needs the user
	Outdated     State = "outdated"     // WhatsApp refuses our protocol version
)

// transitions is the whole machine: from each state, the states that may follow.
var transitions = map[State][]State{
	New:          {Pairing},
	Pairing:      {New, LoggedOut, Connecting},
	Connecting:   {Connected, Disconnected, Paused, LoggedOut, Banned, Replaced, Outdated},
	Connected:    {Connecting, Degraded, Disconnected, Paused, LoggedOut, Banned, Replaced, Outdated},
	Degraded:     {Connecting, Connected, Disconnected, Paused, LoggedOut, Banned, Replaced, Outdated},
	Disconnected: {Connecting, Connected, Paused, LoggedOut, Banned, Replaced, Outdated},
	Paused:       {Connecting, LoggedOut},
	LoggedOut:    {Pairing},
	Banned:       {Connecting, LoggedOut, Paused},
	Replaced:     {Connecting, LoggedOut, Paused},
	Outdated:     {Connecting, LoggedOut, Paused},
}

// Allows reports whether the machine may turn from s to next.
func (s State) Allows(next State) bool { return slices.Contains(transitions[s], next) }

// Known reports whether s is a state at all.
func (s State) Known() bool { _, ok := transitions[s]; return ok }

// Linked reports whether WhatsApp knows the device in this state.
func (s State) Linked() bool { return s != New && s != Pairing && s != LoggedOut }

// Online reports whether messages can be sent.
func (s State) Online() bool { return s == Connected || s == Degraded }
