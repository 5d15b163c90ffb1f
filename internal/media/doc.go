// Package media holds the files that came with messages: it fetches one from WhatsApp when somebody asks for it first, keeps
// it for the next, and asks the phone for it when WhatsApp has it no more.
//
//	remote ── fetched ──> stored ── evicted, dropped ──> remote
//	   │                                                  (fetched again on demand)
//	   └─ WhatsApp has lost it ─> the phone is asked ─┬─ has it: fetched from its new place
//	                                                  ├─ has it not: gone
//	                                                  └─ no word for an hour: remote, media.failed phone_offline
//
// It promises that what it hands out is the file that the message named, whole (its hash was checked before it got its name),
// that many who ask for one file at once cause one download, and that an id that was ever in an event can be resolved as long
// as the event is kept. It does not promise that a file can be had: WhatsApp keeps files for some weeks, a phone may be off.
package media
