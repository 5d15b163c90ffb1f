package media_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"wapost/internal/fault"
	"wapost/internal/media"
)

func TestAnUploadedFileIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		s := media.Scope{AccountID: 1, DeviceID: device}
		want := content("up", 700)
		in, err := r.a.Receive(bytes.NewReader(want))
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
			if _, err := r.a.Receive(c.from); !c.ok(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		in, err := r.a.Receive(strings.NewReader("x"))
		r.must(err)
		_, err = r.a.Accept(t.Context(), media.Scope{AccountID: 1, DeviceID: "nobody"}, in, "", "text/plain")
		r.refused(err, fault.NotFound)
		in.Discard()
		if r.blobs() != 0 {
			t.Errorf("%d files", r.blobs())
		}
	}, func(o *media.Options) { o.MaxFile = 500 })
}
