package event

import "github.com/google/uuid"

// Media is a file that belongs to a message. The bytes are fetched on first use of the URL, which needs credentials.
type Media struct {
	ID        string  `json:"id"`   // med_…
	Kind      string  `json:"kind"` // "image", "video", "audio", "document", "sticker"
	MimeType  string  `json:"mime_type"`
	Size      *int64  `json:"size"`    // bytes, as the sender says
	SHA256    *string `json:"sha256"`  // of the file, lower-case hex
	Caption   *string `json:"caption"` // also the text of the message
	Filename  *string `json:"filename"`
	Width     *int    `json:"width"`
	Height    *int    `json:"height"`
	Seconds   *int    `json:"seconds"`
	URL       string  `json:"url"`                 // /media/{id}
	Thumbnail *string `json:"thumbnail,omitempty"` // base64 JPEG (PNG for stickers); put in by Recorded.With, never by a maker
}

// The kinds of a Media.
const (
	MediaImage    = "image"
	MediaVideo    = "video"
	MediaAudio    = "audio"
	MediaDocument = "document"
	MediaSticker  = "sticker"
)

// NewMediaID returns "med_" and a fresh UUIDv7.
func NewMediaID() string { return "med_" + uuid.Must(uuid.NewV7()).String() }

// MediaURL is where the file of an id is served.
func MediaURL(id string) string { return "/media/" + id }

// Attachment is what the file of a Media can be fetched with. It travels with the event and is recorded in the same
// transaction, so that an id in a body can always be resolved; it is never part of a body.
type Attachment struct {
	ID       string // of the Media in the body
	Kind     string // of the Media
	Keys     Keys
	MimeType string
	Filename string // "" = none
	Size     int64  // bytes, as the sender says; 0 = unknown

	DirectPath string // path at WhatsApp's media host
	URL        string // whole address; mostly for newsletters, whose files are not encrypted
	Key        []byte // media key; nil = the file is not encrypted
	SHA256     []byte // of the file; nil = unknown
	EncSHA256  []byte // of its encrypted form; nil = unknown

	Thumbnail []byte // small JPEG or PNG; nil = none

	// The message that the file came with, by WhatsApp's addresses without device part: what a phone needs to know to upload
	// the file once more.
	MessageID    string
	Chat, Sender string
	FromMe       bool
}

// Keys names the family of keys that a file is encrypted with.
type Keys string

// The families of keys.
const (
	ImageKeys       Keys = "image" // stickers too
	VideoKeys       Keys = "video"
	AudioKeys       Keys = "audio"
	DocumentKeys    Keys = "document"
	StickerPackKeys Keys = "sticker_pack"
	HistoryKeys     Keys = "history" // a bundle of messages that a member shares with a new one
)

// ReadyMedia is the data of media.ready.
type ReadyMedia struct {
	Media     Media  `json:"media"`
	MessageID string `json:"message_id"`
	Chat      Chat   `json:"chat"`
}

// FailedMedia is the data of media.failed.
type FailedMedia struct {
	MediaID   string `json:"media_id"`
	MessageID string `json:"message_id"`
	Chat      Chat   `json:"chat"`
	Reason    string `json:"reason"` // "gone", "not_on_phone", "phone_offline", "damaged", "too_large", "storage", "key_lost"
}
