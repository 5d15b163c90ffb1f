// Package session holds the linked devices and their lives: who they are, in which state, how they are paired, connected,
// reconnected and ended.
//
// A state is what we know from events, never what a library believes, and every transition is an event of ours. The room
// promises that one goroutine per device decides about its connection, that nothing in it waits for a webhook, and that a
// store which is down delays its notes but never its work. It knows nothing about WhatsApp's protocol: that is behind Line.
package session
