package media

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"
)

// S3 keeps files in a bucket of an S3-compatible store. The bucket is the operator's: it is addressed by path, and may be in a
// private network.
type S3 struct {
	client *http.Client
	base   *url.URL // of the bucket
	prefix string
	signer signer
}

var _ Blobs = (*S3)(nil)

// S3Options of NewS3.
type S3Options struct {
	Endpoint  string // https://host[:port]
	Bucket    string
	Region    string // "" = us-east-1
	Prefix    string // of all names; optional
	AccessKey string
	SecretKey string
}

// The waits of a request: for the begin of an answer, and for the whole of a small one. Uploads take as long as they take, as
// long as the flight that they belong to.
const (
	s3HeaderLimit = 30 * time.Second
	s3SmallLimit  = 30 * time.Second
)

// NewS3 returns the store in a bucket. Nothing is asked yet.
func NewS3(o S3Options) (*S3, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, errors.New("the S3 endpoint must look like https://s3.eu-central-1.amazonaws.com")
	}
	if o.Bucket == "" || strings.Contains(o.Bucket, "/") {
		return nil, errors.New("the S3 bucket needs a name without slashes")
	}
	if o.AccessKey == "" || o.SecretKey == "" {
		return nil, errors.New("the S3 store needs an access key and a secret key")
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	transport := &http.Transport{Proxy: nil, ResponseHeaderTimeout: s3HeaderLimit, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: allAtOnce}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &S3{client: client, base: u.JoinPath(o.Bucket), prefix: strings.Trim(o.Prefix, "/"),
		signer: signer{accessKey: o.AccessKey, secretKey: o.SecretKey, region: o.Region}}, nil
}

// do sends a signed request. Errors: fs.ErrNotExist; others name the status, never the keys.
func (s *S3) do(ctx context.Context, method, name string, body io.Reader, size int64, sum string, header map[string]string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.base.JoinPath(path.Join(s.prefix, name)).String(), body)
	if err != nil {
		return nil, err
	}
	r.ContentLength = size
	for k, v := range header {
		r.Header.Set(k, v)
	}
	s.signer.sign(r, sum, time.Now())
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the S3 store: %w", err)
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	said, _ := io.ReadAll(io.LimitReader(answer.Body, longestAnswer)) // what cannot be read is not told
	_ = answer.Body.Close()                                           // read as far as wanted
	switch {
	case bytes.Contains(said, []byte("NoSuchBucket")): // a 404 too, but it says nothing about the file
	case answer.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("S3 has no %s: %w", name, fs.ErrNotExist)
	case answer.StatusCode == http.StatusInsufficientStorage:
		return nil, fmt.Errorf("%w: S3 answered 507", ErrFull)
	}
	return nil, fmt.Errorf("S3 answered %d to %s %s: %s", answer.StatusCode, method, name, complaintOf(said))
}

// Put implements Blobs. The store checks the hash, which is signed.
func (s *S3) Put(ctx context.Context, name string, f *os.File, size int64, sha256 []byte) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var body io.Reader
	if size > 0 { // else the length of the body would count as unknown
		body = io.NopCloser(f)
	}
	answer, err := s.do(ctx, http.MethodPut, name, body, size, hex.EncodeToString(sha256), map[string]string{"Content-Type": "application/octet-stream"})
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// Open implements Blobs: it reads what is asked for, from where it is asked for.
func (s *S3) Open(ctx context.Context, name string, size int64) (io.ReadSeekCloser, error) {
	o := &object{s: s, ctx: ctx, name: name, size: size}
	if size == 0 { // no range lies in an empty file
		return o, nil
	}
	if err := o.fetch(); err != nil {
		return nil, err
	}
	return o, nil
}

// Delete implements Blobs.
func (s *S3) Delete(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, s3SmallLimit)
	defer cancel()
	answer, err := s.do(ctx, http.MethodDelete, name, nil, 0, emptySum, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// Check implements Blobs: it asks for a name that nothing has.
func (s *S3) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s3SmallLimit)
	defer cancel()
	answer, err := s.do(ctx, http.MethodGet, "wapost-check", nil, 0, emptySum, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// object is a file of the bucket that is being read. It belongs to one request: ctx is that of the request.
type object struct {
	s    *S3
	ctx  context.Context //nolint:containedctx // io.Reader has no room for it
	name string
	size int64
	next int64         // where the next read begins
	at   int64         // where body is
	body io.ReadCloser // from at to the end; nil = not asked for yet
}

func (o *object) fetch() error {
	answer, err := o.s.do(o.ctx, http.MethodGet, o.name, nil, 0, emptySum, map[string]string{"Range": fmt.Sprintf("bytes=%d-", o.at)})
	if err != nil {
		return err
	}
	if want := o.size - o.at; answer.ContentLength != want {
		_ = answer.Body.Close() // not what we stored
		return fmt.Errorf("S3 has %d bytes of %s, want %d: %w", answer.ContentLength, o.name, want, fs.ErrNotExist)
	}
	o.body = answer.Body
	return nil
}

// Read implements io.Reader.
func (o *object) Read(b []byte) (int, error) {
	if o.next >= o.size {
		return 0, io.EOF
	}
	if o.body != nil && o.at != o.next {
		_ = o.Close() // nothing of it is wanted any more
	}
	if o.body == nil {
		o.at = o.next
		if err := o.fetch(); err != nil {
			return 0, err
		}
	}
	n, err := o.body.Read(b)
	o.at += int64(n)
	o.next = o.at
	if errors.Is(err, io.EOF) && o.at < o.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

var errSeek = errors.New("seek before the begin of a file")

// Seek implements io.Seeker. Nothing is asked for before something is read.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.next
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return 0, errSeek
	}
	o.next = offset
	return offset, nil
}

// Close implements io.Closer.
func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	body := o.body
	o.body = nil
	return body.Close()
}
