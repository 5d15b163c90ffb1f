package simulator

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"go.mau.fi/util/random"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/cbcutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"
)

// mediaName is what the keys of a kind of media are derived with.
func mediaName(kind string) (string, bool) {
	switch kind {
	case MediaImage, MediaSticker:
		return "WhatsApp Image Keys", true
	case MediaVideo:
		return "WhatsApp Video Keys", true
	case MediaAudio:
		return "WhatsApp Audio Keys", true
	case MediaDocument:
		return "WhatsApp Document Keys", true
	}
	return "", false
}

// mediaKeys are the initialisation vector, the cipher key and the key of the MAC.
func mediaKeys(key []byte, name string) (iv, cipherKey, macKey []byte) {
	k := hkdfutil.SHA256(key, nil, []byte(name), 112)
	return k[:16], k[16:48], k[48:80]
}

func mediaMAC(macKey, iv, ciphertext []byte) []byte {
	mac := hmac.New(sha256.New, macKey)
	mac.Write(iv)
	mac.Write(ciphertext)
	return mac.Sum(nil)[:10]
}

// uploaded is a file on the media host, as a message names it.
type uploaded struct {
	url, path             string
	key, plainSum, encSum []byte
	size                  uint64
}

// store encrypts a file and puts it on the media host.
func (s *Server) store(m *Media, name string) (*uploaded, error) {
	up := &uploaded{key: random.Bytes(32), size: uint64(len(m.Data))}
	sum := sha256.Sum256(m.Data)
	iv, cipherKey, macKey := mediaKeys(up.key, name)
	ciphertext, err := cbcutil.Encrypt(cipherKey, iv, bytes.Clone(m.Data))
	if err != nil {
		return nil, fmt.Errorf("encrypt media: %w", err)
	}
	whole := concat(ciphertext, mediaMAC(macKey, iv, ciphertext))
	encSum := sha256.Sum256(whole)
	up.plainSum, up.encSum = sum[:], encSum[:]
	up.path = s.blobs.put(whole, m.Gone)
	up.url = "https://" + hostMedia + up.path
	return up, nil
}

// storeOpen puts a file on the media host as it is: those of newsletters are not encrypted.
func (s *Server) storeOpen(m *Media) *uploaded {
	sum := sha256.Sum256(m.Data)
	up := &uploaded{size: uint64(len(m.Data)), plainSum: sum[:], path: s.blobs.put(m.Data, m.Gone)}
	up.url = "https://" + hostMedia + up.path
	return up
}

// composeMedia uploads the file and builds the message that names it.
func (p *Person) composeMedia(m *Message, chat types.JID) (*waE2E.Message, error) {
	name, ok := mediaName(m.Media.Kind)
	if !ok {
		return nil, fail(CodeInvalid, "media must be image, video, audio, document or sticker, not %q", m.Media.Kind)
	}
	info, err := p.contextOf(m, chat)
	if err != nil {
		return nil, err
	}
	var up *uploaded
	if chat.Server == types.NewsletterServer {
		up = p.srv.storeOpen(m.Media)
	} else if up, err = p.srv.store(m.Media, name); err != nil {
		return nil, err
	}
	media, seconds := m.Media, uint32(max(0, m.Media.Seconds))
	mime := media.Mimetype
	if mime == "" {
		mime = map[string]string{MediaImage: "image/jpeg", MediaVideo: "video/mp4", MediaAudio: "audio/ogg; codecs=opus", MediaSticker: "image/webp"}[media.Kind]
	}
	if mime == "" {
		mime = "application/octet-stream"
	}
	switch media.Kind {
	case MediaImage:
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{URL: &up.url, JPEGThumbnail: media.Thumb, DirectPath: &up.path, MediaKey: up.key, FileEncSHA256: up.encSum,
			FileSHA256: up.plainSum, FileLength: &up.size, Mimetype: &mime, Caption: textOrNil(media.Caption), ContextInfo: info}}, nil
	case MediaVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{URL: &up.url, JPEGThumbnail: media.Thumb, DirectPath: &up.path, MediaKey: up.key, FileEncSHA256: up.encSum,
			FileSHA256: up.plainSum, FileLength: &up.size, Mimetype: &mime, Caption: textOrNil(media.Caption), Seconds: &seconds, ContextInfo: info}}, nil
	case MediaAudio:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: &up.url, DirectPath: &up.path, MediaKey: up.key, FileEncSHA256: up.encSum,
			FileSHA256: up.plainSum, FileLength: &up.size, Mimetype: &mime, PTT: proto.Bool(media.Voice), Seconds: &seconds, ContextInfo: info}}, nil
	case MediaSticker:
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{URL: &up.url, PngThumbnail: media.Thumb, DirectPath: &up.path, MediaKey: up.key, FileEncSHA256: up.encSum,
			FileSHA256: up.plainSum, FileLength: &up.size, Mimetype: &mime, ContextInfo: info}}, nil
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{URL: &up.url, JPEGThumbnail: media.Thumb, DirectPath: &up.path, MediaKey: up.key, FileEncSHA256: up.encSum,
		FileSHA256: up.plainSum, FileLength: &up.size, Mimetype: &mime, Caption: textOrNil(media.Caption), FileName: textOrNil(media.FileName), ContextInfo: info}}, nil
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
