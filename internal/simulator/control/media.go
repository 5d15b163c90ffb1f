package control

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"

	"wapost/internal/simulator"
)

// fileBody is what all files of messages have.
type fileBody struct {
	Data     []byte `json:"data,omitempty" doc:"the file; or give size"`
	Size     int    `json:"size,omitempty" doc:"so many bytes are made up"`
	Mimetype string `json:"mimetype,omitempty"`
	Thumb    []byte `json:"thumbnail,omitempty" doc:"a small JPEG that comes with the message; not of audio"`
	Gone     int    `json:"gone,omitempty" doc:"fault: downloads are answered with this status, such as 404 or 410"`
}

type pictureBody struct {
	fileBody
	Caption string `json:"caption,omitempty"`
}

type videoBody struct {
	fileBody
	Caption string `json:"caption,omitempty"`
	Seconds int    `json:"seconds,omitempty"`
}

type audioBody struct {
	fileBody
	Voice   bool `json:"voice,omitempty" doc:"a voice note"`
	Seconds int  `json:"seconds,omitempty"`
}

type documentBody struct {
	fileBody
	Caption  string `json:"caption,omitempty"`
	FileName string `json:"file_name,omitempty"`
}

type stickerBody struct{ fileBody }

// media makes the file. Errors: simulator.ErrInvalid.
func (b *fileBody) media(kind string) (*simulator.Media, error) {
	switch {
	case (len(b.Data) == 0) == (b.Size == 0):
		return nil, invalid("%s needs either data or size", kind)
	case b.Size < 0 || b.Size > maxBody:
		return nil, invalid("%s.size must be 1 to %d", kind, maxBody)
	case b.Gone != 0 && (b.Gone < 400 || b.Gone > 599):
		return nil, invalid("%s.gone must be a status from 400 to 599", kind)
	}
	m := &simulator.Media{Kind: kind, Data: b.Data, Mimetype: b.Mimetype, Thumb: b.Thumb, Gone: b.Gone}
	if b.Size > 0 {
		m.Data = madeUp(b.Size)
	}
	return m, nil
}

// madeUp is always the same noise, so that a test can compare what it got.
func madeUp(size int) []byte {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data) // never fails
	return data
}

func (b *pictureBody) media() (*simulator.Media, error) {
	m, err := b.fileBody.media(simulator.MediaImage)
	if m != nil {
		m.Caption = b.Caption
	}
	return m, err
}

func (b *videoBody) media() (*simulator.Media, error) {
	m, err := b.fileBody.media(simulator.MediaVideo)
	if m != nil {
		m.Caption, m.Seconds = b.Caption, b.Seconds
	}
	return m, err
}

func (b *audioBody) media() (*simulator.Media, error) {
	m, err := b.fileBody.media(simulator.MediaAudio)
	if m != nil {
		m.Voice, m.Seconds = b.Voice, b.Seconds
	}
	return m, err
}

func (b *documentBody) media() (*simulator.Media, error) {
	m, err := b.fileBody.media(simulator.MediaDocument)
	if m != nil {
		m.Caption, m.FileName = b.Caption, b.FileName
	}
	return m, err
}

func (b *stickerBody) media() (*simulator.Media, error) {
	return b.fileBody.media(simulator.MediaSticker)
}

// blob is a reply that is no JSON.
type blob []byte

func (b blob) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b) // the reader may have gone
}

func inboxMedia(_ context.Context, c *call) (blob, error) {
	p, err := c.person()
	if err != nil {
		return nil, err
	}
	seq, err := strconv.ParseUint(c.request.PathValue("seq"), 10, 63)
	if err != nil {
		return nil, invalid("the number of an inbox entry must be a number, not %q", c.request.PathValue("seq"))
	}
	return p.MediaOf(seq)
}
