package store

import (
	"context"
	"fmt"
	"time"

	"wapost/internal/chat"
	"wapost/internal/fault"
)

// loadNotes reads from the log which messages are not in their chats. When messages are not kept none ever will be.
func (db *DB) loadNotes(ctx context.Context, on querier) error {
	n := &db.notebook
	n.waiting, n.behind, n.due = nil, 0, time.Time{}
	if db.noMessages {
		_, err := on.ExecContext(ctx, `DELETE FROM meta WHERE key = $1`, behindMeta)
		return wrap("forget what is not in the chats", err)
	}
	var err error
	if n.behind, err = metaNumber(ctx, on, behindMeta); err == nil && n.behind != 0 {
		n.waiting, err = db.notesFrom(ctx, on, n.behind)
	}
	n.count.Store(int64(len(n.waiting)))
	if err != nil {
		return fmt.Errorf("read messages that are not in their chats: %w", err)
	}
	return nil
}

func (db *DB) notesFrom(ctx context.Context, on querier, first int64) ([]noted, error) {
	rows, err := on.QueryContext(ctx, selectEvents+`WHERE seq >= $1 ORDER BY seq`, first)
	if err != nil {
		return nil, err
	}
	var list []noted
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		e, err := scanEvent(row)
		if err != nil || !chat.Says(e.Type) {
			return struct{}{}, err
		}
		note, ok, err := chat.Recorded(e)
		if err != nil || !ok {
			return struct{}{}, err
		}
		if db.dialect.shared {
			tidy(&note)
		}
		list = append(list, noted{&note, e.DeviceID, e.Seq, true})
		return struct{}{}, nil
	})
	return list, err
}

// told has everything that is noted written before somebody reads.
func (db *DB) told(ctx context.Context) error {
	if _, inside := joined(ctx); inside || db.notebook.count.Load() == 0 {
		return nil
	}
	return db.Write(ctx, "put messages into their chats", func(ctx context.Context, tx *Tx) error { return tx.tellChats(ctx) })
}

// tellJob writes what is noted though nobody asks.
type tellJob struct{}

func (tellJob) run(r *round) error {
	ctx := context.Background()
	err := r.flush(ctx)
	if err == nil {
		err = r.writeNotes(ctx)
	}
	if err != nil {
		r.broken = err
	}
	return err
}

func (tellJob) end(error) {}

// setAlarm has what waits in the notebook written in time, also when nobody else comes.
func (w *writer) setAlarm() {
	n := &w.db.notebook
	switch {
	case len(n.waiting) == 0:
		w.alarm.Stop()
		w.alarmAt = time.Time{}
	case !w.alarmAt.Equal(n.due):
		w.alarm.Reset(time.Until(n.due))
		w.alarmAt = n.due
	}
}

// tellChats writes what waits. After a failure it is tried again a little later.
func (w *writer) tellChats() {
	w.commit([]job{tellJob{}})
	if n := &w.db.notebook; len(n.waiting) > 0 {
		n.due = time.Now().Add(lateAtMost)
	}
}

// noteJob writes one note.
type noteJob struct {
	note noted
	err  error
}

func (j *noteJob) run(r *round) error {
	if err := r.write(context.Background(), []noted{j.note}); err != nil {
		r.broken = err
	}
	return r.broken
}

func (j *noteJob) end(err error) { j.err = err }

// setAside writes what waits one by one, because it is not storage that failed. What cannot be written is not found in its chat;
// its event is in the log and is delivered.
func (w *writer) setAside() {
	n := &w.db.notebook
	list := n.waiting
	n.waiting = nil
	for i := range list {
		j := &noteJob{note: list[i]}
		w.commit([]job{j})
		if fault.Is(j.err, fault.Unavailable) {
			n.waiting = list[i:]
			return
		}
		if j.err != nil {
			w.db.log.Error("a message cannot be put into its chat", "seq", j.note.seq, "device", j.note.device, "error", j.err)
		}
	}
	w.tellChats()
}
