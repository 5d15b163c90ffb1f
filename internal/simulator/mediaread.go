package simulator

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/util/cbcutil"
	"google.golang.org/protobuf/proto"
)

// file is what all kinds of media messages have.
type file interface {
	GetDirectPath() string
	GetMediaKey() []byte
	GetFileEncSHA256() []byte
	GetFileSHA256() []byte
}

// fileOf finds the file of a message.
func fileOf(m *waE2E.Message) (file, string) {
	switch {
	case m.ImageMessage != nil:
		return m.ImageMessage, MediaImage
	case m.VideoMessage != nil:
		return m.VideoMessage, MediaVideo
	case m.AudioMessage != nil:
		return m.AudioMessage, MediaAudio
	case m.DocumentMessage != nil:
		return m.DocumentMessage, MediaDocument
	case m.StickerMessage != nil:
		return m.StickerMessage, MediaSticker
	}
	return nil, ""
}

// MediaOf decrypts the file of an inbox message, and checks it as a phone does. Errors: ErrUnknownMsg when there is no such
// entry, it has no file, or the media host does not keep it; ErrInvalid when the file does not fit the message.
func (p *Person) MediaOf(seq uint64) ([]byte, error) {
	if seq == 0 {
		return nil, fail(CodeUnknownMsg, "no inbox entry 0")
	}
	page := p.inbox.Read(context.Background(), Query[Entry]{After: seq - 1, Limit: 1})
	if len(page.Entries) == 0 || page.Entries[0].Seq != seq {
		return nil, fail(CodeUnknownMsg, "no inbox entry %d", seq)
	}
	var body waE2E.Message
	if err := proto.Unmarshal(page.Entries[0].Raw, &body); err != nil {
		return nil, fmt.Errorf("decode inbox entry %d: %w", seq, err)
	}
	f, kind := fileOf(&body)
	if f == nil {
		return nil, fail(CodeUnknownMsg, "inbox entry %d has no file", seq)
	}
	found, ok := p.srv.blobs.get(f.GetDirectPath())
	if !ok {
		return nil, fail(CodeUnknownMsg, "the media host has no %s", f.GetDirectPath())
	}
	return openMedia(found.data, f, kind)
}

func openMedia(whole []byte, f file, kind string) ([]byte, error) {
	if sum := sha256.Sum256(whole); len(whole) < 10 || !bytes.Equal(sum[:], f.GetFileEncSHA256()) {
		return nil, fail(CodeInvalid, "the uploaded file is not the one that the message names")
	}
	name, _ := mediaName(kind)
	iv, cipherKey, macKey := mediaKeys(f.GetMediaKey(), name)
	ciphertext, mac := bytes.Clone(whole[:len(whole)-10]), whole[len(whole)-10:]
	if !hmac.Equal(mediaMAC(macKey, iv, ciphertext), mac) {
		return nil, fail(CodeInvalid, "the MAC of the file is wrong")
	}
	plain, err := cbcutil.Decrypt(cipherKey, iv, ciphertext)
	if err != nil {
		return nil, fail(CodeInvalid, "the file cannot be decrypted: %v", err)
	}
	if sum := sha256.Sum256(plain); !bytes.Equal(sum[:], f.GetFileSHA256()) {
		return nil, fail(CodeInvalid, "the hash of the file is wrong")
	}
	return plain, nil
}
