package whatsapp

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

// reader turns contents into payloads. It collects the files that they name.
type reader struct {
	t     *translator
	by    parties
	from  carrier
	files []event.Attachment
}

// carrier is the message that files came with, as a phone would be asked for them.
type carrier struct {
	id, chat, sender string
	fromMe           bool
}

// file is what a content says about a file.
type file struct {
	kind                   string
	keys                   event.Keys
	mime, path, url        string
	key, sha, enc          []byte
	size                   uint64
	caption, name          string
	width, height, seconds uint32
	thumbnail              []byte
}

// media makes the payload of a file and notes what it can be fetched with.
func (r *reader) media(f file) event.Media {
	m := event.Media{ID: r.t.newMedia(), Kind: f.kind, MimeType: f.mime, Size: count64(f.size), Caption: text(f.caption),
		Filename: event.Text(f.name), Width: count(f.width), Height: count(f.height), Seconds: count(f.seconds)}
	m.URL = event.MediaURL(m.ID)
	if len(f.sha) > 0 {
		m.SHA256 = event.Text(hex.EncodeToString(f.sha))
	}
	if m.MimeType == "" {
		m.MimeType = "application/octet-stream"
	}
	r.files = append(r.files, event.Attachment{
		ID: m.ID, Kind: f.kind, Keys: f.keys, MimeType: m.MimeType, Filename: f.name, Size: int64(f.size),
		DirectPath: f.path, URL: f.url, Key: f.key, SHA256: f.sha, EncSHA256: f.enc, Thumbnail: f.thumbnail,
		MessageID: r.from.id, Chat: r.from.chat, Sender: r.from.sender, FromMe: r.from.fromMe,
	})
	return m
}

// optional is media for a file that may be absent.
func (r *reader) optional(f *file) *event.Media {
	if f == nil {
		return nil
	}
	m := r.media(*f)
	return &m
}

// count is a number that is unknown when it is 0.
func count(n uint32) *int {
	if n == 0 {
		return nil
	}
	i := int(n)
	return &i
}

func count64(n uint64) *int64 {
	if n == 0 || n > 1<<62 {
		return nil
	}
	i := int64(n)
	return &i
}

func imageFile(x *waE2E.ImageMessage) *file {
	if x == nil {
		return nil
	}
	return &file{kind: event.MediaImage, keys: event.ImageKeys, mime: x.GetMimetype(), path: x.GetDirectPath(), url: address(x.GetURL(), x.GetStaticURL()),
		key: x.GetMediaKey(), sha: x.GetFileSHA256(), enc: x.GetFileEncSHA256(), size: x.GetFileLength(), caption: x.GetCaption(),
		width: x.GetWidth(), height: x.GetHeight(), thumbnail: x.GetJPEGThumbnail()}
}

func videoFile(x *waE2E.VideoMessage) *file {
	if x == nil {
		return nil
	}
	return &file{kind: event.MediaVideo, keys: event.VideoKeys, mime: x.GetMimetype(), path: x.GetDirectPath(), url: address(x.GetURL(), x.GetStaticURL()),
		key: x.GetMediaKey(), sha: x.GetFileSHA256(), enc: x.GetFileEncSHA256(), size: x.GetFileLength(), caption: x.GetCaption(),
		width: x.GetWidth(), height: x.GetHeight(), seconds: x.GetSeconds(), thumbnail: x.GetJPEGThumbnail()}
}

func audioFile(x *waE2E.AudioMessage) *file {
	if x == nil {
		return nil
	}
	return &file{kind: event.MediaAudio, keys: event.AudioKeys, mime: x.GetMimetype(), path: x.GetDirectPath(), url: x.GetURL(),
		key: x.GetMediaKey(), sha: x.GetFileSHA256(), enc: x.GetFileEncSHA256(), size: x.GetFileLength(), seconds: x.GetSeconds()}
}

func documentFile(x *waE2E.DocumentMessage) *file {
	if x == nil {
		return nil
	}
	return &file{kind: event.MediaDocument, keys: event.DocumentKeys, mime: x.GetMimetype(), path: x.GetDirectPath(), url: x.GetURL(),
		key: x.GetMediaKey(), sha: x.GetFileSHA256(), enc: x.GetFileEncSHA256(), size: x.GetFileLength(), caption: x.GetCaption(),
		name: x.GetFileName(), thumbnail: x.GetJPEGThumbnail()}
}

func stickerFile(x *waE2E.StickerMessage) *file {
	return &file{kind: event.MediaSticker, keys: event.ImageKeys, mime: x.GetMimetype(), path: x.GetDirectPath(), url: x.GetURL(),
		key: x.GetMediaKey(), sha: x.GetFileSHA256(), enc: x.GetFileEncSHA256(), size: x.GetFileLength(),
		width: x.GetWidth(), height: x.GetHeight(), thumbnail: x.GetPngThumbnail()}
}

// address returns the whole address of a file; "" when the sender gave none.
func address(url, static string) string {
	if url == "" {
		return static
	}
	return url
}

func (r *reader) image(d *event.Message, x *waE2E.ImageMessage) {
	d.Kind, d.Text = event.KindImage, text(x.GetCaption())
	d.Image = &event.Image{Media: r.media(*imageFile(x)), AIGenerated: x.GetImageSourceType() == waE2E.ImageMessage_AI_GENERATED ||
		x.GetImageSourceType() == waE2E.ImageMessage_AI_MODIFIED}
	d.ViewOnce = d.ViewOnce || x.GetViewOnce()
}

func (r *reader) video(d *event.Message, x *waE2E.VideoMessage) {
	d.Kind, d.Text = event.KindVideo, text(x.GetCaption())
	d.Video = &event.Video{Media: r.media(*videoFile(x)), GIF: x.GetGifPlayback(),
		AIGenerated: x.GetVideoSourceType() == waE2E.VideoMessage_AI_GENERATED}
	d.ViewOnce = d.ViewOnce || x.GetViewOnce()
}

func (r *reader) videoNote(d *event.Message, x *waE2E.VideoMessage) {
	d.Kind, d.Text, d.VideoNote = event.KindVideoNote, text(x.GetCaption()), r.optional(videoFile(x))
	d.ViewOnce = d.ViewOnce || x.GetViewOnce()
}

func (r *reader) audio(d *event.Message, x *waE2E.AudioMessage) {
	d.ViewOnce = d.ViewOnce || x.GetViewOnce()
	m := r.media(*audioFile(x))
	if !x.GetPTT() {
		d.Kind, d.Audio = event.KindAudio, &m
		return
	}
	d.Kind, d.Voice = event.KindVoice, &event.Voice{Media: m}
	if w := x.GetWaveform(); len(w) > 0 {
		d.Voice.Waveform = event.Text(base64.StdEncoding.EncodeToString(w))
	}
}

func (r *reader) document(d *event.Message, x *waE2E.DocumentMessage) {
	d.Kind, d.Text = event.KindDocument, text(x.GetCaption())
	d.Document = &event.Document{Media: r.media(*documentFile(x)), Title: event.Text(x.GetTitle()), Pages: count(x.GetPageCount()),
		VCard: x.GetContactVcard()}
}

func (r *reader) sticker(d *event.Message, x *waE2E.StickerMessage, lottie bool) {
	d.Kind = event.KindSticker
	d.Sticker = &event.Sticker{Media: r.media(*stickerFile(x)), Animated: x.GetIsAnimated(), Lottie: lottie || x.GetIsLottie(),
		Avatar: x.GetIsAvatar(), AIGenerated: x.GetIsAiSticker(), Emojis: emojis(x.GetEmojis()), Label: event.Text(x.GetAccessibilityLabel())}
}

// emojis splits what WhatsApp writes into one field.
func emojis(s string) []string {
	list := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
	if list == nil {
		return []string{}
	}
	return list
}

func (r *reader) stickerPack(d *event.Message, x *waE2E.StickerPackMessage) {
	d.Kind, d.Text = event.KindStickerPack, text(x.GetCaption())
	m := r.media(file{kind: event.MediaSticker, keys: event.StickerPackKeys, mime: "application/zip", path: x.GetDirectPath(),
		key: x.GetMediaKey(), sha: x.GetFileSHA256(), enc: x.GetFileEncSHA256(), size: x.GetFileLength(), caption: x.GetCaption()})
	d.StickerPack = &event.StickerPack{Media: m, PackID: x.GetStickerPackID(), Name: x.GetName(), Publisher: x.GetPublisher(),
		Description: event.Text(x.GetPackDescription()), Count: len(x.GetStickers())}
}

func (r *reader) historyBundle(d *event.Message, x *waE2E.MessageHistoryBundle) {
	m := r.media(file{kind: event.MediaDocument, keys: event.HistoryKeys, mime: x.GetMimetype(), path: x.GetDirectPath(),
		key: x.GetMediaKey(), sha: x.GetFileSHA256(), enc: x.GetFileEncSHA256()})
	n := historyNotice(x.GetMessageHistoryMetadata())
	d.Kind, d.HistoryBundle = event.KindHistoryBundle, &event.HistoryBundle{Media: m, MessageCount: n.MessageCount, OldestAt: n.OldestAt}
}

func historyNotice(x *waE2E.MessageHistoryMetadata) *event.HistoryNotice {
	n := &event.HistoryNotice{OldestAt: seconds(x.GetOldestMessageTimestampInBundle())}
	if n.OldestAt == nil {
		n.OldestAt = seconds(x.GetOldestMessageTimestampInWindow())
	}
	if x != nil && x.MessageCount != nil {
		messages := int(x.GetMessageCount())
		n.MessageCount = &messages
	}
	return n
}
