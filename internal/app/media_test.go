package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/app"
	"wapost/internal/media"
	"wapost/internal/store/storetest"
	"wapost/simclient"
)

const friend = "4915100000003"

// fileOf sends an image to the linked number and returns the file that the event names.
func (c customer) fileOf(w *world, img simclient.File) (f struct {
	ID, URL, SHA256 string
	Size            int64
}) {
	c.t.Helper()
	sent, err := w.Send(c.t.Context(), friend, simclient.Message{To: ownPhone, Image: &img})
	if err != nil {
		c.t.Fatal(err)
	}
	eventually(c.t, "the event of the image", func() bool {
		var list []struct {
			Data struct {
				MessageID string `json:"message_id"`
				Image     *struct {
					ID, URL, SHA256 string
					Size            int64
				}
			}
		}
		c.call("GET", "/events?types=message.received", nil, &list)
		for _, e := range list {
			if e.Data.MessageID == sent.ID && e.Data.Image != nil {
				f = *e.Data.Image
			}
		}
		return f.ID != ""
	})
	return f
}

// raw returns status and bytes of an answer; 0 when nobody answers.
func (c customer) raw(path string) (int, []byte, http.Header) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, c.url+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set(c.header, c.key)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, nil
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, b, answer.Header
	}
	return answer.StatusCode, b, answer.Header
}

// told waits for a media event about a file and returns its reason.
func (c customer) told(typ, id string) (reason string) {
	c.t.Helper()
	eventually(c.t, typ+" for "+id, func() bool {
		var list []struct {
			Data struct {
				MediaID string `json:"media_id"`
				Media   struct{ ID string }
				Chat    struct{ Phone string }
				Reason  string
			}
		}
		c.call("GET", "/events?types="+typ, nil, &list)
		for _, e := range list {
			if e.Data.MediaID+e.Data.Media.ID == id {
				reason = e.Data.Reason
				return e.Data.Chat.Phone == "+"+friend
			}
		}
		return false
	})
	return reason
}

// faulty has something go wrong at WhatsApp.
func (w *world) faulty(change func(*simclient.Faults)) {
	w.t.Helper()
	if _, err := w.ChangeFaults(w.t.Context(), simclient.Scope{}, change); err != nil {
		w.t.Fatal(err)
	}
}

func picture(n int) []byte { return bytes.Repeat([]byte("not quite a picture "), n/20) }

// photographed is a customer whose number is linked and has a friend.
func photographed(t *testing.T, w *world, a customer) customer {
	t.Helper()
	c := newCustomer(t, a)
	w.person(ownPhone, "Own")
	w.person(friend, "Friend")
	c.link(w, ownPhone)
	return c
}

func TestAnImageComesThrough(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := photographed(t, w, g.admin())
	want := picture(200_000)
	f := c.fileOf(w, simclient.File{Data: want, Mimetype: "image/jpeg"})
	status, got, h := c.raw(f.URL)
	sum := sha256.Sum256(want)
	if status != http.StatusOK || !bytes.Equal(got, want) || h.Get("ETag") != `"`+hex.EncodeToString(sum[:])+`"` || f.SHA256 != hex.EncodeToString(sum[:]) {
		t.Fatalf("%d, %d bytes, %v", status, len(got), h)
	}
	c.told("media.ready", f.ID)
	stranger := newCustomer(t, g.admin())
	if status, _, _ := stranger.raw(f.URL); status != http.StatusNotFound {
		t.Errorf("a stranger gets %d", status)
	}
	g.restart()
	c.url = g.url
	w.faulty(func(f *simclient.Faults) { f.Media = &simclient.MediaFault{Status: 500, Times: -1} })
	if status, got, _ := c.raw(f.URL); status != http.StatusOK || !bytes.Equal(got, want) {
		t.Errorf("from our store: %d, %d bytes", status, len(got))
	}
}

// Killed at any point of a download, a file is served whole afterwards, and nothing of the first try is left.
func TestKilledInTheMiddleOfADownload(t *testing.T) {
	for _, point := range []string{"media-half:3", "media-storing:1", "media-put:1"} {
		t.Run(point, func(t *testing.T) {
			w := newWorld(t)
			g := newChild(t, w)
			g.start(point)
			g.ready()
			c := photographed(t, w, admin(t, g.dir, "http://"+g.listen))
			want := picture(400_000)
			f := c.fileOf(w, simclient.File{Data: want, Mimetype: "image/jpeg"})
			if status, _, _ := c.raw(f.URL); status != 0 {
				t.Fatalf("answered %d while it was killed", status)
			}
			<-g.ended
			g.kill()
			g.start("")
			g.ready()
			c.connected(w)
			var info struct{ State string }
			c.must("GET", f.URL+"/info", nil, &info)
			if left := files(t, g.dir); info.State != "remote" || len(left) > 0 {
				t.Errorf("state %s, left behind: %v", info.State, left)
			}
			if status, got, _ := c.raw(f.URL); status != http.StatusOK || !bytes.Equal(got, want) {
				t.Errorf("%d, %d bytes, want %d", status, len(got), len(want))
			}
			c.told("media.ready", f.ID)
		})
	}
}

// files lists what lies in the store of files.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "media"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(d.Name(), "med_") {
			list = append(list, fmt.Sprint(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestALostFileComesFromThePhone(t *testing.T) { lostFile(t, "") }

func TestALostFileComesFromThePhoneOnPostgres(t *testing.T) { lostFile(t, storetest.Postgres(t)) }

// lostFile: what the media host has lost comes from the phone, which uploads it once more.
func lostFile(t *testing.T, database string) {
	w := newWorld(t)
	g := newGatewayOn(t, w, database)
	c := photographed(t, w, g.admin())
	want := picture(50_000)
	for _, gone := range []int{404, 410} {
		f := c.fileOf(w, simclient.File{Data: want, Gone: gone})
		if status, got, _ := c.raw(f.URL); status != http.StatusOK || !bytes.Equal(got, want) {
			t.Errorf("%d: answered %d, %d bytes", gone, status, len(got))
		}
		c.told("media.ready", f.ID)
	}
	device, err := w.Device(t.Context(), ownPhone+":1")
	if err != nil {
		t.Fatal(err)
	}
	w.quiet(device.JID)
}

func TestAFileThatNobodyHas(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := photographed(t, w, g.admin())
	for answer, want := range map[string]string{"not_found": "not_on_phone", "error": "not_on_phone", "decryption_error": "damaged"} {
		f := c.fileOf(w, simclient.File{Size: 5000, Gone: 410})
		w.faulty(func(f *simclient.Faults) { f.MediaRetry = &simclient.MediaRetryFault{Answer: answer} })
		for range 2 {
			if status, body, _ := c.raw(f.URL); status != http.StatusGone || !strings.Contains(string(body), "No longer on WhatsApp nor on the phone") {
				t.Errorf("%s: %d %s", answer, status, body)
			}
		}
		if reason := c.told("media.failed", f.ID); reason != want {
			t.Errorf("%s: told %q, want %q", answer, reason, want)
		}
	}
}

func TestAFileThatComesDamagedOrCut(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := photographed(t, w, g.admin())
	want := picture(50_000)
	f := c.fileOf(w, simclient.File{Data: want})
	for fault, sentence := range map[simclient.MediaFault]string{
		{Corrupt: true}:   "The file that WhatsApp sent is damaged",
		{CutAfter: 20000}: "WhatsApp did not give the file",
	} {
		w.faulty(func(f *simclient.Faults) { f.Media = &fault })
		if status, body, _ := c.raw(f.URL); status != http.StatusBadGateway || !strings.Contains(string(body), sentence) {
			t.Errorf("%+v: %d %s", fault, status, body)
		}
	}
	w.faulty(func(f *simclient.Faults) { f.Media = &simclient.MediaFault{BytesPerS: 200_000} })
	if status, got, _ := c.raw(f.URL); status != http.StatusOK || !bytes.Equal(got, want) {
		t.Errorf("slowly: %d, %d bytes", status, len(got))
	}
	if reason := c.told("media.failed", f.ID); reason != "damaged" {
		t.Errorf("told %q", reason)
	}
}

// The phone's word comes while the gateway is down: it is kept by WhatsApp, and the file is fetched after the restart.
func TestTheWordOfThePhoneSurvivesARestart(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := photographed(t, w, g.admin())
	want := picture(50_000)
	f := c.fileOf(w, simclient.File{Data: want, Gone: 410})
	if _, err := w.Hold(t.Context(), ownPhone+":1"); err != nil {
		t.Fatal(err)
	}
	asked := make(chan int, 1)
	go func() { status, _, _ := c.raw(f.URL); asked <- status }()
	eventually(t, "the phone has answered", func() bool {
		d, err := w.Device(t.Context(), ownPhone+":1")
		return err == nil && d.Unacked > 0
	})
	g.stop()
	if status := <-asked; status == http.StatusOK {
		t.Error("answered without the file")
	}
	if _, err := w.Release(t.Context(), ownPhone+":1", 0); err != nil {
		t.Fatal(err)
	}
	g.start()
	c.url = g.url
	c.told("media.ready", f.ID)
	if status, got, _ := c.raw(f.URL); status != http.StatusOK || !bytes.Equal(got, want) {
		t.Errorf("%d, %d bytes", status, len(got))
	}
}

// Files are fetched as they arrive and put into the bucket; nothing of them stays in the data directory.
func TestFilesAreKeptInABucket(t *testing.T) {
	bucket := &pail{objects: map[string][]byte{}}
	w := newWorld(t)
	g := &gateway{t: t, w: w, dir: t.TempDir(), media: app.MediaOptions{Auto: true, AutoMaxBytes: 60_000,
		S3: media.S3Options{Endpoint: serve(t, bucket), Bucket: "files", AccessKey: "a", SecretKey: "b"}}}
	g.start()
	c := photographed(t, w, g.admin())
	want := picture(50_000)
	f := c.fileOf(w, simclient.File{Data: want})
	c.told("media.ready", f.ID)
	if got := bucket.get("/files/" + f.ID); !bytes.Equal(got, want) || len(files(t, g.dir)) > 0 {
		t.Errorf("%d bytes in the bucket, %v in the directory", len(got), files(t, g.dir))
	}
	if status, got, _ := c.raw(f.URL); status != http.StatusOK || !bytes.Equal(got, want) {
		t.Errorf("%d, %d bytes", status, len(got))
	}
	var info struct{ State string }
	large := c.fileOf(w, simclient.File{Data: picture(70_000)})
	c.must("GET", large.URL+"/info", nil, &info)
	if info.State != "remote" {
		t.Errorf("a large file is %s unasked", info.State)
	}
}

// pail is a bucket that trusts everybody: what is signed how is tested elsewhere.
type pail struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (p *pail) get(path string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.objects[path]
}

func (p *pail) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodPut {
		p.objects[r.URL.Path] = body
		return
	}
	data, ok := p.objects[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// namedIn finds the ids of all files in a body, whatever holds them.
func namedIn(v any) (list []string) {
	switch v := v.(type) {
	case map[string]any:
		if id, ok := v["id"].(string); ok && strings.HasPrefix(id, "med_") {
			list = append(list, id)
		}
		for _, inner := range v {
			list = append(list, namedIn(inner)...)
		}
	case []any:
		for _, inner := range v {
			list = append(list, namedIn(inner)...)
		}
	}
	return list
}

func TestEveryKindOfFileComesThrough(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := photographed(t, w, g.admin())
	want := map[string][]byte{}
	keep := func(id string, data []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		want[id] = data
	}
	for kind, put := range map[string]func(*simclient.Message, *simclient.File){
		"image":    func(m *simclient.Message, f *simclient.File) { m.Image = f },
		"video":    func(m *simclient.Message, f *simclient.File) { m.Video = f },
		"audio":    func(m *simclient.Message, f *simclient.File) { m.Audio = f },
		"voice":    func(m *simclient.Message, f *simclient.File) { f.Voice, m.Audio = true, f },
		"document": func(m *simclient.Message, f *simclient.File) { m.Document = f },
		"sticker":  func(m *simclient.Message, f *simclient.File) { m.Sticker = f },
	} {
		data := []byte(strings.Repeat(kind+" ", 5000))
		m := simclient.Message{To: ownPhone}
		put(&m, &simclient.File{Data: data})
		sent, err := w.Send(t.Context(), friend, m)
		keep(sent.ID, data, err)
	}
	// Files of newsletters are not encrypted.
	letter, err := w.CreateNewsletter(t.Context(), simclient.NewNewsletter{Name: "News", Owner: friend, Followers: []string{ownPhone}})
	if err != nil {
		t.Fatal(err)
	}
	post, _, err := w.Publish(t.Context(), letter.ID, simclient.NewPost{Image: &simclient.File{Data: picture(3000)}}, 0)
	keep(post.ID, picture(3000), err)
	eventually(t, "all files named by events", func() bool {
		var list []map[string]any
		c.call("GET", "/events?types=message.received,newsletter.message_received", nil, &list)
		for _, e := range list {
			data, _ := e["data"].(map[string]any)
			id, _ := data["message_id"].(string)
			for _, file := range namedIn(data) {
				if content, ok := want[id]; ok {
					if status, got, _ := c.raw("/media/" + file); status != http.StatusOK || !bytes.Equal(got, content) {
						t.Fatalf("%v: %d, %d bytes, want %d", data["kind"], status, len(got), len(content))
					}
					delete(want, id)
				}
			}
		}
		return len(want) == 0
	})
}
