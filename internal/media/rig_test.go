package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/journal"
	"wapost/internal/media"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

const device = "00000000-0000-0000-0000-00000000000a"

var scope = media.Scope{AccountID: 1}

// rig is an archive over the real database and a real directory; only WhatsApp is played.
type rig struct {
	testing.TB
	db    *store.DB
	dir   string
	lines *lines
	a     *media.Archive
	stop  func()

	mu     sync.Mutex
	events []*event.Recorded
}

func newRigAt(t testing.TB, dir string, change ...func(*media.Options)) *rig {
	t.Helper()
	r := &rig{TB: t, dir: dir, lines: &lines{files: map[string][]byte{}}, db: storetest.Stopped(t, filepath.Join(dir, "wapost.db"))}
	r.db.OnRecorded(func(list []*event.Recorded) {
		r.mu.Lock()
		r.events = append(r.events, list...)
		r.mu.Unlock()
		r.a.Recorded(list)
	})
	blobs, err := media.NewDirectory(filepath.Join(dir, "media"))
	r.must(err)
	o := media.Options{Store: r.db.Media(), Lines: r.lines, Phone: r.lines, Sink: journal.New(r.db.Events()), Blobs: blobs, Temp: filepath.Join(dir, "media", "tmp")}
	for _, f := range change {
		f(&o)
	}
	r.a = media.New(o)
	r.db.OnMediaWanted(r.a.Wants)
	stopStore := storetest.Start(t, r.db)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.a.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		r.must(<-done)
		stopStore()
		r.must(r.db.Close())
	})
	t.Cleanup(r.stop)
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *rig) device() {
	r.Helper()
	r.must(r.db.Write(r.Context(), "test", storetest.OneDevice(device)))
}

// content is a file of a size that is like no other of its name.
func content(name string, size int) []byte {
	return bytes.Repeat([]byte(name+"\x00"), size/(len(name)+1)+1)[:size]
}

// arrive records an event with a file, which WhatsApp then has.
func (r *rig) arrive(id string, size int, change ...func(*event.Attachment)) []byte {
	r.Helper()
	data := content(id, size)
	sum := sha256.Sum256(data)
	f := event.Attachment{ID: id, Kind: event.MediaImage, Keys: event.ImageKeys, MimeType: "image/jpeg", Size: int64(size), DirectPath: "/" + id,
		Key: []byte("key of " + id), SHA256: sum[:], MessageID: "M-" + id, Chat: "491@s.whatsapp.net", Sender: "491@s.whatsapp.net"}
	for _, c := range change {
		c(&f)
	}
	r.lines.put(f.DirectPath, data)
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey = time.Now(), 1, device, device+"|c|491", id
	e.Data = map[string]any{"chat": event.Chat{JID: "491@s.whatsapp.net", Kind: event.DirectChat, Name: event.Text("Ben")},
		"quoted": map[string]any{"media": event.Media{ID: id, Kind: f.Kind, MimeType: f.MimeType, Caption: event.Text("look"), URL: event.MediaURL(id)}}}
	e.Attachments = []event.Attachment{f}
	r.must(journal.New(r.db.Events()).Append(r.Context(), e))
	return data
}

// get reads a file through the archive.
func (r *rig) get(id string) ([]byte, error) {
	r.Helper()
	f, err := r.a.Open(r.Context(), scope, id)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	r.must(err)
	r.must(f.Close())
	return b, nil
}

func (r *rig) gets(id string, want []byte) {
	r.Helper()
	got, err := r.get(id)
	if err != nil {
		r.Fatalf("%s: %v", id, err)
	}
	if !bytes.Equal(got, want) {
		r.Fatalf("%s: %d bytes, want %d others", id, len(got), len(want))
	}
}

func (r *rig) record(id string) media.Record {
	r.Helper()
	rec, err := r.a.Info(r.Context(), scope, id)
	r.must(err)
	return rec
}

// told lists the media events as "media.ready med_1" and "media.failed med_1 gone".
func (r *rig) told() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, e := range r.events {
		var body struct {
			Data struct {
				Media     event.Media
				MediaID   string `json:"media_id"`
				MessageID string `json:"message_id"`
				Chat      event.Chat
				Reason    string
			}
		}
		if e.Type.Family() != "media" {
			continue
		}
		r.must(json.Unmarshal(e.Body, &body))
		d := body.Data
		if d.Chat.Name == nil || e.Key != device+"|c|491" || !strings.HasPrefix(d.MessageID, "M-") {
			r.Errorf("%s: %s with key %s", e.Type, e.Body, e.Key)
		}
		if e.Type == event.MediaReady && (d.Media.Caption == nil || *d.Media.Caption != "look") {
			r.Errorf("the file is not described as in its event: %s", e.Body)
		}
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s%s %s", e.Type, d.Media.ID, d.MediaID, d.Reason)))
	}
	return strings.Join(list, ", ")
}

// lines plays WhatsApp and the phone.
type lines struct {
	mu      sync.Mutex
	files   map[string][]byte // by path
	fail    error             // of every download
	fetched int
	asked   []string        // message ids
	answers bool            // the phone answers at once
	begin   chan struct{}   // a download begins by sending here, when it is set
	proceed <-chan struct{} // and waits here
	archive func() *media.Archive
	refuse  error // of AskPhone
	word    session.PhoneAnswer
}

func (l *lines) put(path string, data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files[path] = data
}

func (l *lines) lose(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.files, path)
}

func (l *lines) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *lines) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fetched
}

// Download implements media.Lines.
func (l *lines) Download(ctx context.Context, _ string, f event.Attachment, to session.Target) error {
	l.mu.Lock()
	l.fetched++
	data, ok := l.files[f.DirectPath]
	fail, begin, proceed := l.fail, l.begin, l.proceed
	l.mu.Unlock()
	if begin != nil {
		begin <- struct{}{}
		select {
		case <-proceed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	switch {
	case fail != nil:
		return fail
	case !ok:
		return session.ErrFileGone
	}
	for len(data) > 0 {
		n, err := to.Write(data[:min(len(data), 1<<10)])
		if err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// AskPhone implements media.Lines.
func (l *lines) AskPhone(ctx context.Context, id string, f event.Attachment) error {
	l.mu.Lock()
	l.asked = append(l.asked, f.MessageID)
	refuse, answers, word := l.refuse, l.answers, l.word
	l.mu.Unlock()
	if refuse != nil || !answers {
		return refuse
	}
	word.MessageID = f.MessageID
	return l.archive().PhoneAnswered(ctx, id, word)
}

// Get implements media.Lines.
func (l *lines) Get(context.Context, int64, string) (session.Device, error) {
	return session.Device{ID: device, AccountID: 1}, nil
}

// ReadAnswer implements media.Phone: the content of an answer is the key and the new path.
func (l *lines) ReadAnswer(a session.PhoneAnswer, key []byte) (string, error) {
	switch {
	case a.Code != 0:
		return "", session.ErrNotOnPhone
	case !bytes.Equal(a.IV, key):
		return "", session.ErrUnreadable
	}
	return string(a.Ciphertext), nil
}

// bubble runs a test with a clock of its own.
func bubble(t *testing.T, f func(t *testing.T, r *rig), change ...func(*media.Options)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newRigAt(t, dir, change...)
		r.lines.archive = func() *media.Archive { return r.a }
		r.device()
		synctest.Wait()
		f(t, r)
		r.stop()
	})
}
