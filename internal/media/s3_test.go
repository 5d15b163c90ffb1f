package media_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/media"
)

// bucket is a store that takes nothing without a good signature, which it computes by itself.
type bucket struct {
	testing.TB
	mu       sync.Mutex
	objects  map[string][]byte
	requests []string
	status   int // of every answer; 0 = as it should be
	answer   string
}

const (
	s3Access = "access"
	s3Secret = "a secret key"
)

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Error(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, r.Method+" "+r.URL.Path+" "+r.Header.Get("Range"))
	switch {
	case b.status != 0:
		http.Error(w, "no"+b.answer, b.status)
		return
	case !b.signed(r, body):
		http.Error(w, "SignatureDoesNotMatch", http.StatusForbidden)
		return
	}
	switch r.Method {
	case http.MethodPut:
		if r.ContentLength < 0 {
			http.Error(w, "MissingContentLength", http.StatusLengthRequired)
			return
		}
		b.objects[r.URL.Path] = body
	case http.MethodDelete:
		delete(b.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	default:
		data, ok := b.objects[r.URL.Path]
		if !ok {
			http.Error(w, "NoSuchKey", http.StatusNotFound)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

// signed recomputes the signature from what has arrived.
func (b *bucket) signed(r *http.Request, body []byte) bool {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="+s3Access+"/")
	parts := strings.Split(rest, ", ")
	if !ok || len(parts) != 3 {
		return false
	}
	scope, names, signature := parts[0], strings.TrimPrefix(parts[1], "SignedHeaders="), strings.TrimPrefix(parts[2], "Signature=")
	sum := sha256.Sum256(body)
	if r.Header.Get("X-Amz-Content-Sha256") != hex.EncodeToString(sum[:]) {
		return false
	}
	list := strings.Split(names, ";")
	for _, must := range []string{"host", "x-amz-content-sha256", "x-amz-date"} {
		if !slices.Contains(list, must) {
			return false
		}
	}
	canonical := r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n"
	for _, name := range list {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + names + "\n" + r.Header.Get("X-Amz-Content-Sha256")
	h := sha256.Sum256([]byte(canonical))
	steps := append(strings.Split(scope, "/"), "AWS4-HMAC-SHA256\n"+r.Header.Get("X-Amz-Date")+"\n"+scope+"\n"+hex.EncodeToString(h[:]))
	key := []byte("AWS4" + s3Secret)
	for _, step := range steps {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(step))
		key = m.Sum(nil)
	}
	return hex.EncodeToString(key) == signature
}

func newBucket(t testing.TB, change ...func(*media.S3Options)) (*bucket, *media.S3) {
	t.Helper()
	b := &bucket{TB: t, objects: map[string][]byte{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	o := media.S3Options{Endpoint: server.URL, Bucket: "files", Prefix: "a b/", AccessKey: s3Access, SecretKey: s3Secret}
	for _, f := range change {
		f(&o)
	}
	s, err := media.NewS3(o)
	if err != nil {
		t.Fatal(err)
	}
	return b, s
}

func put(t testing.TB, s media.Blobs, name string, data []byte) error {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return s.Put(context.Background(), name, f, int64(len(data)), sum[:])
}

// What every store of bytes does.
func TestBlobs(t *testing.T) {
	directory, err := media.NewDirectory(filepath.Join(t.TempDir(), "media"))
	if err != nil {
		t.Fatal(err)
	}
	_, s3 := newBucket(t)
	for name, b := range map[string]media.Blobs{"directory": directory, "s3": s3} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			for _, size := range []int{0, 1, 100_000} {
				want := content("x", size)
				if err := put(t, b, "med_1", want); err != nil {
					t.Fatal(err)
				}
				if _, err := b.Open(ctx, "med_1", int64(size)+1); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("a file of another size: %v", err)
				}
				f, err := b.Open(ctx, "med_1", int64(size))
				if err != nil {
					t.Fatal(err)
				}
				reads(t, f, want)
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
			for range 2 {
				if err := b.Delete(ctx, "med_1"); err != nil {
					t.Error(err)
				}
			}
			if _, err := b.Open(ctx, "med_1", 100_000); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a deleted file: %v", err)
			}
			if err := b.Check(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// reads seeks as http.ServeContent does.
func reads(t *testing.T, f io.ReadSeeker, want []byte) {
	t.Helper()
	if n, err := f.Seek(0, io.SeekEnd); err != nil || n != int64(len(want)) {
		t.Errorf("size %d, %v", n, err)
	}
	for _, from := range []int64{0, int64(len(want)) / 2, int64(len(want)), 0} {
		if _, err := f.Seek(from, io.SeekStart); err != nil {
			t.Error(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, want[from:]) {
			t.Errorf("from %d of %d: %d bytes, %v", from, len(want), len(got), err)
		}
	}
	if _, err := f.Seek(-1, io.SeekStart); err == nil {
		t.Error("seek before the begin")
	}
}

func TestARangeOfABucketIsAskedForAsSuch(t *testing.T) {
	b, s := newBucket(t)
	want := content("x", 1000)
	if err := put(t, s, "med_1", want); err != nil {
		t.Fatal(err)
	}
	f, err := s.Open(t.Context(), "med_1", 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(900, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, want[900:]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got := b.requests; !slices.Equal(got, []string{"PUT /files/a b/med_1 ", "GET /files/a b/med_1 bytes=0-", "GET /files/a b/med_1 bytes=900-"}) {
		t.Errorf("requests: %q", got)
	}
}

func TestABucketThatRefusesIsNotTrusted(t *testing.T) {
	b, s := newBucket(t)
	_, stranger := newBucket(t, func(o *media.S3Options) { o.SecretKey = "another" })
	if err := put(t, stranger, "med_1", []byte("x")); err == nil || !strings.Contains(err.Error(), "403") || strings.Contains(err.Error(), "another") {
		t.Errorf("with another key: %v", err)
	}
	if err := put(t, s, "med_1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	for status, want := range map[int]error{http.StatusInsufficientStorage: media.ErrFull, http.StatusInternalServerError: nil, http.StatusFound: nil} {
		b.status = status
		err := put(t, s, "med_1", []byte("y"))
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
		if err := s.Check(t.Context()); err == nil {
			t.Errorf("%d: the check is content", status)
		}
	}
}

// A bucket that is gone, or was named wrongly, is no proof that a file is: its record would be given up for ever.
func TestAMissingBucketIsNoMissingFile(t *testing.T) {
	b, s := newBucket(t)
	b.mu.Lock()
	b.status, b.answer = http.StatusNotFound, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code><BucketName>files</BucketName></Error>`
	b.mu.Unlock()
	if _, err := s.Open(t.Context(), "med_1", 1); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open: %v", err)
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("the check is content")
	}
	if err := s.Delete(t.Context(), "med_1"); err == nil {
		t.Error("deleted in a bucket that is not there")
	}
}

// An error goes to the log. Such an answer repeats what was signed, and whatever else the store likes to tell.
func TestOnlyTheCodeAndTheMessageOfABucketAreTold(t *testing.T) {
	b, s := newBucket(t)
	for answer, want := range map[string]string{
		`<Error><Code>SignatureDoesNotMatch</Code><Message>The signature
 does not match</Message><AWSAccessKeyId>HUSH</AWSAccessKeyId><StringToSign>HUSH</StringToSign></Error>`: "S3 answered 403 to PUT med_1: SignatureDoesNotMatch (The signature does not match)",
		`<html>HUSH</html>`: "without a code", `{"token":"HUSH"}`: "without a code", "": "without a code",
		`<Error><Code>` + strings.Repeat("A", 70) + `HUSH</Code><Message>` + strings.Repeat("é", 300) + `HUSH</Message></Error>`: "éé…)",
	} {
		b.mu.Lock()
		b.status, b.answer = http.StatusForbidden, answer
		b.mu.Unlock()
		if err := put(t, s, "med_1", []byte("x")); err == nil || strings.Contains(err.Error(), "HUSH") || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestS3OptionsAreChecked(t *testing.T) {
	good := media.S3Options{Endpoint: "https://s3.test", Bucket: "files", AccessKey: "a", SecretKey: "b"}
	for name, change := range map[string]func(*media.S3Options){
		"no endpoint": func(o *media.S3Options) { o.Endpoint = "" }, "a scheme": func(o *media.S3Options) { o.Endpoint = "ftp://s3.test" },
		"keys in the URL": func(o *media.S3Options) { o.Endpoint = "https://a:b@s3.test" }, "no bucket": func(o *media.S3Options) { o.Bucket = "" },
		"a path": func(o *media.S3Options) { o.Bucket = "a/b" }, "no key": func(o *media.S3Options) { o.SecretKey = "" },
	} {
		o := good
		change(&o)
		if _, err := media.NewS3(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := media.NewS3(good); err != nil {
		t.Error(err)
	}
}
