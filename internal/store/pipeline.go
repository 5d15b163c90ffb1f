package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"wapost/internal/event"
)

// pipeline gathers what a round sends to a server, so that a round of any size takes a handful of exchanges: one that asks
// which events are new, one that carries all inserts and updates, one each for BEGIN and COMMIT. What it carries must not
// fail; an error there is an error of the round.
type pipeline struct {
	batch *pgx.Batch
}

const insertEvents = `INSERT INTO events (seq, id, type, class, account_id, device_id, sequence, order_key, source_key, at, body, raw)
SELECT u.seq, u.id, u.type, u.class, u.account_id, nullif(u.device_id, ''), nullif(u.sequence, 0), u.order_key, u.source_key, $11, u.body, u.raw
FROM unnest($1::BIGINT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::BIGINT[], $6::TEXT[], $7::BIGINT[], $8::TEXT[], $9::BYTEA[], $10::BYTEA[], $12::BYTEA[])
    AS u (seq, id, type, class, account_id, device_id, sequence, order_key, source_key, body, raw)`

const setSequences = `UPDATE devices SET sequence = u.sequence, last_event_at = $3
FROM unnest($1::TEXT[], $2::BIGINT[]) AS u (id, sequence) WHERE devices.id = u.id`

// queue adds a statement whose result does not matter as long as it succeeds.
func (p *pipeline) queue(query string, args ...any) {
	if p.batch == nil {
		p.batch = &pgx.Batch{}
	}
	p.batch.Queue(query, storable(args)...)
}

// send brings to the server what was queued. Over a file nothing ever is.
func (r *round) send(ctx context.Context) error {
	if r.pipeline == nil || r.pipeline.batch == nil {
		return nil
	}
	batch := r.pipeline.batch
	r.pipeline.batch = nil
	return onWire(r.conn, func(c *pgx.Conn) error { return c.SendBatch(ctx, batch).Close() })
}

// askServer returns which of the events are recorded, and has the ledger know their devices.
func (r *round) askServer(ctx context.Context, jobs []*appendJob) (known map[string]bool, err error) {
	var (
		keys         [][]byte
		ids, devices []string
		asked        = map[string]bool{}
	)
	for _, j := range jobs {
		if j.key != nil {
			keys = append(keys, j.key)
		} else {
			ids = append(ids, j.event.ID)
		}
		id := j.event.DeviceID
		if _, have := r.ledger.devices[id]; !have && !asked[id] && numbered(j.event) {
			asked[id] = true
			devices = append(devices, id)
		}
	}
	known = map[string]bool{}
	b := &pgx.Batch{}
	note := func(rows pgx.Rows) error {
		var name []byte
		_, err := pgx.ForEachRow(rows, []any{&name}, func() error { known[string(name)] = true; return nil })
		return err
	}
	if len(keys) > 0 {
		b.Queue(`SELECT source_key FROM events WHERE source_key = ANY ($1::BYTEA[])`, keys).Query(note)
	}
	if len(ids) > 0 {
		b.Queue(`SELECT id FROM events WHERE id = ANY ($1::TEXT[])`, ids).Query(note)
	}
	if len(devices) > 0 {
		b.Queue(`SELECT id, sequence FROM devices WHERE id = ANY ($1::TEXT[])`, devices).Query(func(rows pgx.Rows) error {
			var id string
			var last int64
			_, err := pgx.ForEachRow(rows, []any{&id, &last}, func() error { r.ledger.devices[id] = last; return nil })
			return err
		})
	}
	return known, onWire(r.conn, func(c *pgx.Conn) error { return c.SendBatch(ctx, b).Close() })
}

func (r *round) queueEvents(events []*event.Recorded, jobs []*appendJob) {
	n := len(events)
	seqs, accounts, sequences := make([]int64, n), make([]int64, n), make([]int64, n)
	ids, types, classes, devices, orders := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	keys, bodies, raws := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i, e := range events {
		keys[i] = jobs[i].key
		seqs[i], accounts[i], sequences[i] = e.Seq, e.AccountID, e.Sequence
		ids[i], types[i], classes[i], devices[i], orders[i] = e.ID, string(e.Type), string(e.Class), e.DeviceID, plain(e.Key)
		bodies[i], raws[i] = e.Body, e.Raw
	}
	r.pipeline.queue(insertEvents, seqs, ids, types, classes, accounts, devices, sequences, orders, keys, bodies, r.now, raws)
}

// finishTogether is finish for a server.
func (r *round) finishTogether(ctx context.Context) error {
	if len(r.touched) > 0 {
		devices, sequences := make([]string, 0, len(r.touched)), make([]int64, 0, len(r.touched))
		for device, last := range r.touched {
			devices, sequences = append(devices, device), append(sequences, last)
		}
		r.pipeline.queue(setSequences, devices, sequences, r.now)
	}
	if len(r.events) > 0 { // so that a number is never given twice, also when the newest events are deleted
		r.pipeline.queue(`SELECT setval('events_seq_seq', $1)`, r.ledger.head)
	}
	if err := r.endNotes(ctx); err != nil {
		return err
	}
	if err := r.writeOutcomes(ctx); err != nil {
		return err
	}
	return r.send(ctx)
}
