package app_test

import (
	"bytes"
	"net/http"
	"testing"

	"wapost/simclient"
)

// Files of newsletters are not encrypted: there is no key to open them with.
func TestAPictureOfANewsletterComesThrough(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	c := photographed(t, w, g.admin())
	n, err := w.CreateNewsletter(t.Context(), simclient.NewNewsletter{Name: "Harbour news", Owner: friend, Followers: []string{ownPhone}})
	if err != nil {
		t.Fatal(err)
	}
	want := picture(50_000)
	post, _, err := w.Publish(t.Context(), n.ID, simclient.NewPost{Image: &simclient.File{Data: want, Mimetype: "image/jpeg"}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	url := ""
	eventually(t, "the event of the post", func() bool {
		var list []struct {
			Data struct {
				MessageID string `json:"message_id"`
				Image     *struct{ URL string }
			}
		}
		c.call("GET", "/events?types=newsletter.message_received", nil, &list)
		for _, e := range list {
			if e.Data.MessageID == post.ID && e.Data.Image != nil {
				url = e.Data.Image.URL
			}
		}
		return url != ""
	})
	if status, got, _ := c.raw(url); status != http.StatusOK || !bytes.Equal(got, want) {
		t.Errorf("%d, %d bytes", status, len(got))
	}
}
