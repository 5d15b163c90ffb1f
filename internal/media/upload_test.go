package media_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"wapost/internal/fault"
	"wapost/internal/media"
)

func TestAnUploadedFileIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		s := media.Scope{AccountID: 1, DeviceID: device}
		want := content("up", 700)
		in, err := r.a.Receive(t.Context(), 1, bytes.NewReader(want))
		r.must(err)
		m, err := r.a.Accept(t.Context(), s, in, "a.pdf", "application/pdf")
		r.must(err)
		in.Discard()
		r.gets(m.ID, want)
		if r.a.Figures().Usage != (media.Usage{Bytes: 700, Files: 1}) || r.told() != "" || m.Kind != "document" {
			t.Errorf("%+v; told %s; %+v", r.a.Figures().Usage, r.told(), m)
		}
		r.gets("med_1", r.arrive("med_1", 400)) // there is room for one of them
		if _, err := r.get(m.ID); !fault.Is(err, fault.Gone) || r.told() != "media.ready med_1" || r.lines.count() != 1 {
			t.Errorf("an evicted upload: %v; told %s", err, r.told())
		}
	}, func(o *media.Options) { o.MaxBytes = 1000 })
}

func TestUploadsThatFailLeaveNothing(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		broken := errors.New("the client hung up")
		for name, c := range map[string]struct {
			from io.Reader
			ok   func(error) bool
		}{
			"too large": {strings.NewReader(strings.Repeat("x", 501)), func(err error) bool { return fault.Is(err, fault.TooLarge) }},
			"cut":       {io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), func(err error) bool { return errors.Is(err, broken) }},
		} {
			if _, err := r.a.Receive(t.Context(), 1, c.from); !c.ok(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		in, err := r.a.Receive(t.Context(), 1, strings.NewReader("x"))
		r.must(err)
		_, err = r.a.Accept(t.Context(), media.Scope{AccountID: 1, DeviceID: "nobody"}, in, "", "text/plain")
		r.refused(err, fault.NotFound)
		in.Discard()
		if r.blobs() != 0 {
			t.Errorf("%d files", r.blobs())
		}
	}, func(o *media.Options) { o.MaxFile = 500 })
}

// An upload needs room from its first byte: while many come slowly, the disk must not fill up.
func TestUploadsLeaveTheDiskItsReserve(t *testing.T) {
	free := int64(256<<20 + 1000)
	bubble(t, func(t *testing.T, r *rig) {
		first, err := r.a.Receive(t.Context(), 1, bytes.NewReader(content("a", 700)))
		r.must(err)
		free -= 700
		_, err = r.a.Receive(t.Context(), 1, bytes.NewReader(content("b", 400)))
		r.refused(err, fault.Unavailable)
		second, err := r.a.Receive(t.Context(), 1, bytes.NewReader(content("c", 300))) // what has landed counts once
		r.must(err)
		second.Discard()
		first.Discard()
		free += 700
		r.gets("med_1", r.arrive("med_1", 1000)) // all of it was given back
	}, func(o *media.Options) { o.Free = func() (int64, error) { return free, nil } })
}

// A client that goes away at the last moment leaves a file or none, not half of one until the next start.
func TestAClientThatGoesAwayLeavesNoHalfUpload(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	bubble(t, func(t *testing.T, r *rig) {
		in, err := r.a.Receive(t.Context(), 1, bytes.NewReader(content("a", 700)))
		r.must(err)
		defer in.Discard()
		_, _ = r.a.Accept(ctx, media.Scope{AccountID: 1, DeviceID: device}, in, "", "text/plain")
		left, err := r.db.Media().Interrupted(t.Context(), 9)
		r.must(err)
		if len(left) != 0 || r.a.Figures().Files != 1 {
			t.Errorf("%d half files; %+v", len(left), r.a.Figures().Usage)
		}
	}, func(o *media.Options) { o.Blobs = hanging{o.Blobs, cancel} })
}

// A device can be deleted while its file is being put, and what was doomed then be buried before the bytes are there.
func TestAFileOfADeviceThatGoesMeanwhileGoesToo(t *testing.T) {
	var late leaving
	bubble(t, func(t *testing.T, r *rig) {
		late.leave = func() {
			r.must(r.db.Devices().Delete(t.Context(), device))
			time.Sleep(2 * time.Minute) // housekeeping comes by
		}
		in, err := r.a.Receive(t.Context(), 1, bytes.NewReader(content("a", 700)))
		r.must(err)
		defer in.Discard()
		_, err = r.a.Accept(t.Context(), media.Scope{AccountID: 1, DeviceID: device}, in, "", "text/plain")
		r.refused(err, fault.NotFound)
		if r.blobs() != 0 || r.a.Figures().Usage != (media.Usage{}) {
			t.Errorf("%d files stay; %+v", r.blobs(), r.a.Figures().Usage)
		}
	}, func(o *media.Options) { late.Blobs, o.Blobs = o.Blobs, &late })
}

// leaving is a store of files that is slow to take one.
type leaving struct {
	media.Blobs
	leave func()
}

func (l *leaving) Put(ctx context.Context, name string, f *os.File, size int64, sum []byte) error {
	l.leave()
	return l.Blobs.Put(ctx, name, f, size, sum)
}

// hanging is a store of files whose caller goes away once a file is put.
type hanging struct {
	media.Blobs
	cancel func()
}

func (h hanging) Put(ctx context.Context, name string, f *os.File, size int64, sum []byte) error {
	defer h.cancel()
	return h.Blobs.Put(ctx, name, f, size, sum)
}
