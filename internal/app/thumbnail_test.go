package app_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"wapost/simclient"
)

// A webhook that asks for thumbnails gets the small picture with the message; one that does not, does not.
func TestThumbnailsGoToWhoAsksForThem(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := photographed(t, w, g.admin())
	var mu sync.Mutex
	got := map[string]map[string]string{} // by webhook: thumbnail by message
	hook := func(name string, include ...string) {
		r := newReceiver(t)
		got[name] = map[string]string{}
		r.misbehave(func(w http.ResponseWriter, q *http.Request) bool {
			var e struct {
				Type string
				Data struct {
					MessageID string `json:"message_id"`
					Image     struct{ Thumbnail string }
				}
			}
			if b, err := io.ReadAll(q.Body); err == nil && json.Unmarshal(b, &e) == nil && e.Type == "message.received" {
				mu.Lock()
				got[name][e.Data.MessageID] = e.Data.Image.Thumbnail
				mu.Unlock()
			}
			w.WriteHeader(http.StatusOK)
			return true
		})
		c.must("POST", "/webhooks", map[string]any{"url": r.url, "include": include}, nil)
	}
	hook("curious", "thumbnail", "raw")
	hook("modest")
	small := []byte("a very small picture")
	sent, err := w.Send(t.Context(), friend, simclient.Message{To: ownPhone, Image: &simclient.File{Size: 5000, Thumb: small}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "both deliveries", func() bool {
		mu.Lock()
		defer mu.Unlock()
		_, one := got["curious"][sent.ID]
		_, other := got["modest"][sent.ID]
		return one && other
	})
	if want := base64.StdEncoding.EncodeToString(small); got["curious"][sent.ID] != want || got["modest"][sent.ID] != "" {
		t.Errorf("%v", got)
	}
	var list []struct {
		Data struct{ Image *struct{ Thumbnail string } }
	}
	c.call("GET", "/events?types=message.received&include=thumbnail", nil, &list)
	if len(list) != 1 || list[0].Data.Image == nil || list[0].Data.Image.Thumbnail == "" {
		t.Errorf("the list has %+v", list)
	}
}
