package media_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/fault"
	"wapost/internal/media"
	"wapost/internal/store"
)

// tear damages the kept key of a file.
func (r *rig) tear(id string) {
	r.Helper()
	r.must(r.db.Write(r.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE media SET sealed_key = $1 WHERE id = $2`, []byte("torn"), id)
		return err
	}))
}

// One damaged row must not keep the files of everybody else, and nothing is fetched that could not be read.
func TestAFileWhoseKeyCannotBeOpenedFailsAlone(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.lines.set(func() { r.lines.fail = fault.New(fault.Conflict, "Device is not connected") })
		r.arrive("med_1", 400)
		r.arrive("med_2", 400)
		synctest.Wait()
		r.tear("med_1")
		tries := r.lines.count()
		r.lines.set(func() { r.lines.fail = nil })
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := r.states("med_1", "med_2"); got[0] != media.Remote || got[1] != media.Stored || r.lines.count() != tries+1 {
			t.Errorf("states %v, %d more downloads", got, r.lines.count()-tries)
		}
		if r.told() != "media.failed med_1 key_lost, media.ready med_2" || r.a.Figures().Downloads["key_lost"] != 1 {
			t.Errorf("told %s; %+v", r.told(), r.a.Figures())
		}
		if rec := r.record("med_1"); !rec.NextAt.IsZero() || rec.Reason != media.ReasonKeyLost {
			t.Errorf("it is tried again: %+v", rec)
		}
		if _, err := r.get("med_1"); !fault.Is(err, fault.Gone) || r.lines.count() != tries+1 {
			t.Errorf("answered %v", err)
		}
		if err := r.a.Ask(t.Context(), scope, nil, nil, "M-med_1"); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "damaged") || len(r.lines.asked) != 0 {
			t.Errorf("the phone was asked for what nobody could read: %v", err)
		}
	}, func(o *media.Options) { o.Auto = true })
}

func TestAStoredFileIsReadWithoutItsKey(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		data := r.arrive("med_1", 400)
		r.gets("med_1", data)
		r.tear("med_1")
		r.gets("med_1", data)
		if r.lines.count() != 1 || r.told() != "media.ready med_1" {
			t.Errorf("%d downloads; told %s", r.lines.count(), r.told())
		}
	})
}
