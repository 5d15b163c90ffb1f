package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/journal"
	"wapost/internal/media"
	"wapost/internal/session"
)

// mediaHost plays WhatsApp's: it has what was put into it.
type mediaHost struct {
	files map[string][]byte
	asked int
	fail  error
}

// Download implements media.Lines.
func (h *mediaHost) Download(_ context.Context, _ string, f event.Attachment, to session.Target) error {
	data, ok := h.files[f.ID]
	if !ok || h.fail != nil {
		return errorsOr(h.fail, session.ErrFileGone)
	}
	_, err := to.Write(data)
	return err
}

func errorsOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// AskPhone implements media.Lines.
func (h *mediaHost) AskPhone(context.Context, string, event.Attachment) error {
	h.asked++
	return nil
}

// Get implements media.Lines.
func (h *mediaHost) Get(_ context.Context, account int64, id string) (session.Device, error) {
	return session.Device{ID: id, AccountID: account}, nil
}

// ReadAnswer implements media.Phone.
func (h *mediaHost) ReadAnswer(session.PhoneAnswer, []byte) (string, error) {
	return "", session.ErrNotOnPhone
}

// startFiles runs a real archive.
func (r *rig) startFiles(t testing.TB) *media.Archive {
	t.Helper()
	dir := t.TempDir()
	blobs, err := media.NewDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	r.temp = filepath.Join(dir, "tmp")
	r.host = &mediaHost{files: map[string][]byte{}}
	a := media.New(media.Options{Store: r.db.Media(), Lines: r.host, Phone: r.host, Sink: journal.New(r.db.Events()), Blobs: blobs,
		Temp: r.temp, MaxAge: time.Hour})
	r.files = a
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return a
}

// file records a message with a file for a device; WhatsApp has its bytes.
func (r *rig) file(device string, data []byte, change ...func(*event.Attachment)) event.Attachment {
	r.Helper()
	d, err := r.sessions.Get(r.Context(), 0, device)
	if err != nil {
		r.Fatal(err)
	}
	sum := sha256.Sum256(data)
	f := event.Attachment{ID: event.NewMediaID(), Kind: event.MediaImage, Keys: event.ImageKeys, MimeType: "image/jpeg", Size: int64(len(data)),
		Filename: "photo.jpg", DirectPath: "/x", Key: []byte("key"), SHA256: sum[:], Thumbnail: []byte("\xff\xd8\xff\xe0thumb"),
		MessageID: "3EB0" + device[:8], Chat: "4915550003333@s.whatsapp.net", Sender: "4915550003333@s.whatsapp.net"}
	for _, c := range change {
		c(&f)
	}
	r.host.files[f.ID] = data
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey = time.Now(), d.AccountID, device, device+"|c|x", f.ID
	e.Data = map[string]any{"image": event.Media{ID: f.ID, Kind: f.Kind, MimeType: f.MimeType, Caption: event.Text("look"), URL: event.MediaURL(f.ID)}}
	e.Attachments = []event.Attachment{f}
	if err := journal.New(r.db.Events()).Append(r.Context(), e); err != nil {
		r.Fatal(err)
	}
	return f
}

func picture(n int) []byte { return bytes.Repeat([]byte{0xff, 0xd8, 1, 2, 3}, n/5) }

func TestAFileIsServedWithAllItsHeaders(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, token := r.device(key)
	data := picture(5000)
	f := r.file(device, data)
	path, tag := "/media/"+f.ID, `"`+hex.EncodeToString(f.SHA256)+`"`
	for _, credential := range []string{key, token} {
		a := r.call(credential, "GET", path, nil).ok(http.StatusOK)
		if !bytes.Equal(a.Body.Bytes(), data) {
			t.Errorf("%d bytes, want %d", a.Body.Len(), len(data))
		}
		for name, want := range map[string]string{"Content-Type": "image/jpeg", "Content-Length": "5000", "ETag": tag, "Accept-Ranges": "bytes",
			"Content-Disposition": "inline; filename=photo.jpg", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"} {
			if got := a.Header().Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if p := a.Header().Get("Content-Security-Policy"); !strings.Contains(p, "sandbox") || !strings.Contains(p, "default-src 'none'") || strings.Contains(p, "script") {
			t.Errorf("policy %q", p)
		}
	}
	if got := r.call(key, "GET", path+"?download=true", nil).Header().Get("Content-Disposition"); got != "attachment; filename=photo.jpg" {
		t.Errorf("download: %q", got)
	}
	head := r.call(key, "HEAD", path, nil).ok(http.StatusOK)
	if head.Body.Len() != 0 || head.Header().Get("Content-Length") != "5000" || head.Header().Get("ETag") != tag {
		t.Errorf("HEAD: %d bytes, %v", head.Body.Len(), head.Header())
	}
	r.call("", "GET", path, nil).wants(http.StatusUnauthorized, "Invalid or missing authentication")
	r.call(key, "GET", path+"?download=perhaps", nil).wants(http.StatusBadRequest, "download must be true or false")
	r.call(key, "GET", "/media/med_none", nil).wants(http.StatusNotFound, "No such media")
}

func TestPartsOfAFile(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, _ := r.device(key)
	data := picture(1000)
	f := r.file(device, data)
	tag := `"` + hex.EncodeToString(f.SHA256) + `"`
	for _, c := range []struct {
		header, value string
		more          []string
		status        int
		body          []byte
		extent        string
	}{
		{"Range", "bytes=0-9", nil, 206, data[:10], "bytes 0-9/1000"},
		{"Range", "bytes=990-", nil, 206, data[990:], "bytes 990-999/1000"},
		{"Range", "bytes=-5", nil, 206, data[995:], "bytes 995-999/1000"},
		{"Range", "bytes=0-9", []string{"If-Range", tag}, 206, data[:10], "bytes 0-9/1000"},
		{"Range", "bytes=0-9", []string{"If-Range", `"another"`}, 200, data, ""},
		{"Range", "lines=0-9", nil, 416, nil, ""},
		{"Range", "bytes=0-0,2-2", nil, 200, data, ""}, // each would be a request to the bucket
		{"Range", "bytes=1000-", nil, 416, nil, "bytes */1000"},
		{"If-None-Match", tag, nil, 304, nil, ""},
		{"If-None-Match", `"another", W/` + tag, nil, 304, nil, ""},
		{"If-None-Match", "*", nil, 304, nil, ""},
		{"If-None-Match", `"another"`, nil, 200, data, ""},
		{"If-Match", `"another"`, nil, 412, nil, ""},
	} {
		a := r.call(key, "GET", "/media/"+f.ID, nil, append([]string{c.header, c.value}, c.more...)...)
		if a.Code != c.status || a.Header().Get("Content-Range") != c.extent || c.body != nil && !bytes.Equal(a.Body.Bytes(), c.body) {
			t.Errorf("%s %s %v: %d, %q, %d bytes", c.header, c.value, c.more, a.Code, a.Header().Get("Content-Range"), a.Body.Len())
		}
		if c.status == 416 {
			a.wants(416, "Range is outside of the file")
		}
	}
}

// Nothing of a file is fetched for somebody who has it.
func TestATagIsKnownBeforeTheFile(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, _ := r.device(key)
	f := r.file(device, picture(10))
	delete(r.host.files, f.ID)
	r.call(key, "GET", "/media/"+f.ID, nil, "If-None-Match", `"`+hex.EncodeToString(f.SHA256)+`"`).ok(http.StatusNotModified)
}

func TestFilesOfStrangersRunNoScripts(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, _ := r.device(key)
	for claimed, want := range map[string]struct{ kind, disposition string }{
		"image/png":              {"image/png", "inline"},
		"image/svg+xml":          {"image/svg+xml", "attachment"},
		"image/svg":              {"image/svg", "attachment"},
		"IMAGE/SVG+XML":          {"image/svg+xml", "attachment"},
		"text/html":              {"text/html", "attachment"},
		"application/xhtml+xml":  {"application/xhtml+xml", "attachment"},
		"text/xml":               {"text/xml", "attachment"},
		"application/pdf":        {"application/pdf", "attachment"},
		"audio/ogg; codecs=opus": {"audio/ogg; codecs=opus", "inline"},
		"video/mp4":              {"video/mp4", "inline"},
		"":                       {"application/octet-stream", "attachment"},
		"nonsense":               {"application/octet-stream", "attachment"},
		"image/png\r\nX-Evil: 1": {"application/octet-stream", "attachment"},
	} {
		f := r.file(device, []byte("<script>alert(1)</script>"), func(f *event.Attachment) { f.MimeType = claimed })
		a := r.call(key, "GET", "/media/"+f.ID, nil).ok(http.StatusOK)
		got, _, _ := strings.Cut(a.Header().Get("Content-Disposition"), ";")
		if a.Header().Get("Content-Type") != want.kind || got != want.disposition || a.Header().Get("X-Evil") != "" {
			t.Errorf("%q: %q, %q", claimed, a.Header().Get("Content-Type"), got)
		}
		if a.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q: %v", claimed, a.Header())
		}
	}
}

func TestNamesOfFilesAreSafe(t *testing.T) {
	for given, want := range map[string]string{
		"report.pdf": "report.pdf", "": "med_1.jpg", "../../etc/passwd": "passwd", `C:\temp\a.txt`: "a.txt", "..": "med_1.jpg", ".bashrc": "bashrc",
		"a\x00b\r\nc.txt": "a_b__c.txt", `"; filename=evil.exe`: "_; filename=evil.exe", "über uns.pdf": "über uns.pdf",
		"invoice\u202Efdp.exe": "invoice_fdp.exe", "a\xffb": "a_b", "con:aux?.txt": "con_aux_.txt",
		strings.Repeat("x", 300) + ".pdf": strings.Repeat("x", 96) + ".pdf",
	} {
		r := &media.Record{Attachment: event.Attachment{ID: "med_1", Filename: given, MimeType: "image/jpeg"}}
		if got := filename(r); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
		h := http.Header{}
		mediaHeaders(h, r, true)
		_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
		if err != nil || params["filename"] != want {
			t.Errorf("%q: header %q says %q, %v", given, h.Get("Content-Disposition"), params["filename"], err)
		}
	}
}

func TestThumbnailAndInfo(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, _ := r.device(key)
	f := r.file(device, picture(100))
	a := r.call(key, "GET", "/media/"+f.ID+"/thumbnail", nil).ok(http.StatusOK)
	if a.Header().Get("Content-Type") != "image/jpeg" || !bytes.Equal(a.Body.Bytes(), f.Thumbnail) {
		t.Errorf("thumbnail: %s %q", a.Header().Get("Content-Type"), a.Body)
	}
	bare := r.file(device, picture(100), func(f *event.Attachment) { f.Thumbnail = nil })
	r.call(key, "GET", "/media/"+bare.ID+"/thumbnail", nil).wants(http.StatusNotFound, "No thumbnail came with this file")
	evil := r.file(device, picture(100), func(f *event.Attachment) { f.Thumbnail = []byte("<html><script>") })
	if a := r.call(key, "GET", "/media/"+evil.ID+"/thumbnail", nil); a.Header().Get("Content-Type") != octets {
		t.Errorf("a page as thumbnail: %s", a.Header().Get("Content-Type"))
	}

	info := func() (v struct {
		event.Media
		State       string
		StoredUntil *time.Time `json:"stored_until"`
		Reason      *string
	}) {
		r.call(key, "GET", "/media/"+f.ID+"/info", nil).ok(http.StatusOK).data(&v)
		return v
	}
	if v := info(); v.State != "remote" || v.StoredUntil != nil || v.ID != f.ID || v.Caption == nil || *v.Caption != "look" {
		t.Errorf("before: %+v", v)
	}
	r.call(key, "GET", "/media/"+f.ID, nil).ok(http.StatusOK)
	if v := info(); v.State != "stored" || v.StoredUntil == nil || time.Until(*v.StoredUntil) < 50*time.Minute {
		t.Errorf("stored: %+v", v)
	}
	r.call(key, "DELETE", "/media/"+f.ID, nil).ok(http.StatusOK)
	if v := info(); v.State != "remote" {
		t.Errorf("dropped: %+v", v)
	}
}

func TestAFileIsFoundByItsMessage(t *testing.T) {
	r := newRig(t)
	account, key := r.account()
	device, token := r.device(key)
	data := picture(100)
	f := r.file(device, data, func(f *event.Attachment) { f.Chat = "99@lid" })
	path := "/messages/" + f.MessageID + "/media"
	if err := r.db.Identities().Learn(t.Context(), account, []session.Identity{{LID: "99", Phone: "4915550003333"}}); err != nil {
		t.Fatal(err)
	}
	for _, chat := range []string{"99@lid", "+4915550003333", "4915550003333@s.whatsapp.net"} {
		if a := r.call(token, "GET", "/chats/"+chat+path, nil).ok(http.StatusOK); !bytes.Equal(a.Body.Bytes(), data) {
			t.Errorf("%s: another file", chat)
		}
	}
	r.call(token, "GET", "/chats/+4915550009999"+path, nil).wants(http.StatusNotFound, "No such media")
	r.call(token, "GET", "/chats/99@lid/messages/M0/media", nil).wants(http.StatusNotFound, "No such media")
	r.call(token, "GET", "/chats/nobody"+path, nil).wants(http.StatusBadRequest, `Not a phone number or JID: "nobody"`)
}

func TestThePhoneIsAsked(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, token := r.device(key)
	f := r.file(device, picture(100))
	body := map[string]any{"chat_jid": "+4915550003333", "message_id": f.MessageID, "media_key": "ignored"}
	a := r.call(token, "POST", "/messages/media/retry-receipt", body).ok(http.StatusAccepted)
	if a.message() != "Phone was asked" || r.host.asked != 1 {
		t.Errorf("%q, asked %d times", a.message(), r.host.asked)
	}
	body["sender_jid"] = "+4915550009999"
	r.call(token, "POST", "/messages/media/retry-receipt", body).wants(http.StatusNotFound, "No such media")
	r.call(token, "POST", "/messages/media/retry-receipt", map[string]any{"chat_jid": "+4915550003333"}).wants(http.StatusBadRequest, "message_id is required")
	other := r.file(device, picture(100), func(f *event.Attachment) { f.MessageID = "M2" })
	r.call(key, "GET", "/media/"+other.ID, nil).ok(http.StatusOK)
	delete(body, "sender_jid")
	body["message_id"] = "M2"
	r.call(token, "POST", "/messages/media/retry-receipt", body).wants(http.StatusConflict, "File is stored already")
}

func TestWhyAFileCannotBeHad(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, _ := r.device(key)
	f := r.file(device, picture(100))
	r.host.fail = fault.New(fault.Conflict, "Device is not connected to WhatsApp (state: connecting)")
	r.call(key, "GET", "/media/"+f.ID, nil).wants(http.StatusConflict, "Device is not connected to WhatsApp (state: connecting)")
	r.host.fail = session.ErrFileDamaged
	r.call(key, "GET", "/media/"+f.ID, nil).wants(http.StatusBadGateway, "The file that WhatsApp sent is damaged")
	r.host.fail = nil
	news := r.file(device, picture(100), func(f *event.Attachment) { f.Key = nil })
	delete(r.host.files, news.ID)
	r.call(key, "GET", "/media/"+news.ID, nil).wants(http.StatusGone, "No longer on WhatsApp nor on the phone")
	large := r.file(device, picture(100), func(f *event.Attachment) { f.Size = 1 << 40 })
	r.call(key, "GET", "/media/"+large.ID, nil).wants(http.StatusRequestEntityTooLarge, "File is larger than 104857600 bytes")
}

// A real connection: the whole file comes with its length, and nothing is buffered that a client does not read.
func TestALargeFileStreams(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	device, _ := r.device(key)
	data := picture(8 << 20)
	f := r.file(device, data)
	server := httptest.NewServer(r.handler)
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/media/"+f.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", key)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil || answer.ContentLength != int64(len(data)) || !bytes.Equal(got, data) {
		t.Errorf("%d bytes of %d, %v", len(got), answer.ContentLength, err)
	}
}

// What leaves the house about a file is in the document.
func TestInfoHasTheFieldsOfTheDocument(t *testing.T) {
	var v map[string]any
	b, err := json.Marshal(mediaView{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "kind", "mime_type", "size", "sha256", "caption", "filename", "width", "height", "seconds", "url", "state", "stored_until"} {
		if _, ok := v[name]; !ok {
			t.Errorf("no %s", name)
		}
	}
}

// form makes a multipart request; fields come in pairs, a file is named "file:<name>".
func (r *rig) form(credential string, fields ...string) *http.Request {
	r.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		name, file, isFile := strings.Cut(fields[i], ":")
		var part io.Writer
		var err error
		if isFile {
			part, err = w.CreateFormFile(name, file)
		} else {
			part, err = w.CreateFormField(name)
		}
		if err == nil {
			_, err = io.WriteString(part, fields[i+1])
		}
		if err != nil {
			r.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		r.Fatal(err)
	}
	req := httptest.NewRequest("POST", "/media", &b)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", credential)
	return req
}

func TestAFileIsUploaded(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 1000)
	for _, c := range []struct {
		fields                    []string
		kind, mimeType, name, say string
	}{
		{[]string{"file:logo.png", png}, "image", "image/png", "logo.png", ""},
		{[]string{"file:a.bin", png, "mime_type", "audio/ogg", "filename", "voice.ogg"}, "audio", "audio/ogg", "voice.ogg", ""},
		{[]string{"file:", "just words"}, "document", "text/plain; charset=utf-8", "", ""},
		{[]string{"filename", "x"}, "", "", "", "file is required"},
		{[]string{"file:a", "1", "file:b", "2"}, "", "", "", "file must be one file"},
		{[]string{"file:a", "1", "colour", "red"}, "", "", "", `Unknown field "colour"`},
		{[]string{"file:a", "1", "mime_type", "red"}, "", "", "", "mime_type must look like image/png"},
		{[]string{"file:a", "1", "filename", strings.Repeat("x", 1025)}, "", "", "", "filename must have at most 1024 bytes"},
		{[]string{"file:" + strings.Repeat("x", 1025), "1"}, "", "", "", "filename must have at most 1024 bytes"},
		{[]string{"file:a", "1", "filename", "a\x00b"}, "", "", "", "filename must not contain the character U+0000"},
	} {
		a := r.serve(r.form(token, c.fields...))
		if c.say != "" {
			a.wants(http.StatusBadRequest, c.say)
			continue
		}
		var m event.Media
		a.ok(http.StatusCreated).data(&m)
		if m.Kind != c.kind || m.MimeType != c.mimeType || (m.Filename == nil) != (c.name == "") || m.Filename != nil && *m.Filename != c.name {
			t.Errorf("%q: %+v", c.fields[0], m)
		}
		if got := r.call(key, "GET", m.URL, nil).ok(http.StatusOK); got.Body.String() != c.fields[1] {
			t.Errorf("%s: %d bytes", m.ID, got.Body.Len())
		}
		r.call(key, "DELETE", m.URL, nil).ok(http.StatusOK)
		r.call(key, "GET", m.URL, nil).wants(http.StatusGone, "No longer on WhatsApp nor on the phone")
	}
	r.call(token, "POST", "/media", map[string]any{"file": "x"}).wants(http.StatusUnsupportedMediaType, "Content-Type must be multipart/form-data")
	r.call("", "POST", "/media", nil).wants(http.StatusUnauthorized, "Invalid or missing authentication")
	whole, err := io.ReadAll(r.form(token, "file:a", "the content of a file").Body)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(whole); cut += 3 { // wherever the connection ends, nothing is kept
		broken := r.form(token, "file:a", "the content of a file")
		broken.Header.Set("Content-Type", "multipart/form-data; boundary="+string(whole[2:62]))
		broken.Body = io.NopCloser(bytes.NewReader(whole[:cut]))
		if a := r.serve(broken); a.Code != http.StatusBadRequest && cut < len(whole)-2 {
			t.Fatalf("cut after %d of %d bytes: %d %s", cut, len(whole), a.Code, a.Body)
		}
	}
	if left, err := os.ReadDir(r.temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestALargeUploadIsRefused(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	r.files.MaxFile = 5000
	r.serve(r.form(token, "file:a", strings.Repeat("x", 5001))).wants(http.StatusRequestEntityTooLarge, "File is larger than 5000 bytes")
	r.serve(r.form(token, "file:a", strings.Repeat("x", 5000))).ok(http.StatusCreated)
	if left, err := os.ReadDir(r.temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAnUploadIsDoneOnce(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	send := func(content string) *answer {
		req := r.form(token, "file:a", content)
		req.Header.Set("Idempotency-Key", "k")
		return r.serve(req)
	}
	first := send("one file").ok(http.StatusCreated)
	if again := send("one file").ok(http.StatusCreated); again.get("id") != first.get("id") || again.Header().Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %v, first %v", again.get("id"), first.get("id"))
	}
	send("another file").wants(http.StatusUnprocessableEntity, "Idempotency-Key was used before with another request")
}

// A connection that breaks in the middle is what a client repeats a request for.
func TestAnUploadThatBrokeIsDoneAgainUnderItsKey(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	upload := func(lost int64) *http.Request {
		req := r.form(token, "file:a", "the content")
		req.Header.Set("Idempotency-Key", "k")
		req.Body = io.NopCloser(io.MultiReader(io.LimitReader(req.Body, req.ContentLength-lost), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return req
	}
	r.serve(upload(40)).wants(http.StatusBadRequest, "Request body could not be read")
	r.serve(upload(0)).ok(http.StatusCreated)
}

// Without a length nothing tells one file from another.
func TestAnUploadUnderAKeyNeedsALength(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	req := r.form(token, "file:a", "the content")
	req.Header.Set("Idempotency-Key", "k")
	req.ContentLength = -1
	r.serve(req).wants(http.StatusBadRequest, "An upload with an Idempotency-Key needs a Content-Length")
	req = r.form(token, "file:a", "the content")
	req.ContentLength = -1
	r.serve(req).ok(http.StatusCreated)
}
