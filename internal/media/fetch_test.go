package media_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/media"
	"wapost/internal/session"
)

func TestAFileIsFetchedOnceAndThenComesFromOurStore(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want := r.arrive("med_1", 5000)
		r.gets("med_1", want)
		r.lines.lose("/med_1")
		r.gets("med_1", want)
		if r.lines.count() != 1 || r.told() != "media.ready med_1" {
			t.Errorf("%d downloads; told: %s", r.lines.count(), r.told())
		}
		rec := r.record("med_1")
		if rec.State != media.Stored || rec.StoredSize != 5000 || rec.UsedAt.IsZero() {
			t.Errorf("record: %+v", rec)
		}
		r.must(r.a.Drop(t.Context(), scope, "med_1"))
		if _, err := r.get("med_1"); err == nil {
			t.Error("a dropped file that WhatsApp has lost was had")
		}
	})
}

func TestManyWhoAskForOneFileCauseOneDownload(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want := r.arrive("med_1", 5000)
		begin, proceed := make(chan struct{}), make(chan struct{})
		r.lines.set(func() { r.lines.begin, r.lines.proceed = begin, proceed })
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { r.gets("med_1", want) })
		}
		<-begin
		synctest.Wait()
		close(proceed)
		wg.Wait()
		if r.lines.count() != 1 {
			t.Errorf("%d downloads", r.lines.count())
		}
	})
}

// The download outlives whoever asked for it first.
func TestSomebodyWhoGoesAwayEndsNoDownload(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want := r.arrive("med_1", 5000)
		begin, proceed := make(chan struct{}), make(chan struct{})
		r.lines.set(func() { r.lines.begin, r.lines.proceed = begin, proceed })
		go func() { <-begin }()
		start := time.Now()
		_, err := r.get("med_1")
		if !fault.Is(err, fault.GatewayTimeout) || time.Since(start) > time.Minute {
			t.Errorf("a slow file: %v after %v", err, time.Since(start))
		}
		close(proceed)
		synctest.Wait()
		r.gets("med_1", want)
		if r.lines.count() != 1 {
			t.Errorf("%d downloads", r.lines.count())
		}
	})
}

func TestWhatCannotBeHadIsSaidOnce(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(r *rig)
		kind    fault.Kind
		told    string
		state   media.State
	}{
		"damaged":   {func(r *rig) { r.lines.fail = session.ErrFileDamaged }, fault.BadGateway, "media.failed med_1 damaged", media.Remote},
		"too large": {func(r *rig) { r.lines.put("/med_1", content("x", 9000)) }, fault.TooLarge, "media.failed med_1 too_large", media.Remote},
		"offline": {func(r *rig) { r.lines.fail = fault.New(fault.Conflict, "Device is not connected to WhatsApp") }, fault.Conflict, "",
			media.Remote},
		"network": {func(r *rig) { r.lines.fail = fault.New(fault.BadGateway, "WhatsApp did not give the file") }, fault.BadGateway, "", media.Remote},
		"no place": {func(r *rig) { r.must(os.WriteFile(filepath.Join(r.dir, "media", "_1"), nil, 0o600)) }, fault.Unavailable,
			"media.failed med_1 storage", media.Remote},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.arrive("med_1", 500)
				c.prepare(r)
				for range 2 {
					if _, err := r.get("med_1"); !fault.Is(err, c.kind) {
						t.Errorf("answered %v", err)
					}
				}
				if r.told() != c.told || r.record("med_1").State != c.state {
					t.Errorf("told %q; record %+v", r.told(), r.record("med_1"))
				}
				if left, err := os.ReadDir(filepath.Join(r.dir, "media", "tmp")); err != nil || len(left) > 0 {
					t.Errorf("left behind: %v, %v", left, err)
				}
			}, func(o *media.Options) { o.MaxFile = 8000 })
		})
	}
}

// A file that says it is too large is not even asked for.
func TestTheSenderIsBelievedAboutTooLargeFiles(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.arrive("med_1", 500, func(f *event.Attachment) { f.Size = 9000 })
		if _, err := r.get("med_1"); !fault.Is(err, fault.TooLarge) || r.lines.count() != 0 {
			t.Errorf("%v after %d downloads", err, r.lines.count())
		}
	}, func(o *media.Options) { o.MaxFile = 8000 })
}

func TestAFileOfSomebodyElseIsUnknown(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.arrive("med_1", 500)
		for _, s := range []media.Scope{{AccountID: 2}, {AccountID: 1, DeviceID: "other"}} {
			if _, err := r.a.Open(t.Context(), s, "med_1"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v: %v", s, err)
			}
			if err := r.a.Drop(t.Context(), s, "med_1"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v dropped: %v", s, err)
			}
		}
		if r.lines.count() != 0 {
			t.Error("it was fetched")
		}
	})
}

// A stored file that somebody has removed or changed behind our back is fetched again.
func TestAMissingFileIsFetchedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want := r.arrive("med_1", 500)
		r.gets("med_1", want)
		path := filepath.Join(r.dir, "media", "_1", "med_1")
		r.must(os.Remove(path))
		r.gets("med_1", want)
		r.must(os.WriteFile(path, []byte("half"), 0o600))
		r.gets("med_1", want)
		if u := r.a.Figures().Usage; u != (media.Usage{Bytes: 500, Files: 1}) {
			t.Errorf("usage %+v", u)
		}
	})
}

func TestDownloadsEndWithTheArchive(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.arrive("med_1", 500)
		begin := make(chan struct{})
		r.lines.set(func() { r.lines.begin, r.lines.proceed = begin, nil })
		answered := make(chan error, 1)
		go func() {
			_, err := r.get("med_1")
			answered <- err
		}()
		<-begin
		ctx := t.Context()
		go r.stop()
		if err := <-answered; !fault.Is(err, fault.Unavailable) {
			t.Errorf("cut short: %v", err)
		}
		synctest.Wait()
		if _, err := r.a.Open(ctx, scope, "med_1"); err == nil {
			t.Error("fetched after the end")
		}
	})
}
