package simulator

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.mau.fi/util/random"
)

// maxUpload is the largest blob that the media host takes.
const maxUpload = 200 << 20

// blobStore is what the media host keeps.
type blobStore struct {
	mu    sync.Mutex
	blobs map[string]blob // by path
}

type blob struct {
	data []byte
	gone int // status instead of the data
}

// put keeps a blob and returns its direct path. The path must hold a '?': clients append "&hash=…" to it.
func (b *blobStore) put(data []byte, gone int) string {
	path := "/v/sim/" + base64.RawURLEncoding.EncodeToString(random.Bytes(12))
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.blobs == nil {
		b.blobs = map[string]blob{}
	}
	b.blobs[path] = blob{data, gone}
	return path + "?ccb=sim&oe=0"
}

func (b *blobStore) get(path string) (blob, bool) {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "&")
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := b.blobs[path]
	return found, ok
}

func (b *blobStore) remove(path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.blobs, path)
}

func (b *blobStore) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blobs = nil
}

// serveMedia is the media host: upload by POST /mms/…, download by GET, and DELETE.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	if fault := s.faults.takeMedia(); fault != nil {
		if !wait(r.Context(), nil, time.Duration(fault.DelayMS)*time.Millisecond) {
			return
		}
		if fault.Status != 0 {
			http.Error(w, "fault", fault.Status)
			return
		}
		w = &faultyWriter{ResponseWriter: w, ctx: r.Context(), fault: fault}
	}
	switch r.Method {
	case http.MethodPost:
		s.upload(w, r)
	case http.MethodGet:
		found, ok := s.blobs.get(r.URL.Path)
		switch {
		case !ok:
			http.Error(w, "no such media", http.StatusNotFound)
		case found.gone != 0:
			http.Error(w, "media is gone", found.gone)
		default:
			_, _ = w.Write(found.data) // the client may have hung up
		}
	case http.MethodDelete:
		path := r.URL.Path
		if named, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("d_md")); err == nil && len(named) > 0 {
			path = string(named) // a client names the file by its hash, and says beside where it lies
		}
		s.blobs.remove(path)
	default:
		s.unknown.request(r.Host, r.Method, r.URL.Path)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		http.Error(w, "cannot read the upload", http.StatusBadRequest)
		return
	}
	path := s.blobs.put(body, 0)
	w.Header().Set("Content-Type", "application/json")
	answer := map[string]string{"url": "https://" + hostMedia + path, "direct_path": path, "handle": "simulated", "object_id": "simulated"}
	if err = json.NewEncoder(w).Encode(answer); err != nil {
		s.log.Debug("simulator cannot answer an upload", "reason", err)
	}
}
