// Package chat knows what was said: which message of which chat is where in the log, and what has become of it.
//
// It promises that a message is found as soon as its event is committed, because both are one transaction, and that the
// content is kept once: in the log, or beside it for what came with the history of a phone. It decides nothing about how long
// that is; when the event has left the log, the message is gone.
package chat
