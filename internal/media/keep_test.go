package media_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/media"
	"wapost/internal/store"
)

func (r *rig) states(ids ...string) (list []media.State) {
	r.Helper()
	for _, id := range ids {
		list = append(list, r.record(id).State)
	}
	return list
}

// blobs counts the files in the directory.
func (r *rig) blobs() (n int) {
	r.Helper()
	list, err := filepath.Glob(filepath.Join(r.dir, "media", "*", "med_*"))
	r.must(err)
	return len(list)
}

func TestTheLeastUsedFileGoesFirst(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		for _, id := range []string{"med_1", "med_2", "med_3"} {
			r.gets(id, r.arrive(id, 400))
			time.Sleep(time.Second)
		}
		r.gets("med_1", content("med_1", 400)) // used again, but not on disk yet
		r.gets("med_4", r.arrive("med_4", 700))
		if got := r.states("med_1", "med_2", "med_3", "med_4"); got[0] != media.Stored || got[1] != media.Remote || got[2] != media.Remote || got[3] != media.Stored {
			t.Errorf("states %v", got)
		}
		f := r.a.Figures()
		if f.Usage != (media.Usage{Bytes: 1100, Files: 2}) || f.Evictions["room"] != 2 || r.blobs() != 2 {
			t.Errorf("figures %+v, %d files", f, r.blobs())
		}
		r.gets("med_2", content("med_2", 400)) // it is fetched again on demand
		if _, err := r.get("med_5"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		r.arrive("med_6", 1300)
		if _, err := r.get("med_6"); !fault.Is(err, fault.TooLarge) {
			t.Errorf("larger than all: %v", err)
		}
		if r.a.Figures().Files == 0 {
			t.Error("everything was evicted for a file that can never fit")
		}
	}, func(o *media.Options) { o.MaxBytes = 1200 })
}

func TestUnusedFilesGoAfterATime(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.gets("med_1", r.arrive("med_1", 400))
		r.gets("med_2", r.arrive("med_2", 400))
		time.Sleep(40 * time.Minute)
		r.gets("med_2", content("med_2", 400))
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if got := r.states("med_1", "med_2"); got[0] != media.Remote || got[1] != media.Stored || r.a.Figures().Evictions["age"] != 1 {
			t.Errorf("states %v, figures %+v", got, r.a.Figures())
		}
	}, func(o *media.Options) { o.MaxAge = time.Hour })
}

// The disk belongs to the log first.
func TestFilesLeaveTheDiskItsReserve(t *testing.T) {
	free := int64(256<<20 + 1000)
	bubble(t, func(t *testing.T, r *rig) {
		r.gets("med_1", r.arrive("med_1", 900))
		free = 256<<20 + 100
		r.arrive("med_2", 900)
		if _, err := r.get("med_2"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("on a full disk: %v", err)
		}
		if r.record("med_1").State != media.Remote || r.told() != "media.ready med_1, media.failed med_2 storage" {
			t.Errorf("%+v; told %s", r.record("med_1"), r.told())
		}
	}, func(o *media.Options) { o.Free = func() (int64, error) { return free, nil } })
}

// Senders say how large a file is, and need not be right.
func TestAFileThatIsLargerThanSaidLeavesTheDiskItsReserve(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.arrive("med_1", 900, func(f *event.Attachment) { f.Size = 1 })
		if _, err := r.get("med_1"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("answered %v", err)
		}
		r.gets("med_2", r.arrive("med_2", 400, func(f *event.Attachment) { f.Size = 1 }))
	}, func(o *media.Options) { o.Free = func() (int64, error) { return 256<<20 + 500, nil } })
}

// Two who find a file to be dropped at the same time free its bytes once.
func TestAFileIsDroppedOnce(t *testing.T) {
	together := make(chan struct{})
	bubble(t, func(t *testing.T, r *rig) {
		r.gets("med_1", r.arrive("med_1", 400))
		r.gets("med_2", r.arrive("med_2", 300))
		together = make(chan struct{})
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() { r.must(r.a.Drop(t.Context(), scope, "med_1")) })
		}
		synctest.Wait() // both are about to delete
		close(together)
		both.Wait()
		if got := r.a.Figures().Usage; got != (media.Usage{Bytes: 300, Files: 1}) {
			t.Errorf("%+v", got)
		}
	}, func(o *media.Options) { o.Blobs = meeting{o.Blobs, &together} })
}

// meeting is a store of files that deletes when it is told to.
type meeting struct {
	media.Blobs
	start *chan struct{}
}

func (m meeting) Delete(ctx context.Context, name string) error {
	<-*m.start
	return m.Blobs.Delete(ctx, name)
}

func TestBytesGoWithTheirDevice(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.gets("med_1", r.arrive("med_1", 400))
		r.arrive("med_2", 400)
		r.must(r.db.Media().Storing(t.Context(), "med_2", 400)) // it was never whole, and never counted
		r.must(r.db.Devices().Delete(t.Context(), device))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if r.blobs() != 0 || r.a.Figures().Usage != (media.Usage{}) {
			t.Errorf("%d files, usage %+v", r.blobs(), r.a.Figures().Usage)
		}
	})
}

func TestRecordsGoWithTheirEvents(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.gets("med_1", r.arrive("med_1", 400))
		time.Sleep(50 * time.Hour)
		synctest.Wait()
		if _, err := r.get("med_1"); !fault.Is(err, fault.NotFound) || r.blobs() != 0 {
			t.Errorf("%v, %d files", err, r.blobs())
		}
	}, func(o *media.Options) { o.Keep = 48 * time.Hour })
}

func auto(o *media.Options) { o.Auto, o.AutoMaxBytes = true, 600 }

func TestSmallFilesAreFetchedUnasked(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.arrive("med_1", 500)
		r.arrive("med_2", 700)
		synctest.Wait()
		if got := r.states("med_1", "med_2"); got[0] != media.Stored || got[1] != media.Remote || r.told() != "media.ready med_1" {
			t.Errorf("states %v; told %s", got, r.told())
		}
	}, auto)
}

func TestWhatCannotBeFetchedUnaskedIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.lines.set(func() { r.lines.fail = fault.New(fault.Conflict, "Device is not connected to WhatsApp") })
		r.arrive("med_1", 500)
		synctest.Wait()
		if rec := r.record("med_1"); rec.Attempts != 0 || rec.NextAt.IsZero() || r.told() != "" {
			t.Fatalf("after one try: %+v", rec)
		}
		time.Sleep(72 * time.Hour) // a device may be away for days
		synctest.Wait()
		r.lines.set(func() { r.lines.fail = nil })
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := r.states("med_1"); got[0] != media.Stored {
			t.Errorf("state %v after %d tries", got, r.lines.count())
		}
		r.lines.set(func() { r.lines.fail = fault.New(fault.BadGateway, "WhatsApp did not give the file") })
		r.arrive("med_2", 500)
		time.Sleep(72 * time.Hour)
		synctest.Wait()
		if rec := r.record("med_2"); !rec.NextAt.IsZero() || rec.State != media.Remote {
			t.Errorf("tried for ever: %+v", rec)
		}
	}, auto)
}

// What is due stands in the database: a restart forgets none of it, and finishes nobody else's half file.
func TestARestartGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newRigAt(t, dir, auto)
		r.device()
		r.lines.set(func() { r.lines.begin = make(chan struct{}, 9) }) // downloads begin and never go on
		r.arrive("med_1", 500)
		r.arrive("med_3", 300)
		r.must(r.db.Media().Storing(t.Context(), "med_3", 300))
		r.must(r.db.Media().Want(t.Context(), "med_3", time.Time{}, 0))
		r.must(os.MkdirAll(filepath.Join(dir, "media", "_3"), 0o700))
		r.must(os.WriteFile(filepath.Join(dir, "media", "_3", "med_3"), []byte("half"), 0o600))
		r.must(os.WriteFile(filepath.Join(dir, "media", "tmp", "med_9-123"), []byte("half"), 0o600))
		r.stop()

		again := newRigAt(t, dir, auto)
		again.lines.put("/med_1", content("med_1", 500))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got := again.states("med_1", "med_3"); got[0] != media.Stored || got[1] != media.Remote || again.blobs() != 1 {
			t.Errorf("states %v, %d files", got, again.blobs())
		}
		again.stop()
	})
}

// away is a store of files that does not answer for a while.
type away struct {
	media.Blobs
	until time.Time
}

func (a away) Delete(ctx context.Context, name string) error {
	if time.Now().Before(a.until) {
		return errDisk
	}
	return a.Blobs.Delete(ctx, name)
}

// A bucket that is away when we start ends nothing. What an earlier run left half is cleaned up when it is back, unless it was
// fetched meanwhile.
func TestAStartWithoutTheStoreOfFiles(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newRigAt(t, dir)
		r.device()
		r.arrive("med_1", 500)
		want := r.arrive("med_2", 300)
		r.must(r.db.Media().Storing(t.Context(), "med_1", 500))
		r.must(r.db.Media().Storing(t.Context(), "med_2", 300))
		r.stop()

		again := newRigAt(t, dir, func(o *media.Options) { o.Blobs = away{o.Blobs, time.Now().Add(5 * time.Minute)} })
		again.lines.put("/med_2", want)
		time.Sleep(2 * time.Minute)
		again.gets("med_2", want)
		if got := again.states("med_1"); got[0] != media.Storing {
			t.Errorf("med_1 is %s while the store is away", got[0])
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := again.states("med_1", "med_2"); got[0] != media.Remote || got[1] != media.Stored {
			t.Errorf("states %v", got)
		}
		again.stop()
	})
}

var errDisk = errors.New("input/output error")

// failing is a store whose last step fails.
type failing struct{ media.Store }

func (failing) Stored(context.Context, string, int64, []byte) error {
	return fault.Wrap(errDisk, fault.Unavailable, "Storage is unavailable")
}

// The bytes are there and the record does not say so: they are not handed out, and not forgotten.
func TestAFileIsNotStoredBeforeTheRecordSaysSo(t *testing.T) {
	var db *store.DB
	bubble(t, func(t *testing.T, r *rig) {
		db = r.db
		r.arrive("med_1", 500)
		if _, err := r.get("med_1"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("answered %v", err)
		}
		list, err := db.Media().Interrupted(t.Context(), 9)
		r.must(err)
		if len(list) != 1 || r.told() != "" || r.a.Figures().Files != 0 {
			t.Errorf("interrupted %v; told %s", list, r.told())
		}
	}, func(o *media.Options) { o.Store = failing{o.Store} })
}

func TestTheDirectoryIsChecked(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.must(r.a.Check())
		r.must(os.RemoveAll(filepath.Join(r.dir, "media")))
		r.refused(r.a.Check(), fault.Unavailable)
	})
}

func TestWantsOnlyWhatMayBeFetched(t *testing.T) {
	for name, c := range map[string]struct {
		o    media.Options
		f    event.Attachment
		want bool
	}{
		"off":       {media.Options{}, event.Attachment{Size: 1, DirectPath: "/a"}, false},
		"small":     {media.Options{Auto: true, AutoMaxBytes: 5}, event.Attachment{Size: 5, DirectPath: "/a"}, true},
		"large":     {media.Options{Auto: true, AutoMaxBytes: 5}, event.Attachment{Size: 6, DirectPath: "/a"}, false},
		"no place":  {media.Options{Auto: true}, event.Attachment{Size: 5}, false},
		"too large": {media.Options{Auto: true, MaxFile: 4}, event.Attachment{Size: 5, DirectPath: "/a"}, false},
	} {
		if got := media.New(c.o).Wants(c.f); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
