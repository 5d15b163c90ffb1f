// Package whatsapp is the only room that speaks whatsmeow: it makes lines for session, translates what comes into events and
// composes what goes out.
//
// It promises that a stanza is acknowledged only after its event is on disk, for every kind of stanza where the library leaves
// that to us; that what we do not understand is kept raw instead of being refused; and that a refusal stops the connection, so
// that nothing overtakes what was refused. What the library acknowledges by itself is counted (see Counters). Nothing in a
// handler asks the network.
package whatsapp
