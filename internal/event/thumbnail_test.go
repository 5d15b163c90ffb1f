package event

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
)

// pictured is a recorded message with two pictures, of which one is quoted, and a text that looks like a body.
func pictured(t *testing.T, thumbnail string) *Recorded {
	t.Helper()
	file := func(id, name string) Media {
		sum := sha256.Sum256([]byte(name))
		return Media{ID: id, Kind: MediaImage, MimeType: "image/jpeg", SHA256: Text(hex.EncodeToString(sum[:])), Caption: Text(name), URL: MediaURL(id)}
	}
	m := exampleMessage()
	quoted := file("med_2", "two")
	m.Kind, m.Text, m.Image = KindImage, Text(`"id":"med_9","sha256":"x","url":"/media/med_9"`), &Image{Media: file("med_1", "one")}
	m.Quoted.Media = &quoted
	e := New(MessageReceived)
	e.Data = m
	form := func(name string) map[string]any {
		sum := sha256.Sum256([]byte(name))
		return map[string]any{"fileSHA256": base64.StdEncoding.EncodeToString(sum[:]), "JPEGThumbnail": thumbnail + name}
	}
	raw, err := json.Marshal(map[string]any{"imageMessage": form("one"), "contextInfo": map[string]any{"list": []any{form("two")}}})
	if err != nil {
		t.Fatal(err)
	}
	e.Raw = &Raw{Library: "x", Type: "y", JSON: raw}
	sealed, err := e.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return &Recorded{Body: sealed.Body(1), Raw: sealed.RawJSON}
}

func TestThumbnailsArePutIntoTheFilesThatTheyBelongTo(t *testing.T) {
	r := pictured(t, "pic/")
	body := r.With([]Include{IncludeThumbnail})
	var e struct{ Data Message }
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if got := e.Data.Image.Thumbnail; got == nil || *got != "pic/one" {
		t.Errorf("the picture has %v", got)
	}
	if got := e.Data.Quoted.Media.Thumbnail; got == nil || *got != "pic/two" {
		t.Errorf("the quoted one has %v", got)
	}
	if *e.Data.Text != `"id":"med_9","sha256":"x","url":"/media/med_9"` {
		t.Errorf("the text is %s", *e.Data.Text)
	}
	schema := plainJSON(t, Schema(MessageReceived)).(map[string]any)["properties"].(map[string]any)["data"]
	for _, wrong := range violations(schema, plainJSON(t, e.Data), "$.data") {
		t.Error(wrong)
	}
}

func TestOptionalPartsAreTheSameEveryTimeAndInAnyOrder(t *testing.T) {
	r := pictured(t, "pic/")
	want := r.With([]Include{IncludeRaw, IncludeThumbnail})
	for range 10 {
		if got := r.With([]Include{IncludeThumbnail, IncludeRaw}); !bytes.Equal(got, want) {
			t.Fatalf("%s\nbefore: %s", got, want)
		}
	}
	if !bytes.Contains(want, []byte(`"raw":{`)) || !bytes.Contains(want, []byte(`"thumbnail":"pic/one"`)) || !json.Valid(want) {
		t.Errorf("%s", want)
	}
	if plain := r.With(nil); bytes.Contains(plain, []byte("thumbnail")) || bytes.Contains(plain, []byte(`"raw"`)) {
		t.Errorf("nobody asked: %s", plain)
	}
}

func TestAThumbnailThatMakesTheBodyTooLargeStaysAway(t *testing.T) {
	r := pictured(t, strings.Repeat("A", LargestBody-6000))
	body := r.With([]Include{IncludeThumbnail})
	if n := bytes.Count(body, []byte(`"thumbnail"`)); n != 1 || len(body) > LargestBody || !json.Valid(body) {
		t.Errorf("%d pictures in %d bytes", n, len(body))
	}
}

func TestABodyWithoutFilesOrRawFormStaysAsItIs(t *testing.T) {
	r := &Recorded{Body: Example(MessageReceived)}
	if got := r.With([]Include{IncludeThumbnail, IncludeRaw}); !bytes.Equal(got, r.Body) {
		t.Errorf("%s", got)
	}
	r.Body, r.Raw = []byte(`{"data":{"id":"med_1"}}`), []byte(`{}`)
	if got := r.With([]Include{IncludeThumbnail}); !bytes.Equal(got, r.Body) {
		t.Errorf("%s", got)
	}
}
