package store

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
)

// notebook holds what new messages mean for their chats while that is not in the tables yet. Each message would touch pages of
// three indexes at random, so they are gathered and written together a moment later. Whoever asks for a message or a chat has
// them written first.
//
// Nothing is lost with the memory: the log holds the events, and `meta` says from which one on they are to be read again.
type notebook struct {
	waiting []noted      // in the order of the log; it belongs to the writer
	behind  int64        // of the first of them; 0 = none waits
	due     time.Time    // when they are written at the latest
	count   atomic.Int64 // of waiting, for everybody
}

// noted is a note of an event that has its number.
type noted struct {
	note   *chat.Note
	device string
	seq    int64
	again  bool // it can be read from the log again
}

const (
	lateMost   = 4096 // messages that wait
	lateAtMost = time.Second

	behindMeta = "messages_behind"
)

// pageOfNotes is what a round has made of the notebook; it becomes true with the commit.
type pageOfNotes struct {
	notes  []noted // of the round's events
	done   int     // of notes: written
	told   bool    // what was waiting is written
	tried  bool    // to write what was waiting
	behind int64
	late   []noted // of notes: left for later
}

// note takes down what an event means for the messages of its chat.
func (r *round) note(e *event.Sealed, seq int64) {
	if n, ok := chat.Of(e.Event); ok && (r.keep || n.Names()) {
		if r.pipeline != nil {
			tidy(&n)
		}
		r.page.notes = append(r.page.notes, noted{&n, e.DeviceID, seq, chat.Says(e.Type)})
	}
}

// endNotes writes the round's notes, or leaves them for later.
func (r *round) endNotes(ctx context.Context) error {
	if r.mayWait() {
		return r.leaveNotes(ctx)
	}
	return r.writeNotes(ctx)
}

// mayWait reports whether the round's messages are written later, with others.
func (r *round) mayWait() bool {
	waiting, fresh := r.waiting(), r.page.notes[r.page.done:]
	if len(waiting)+len(fresh) >= lateMost {
		return false
	}
	var late map[chatKey]bool
	for _, n := range fresh {
		if n.again || n.note.Act == chat.Received { // receipts do not ask for their message
			continue
		}
		if late == nil {
			late = lateChats(waiting, fresh)
		}
		if late[chatKey{n.device, n.note.Chat}] {
			return false // what acts on a message finds it in the tables
		}
	}
	return true
}

// lateChats are the chats of messages that may be written later.
func lateChats(lists ...[]noted) map[chatKey]bool {
	chats := map[chatKey]bool{}
	for _, list := range lists {
		for _, n := range list {
			if n.again {
				chats[chatKey{n.device, n.note.Chat}] = true
			}
		}
	}
	return chats
}

// waiting returns what earlier rounds have left.
func (r *round) waiting() []noted {
	if r.page.told {
		return nil
	}
	return r.notebook.waiting
}

// notedIn reports whether a chat has notes that are not written.
func (r *round) notedIn(chat string) bool {
	in := func(n noted) bool { return n.note.Chat == chat }
	return slices.ContainsFunc(r.waiting(), in) || slices.ContainsFunc(r.page.notes[r.page.done:], in)
}

// leaveNotes leaves new messages for later, and writes the rest.
func (r *round) leaveNotes(ctx context.Context) error {
	var now []noted
	for _, n := range r.page.notes[r.page.done:] {
		if n.again {
			r.page.late = append(r.page.late, n)
		} else {
			now = append(now, n)
		}
	}
	r.page.done = len(r.page.notes)
	if err := r.write(ctx, now); err != nil {
		return err
	}
	if len(r.page.late) == 0 || r.page.behind != 0 {
		return nil
	}
	return r.setBehind(ctx, r.page.late[0].seq)
}

// writeNotes writes everything that is noted up to now: what acts on chats in the same transaction finds it in the tables.
func (r *round) writeNotes(ctx context.Context) error {
	list := r.page.notes[r.page.done:]
	if waiting := r.waiting(); len(waiting) > 0 {
		r.page.tried = true
		list = append(waiting[:len(waiting):len(waiting)], list...)
	}
	if err := r.write(ctx, list); err != nil {
		return err
	}
	r.page.done, r.page.told = len(r.page.notes), true
	if r.page.behind == 0 {
		return nil
	}
	return r.setBehind(ctx, 0)
}

func (r *round) write(ctx context.Context, list []noted) error {
	if len(list) == 0 {
		return nil
	}
	if r.pipeline != nil {
		return r.queueNotes(ctx, list)
	}
	return r.insertNotes(ctx, list)
}

// setBehind says from which event on messages are not in the tables.
func (r *round) setBehind(ctx context.Context, seq int64) error {
	r.page.behind = seq
	return r.exec(ctx, setMeta, behindMeta, strconv.FormatInt(seq, 10))
}

// tellChats writes what is noted before the transaction acts on chats and messages.
func (tx *Tx) tellChats(ctx context.Context) error {
	if err := tx.round.writeNotes(ctx); err != nil {
		return err
	}
	return tx.round.send(ctx)
}

// committed takes over what a round that is on disk has made of the notebook.
func (n *notebook) committed(r *round) {
	if r.page.told {
		n.waiting = nil
	}
	if len(n.waiting) == 0 {
		n.due = time.UnixMilli(r.now).Add(lateAtMost)
	}
	n.waiting, n.behind = append(n.waiting, r.page.late...), r.page.behind
	n.count.Store(int64(len(n.waiting)))
}
