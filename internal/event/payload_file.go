package event

// Image is kind image.
type Image struct {
	Media
	AIGenerated bool `json:"ai_generated"` // made or changed by AI, as the sender's app says
}

// Video is kind video.
type Video struct {
	Media
	GIF         bool `json:"gif"` // plays silently, in a loop
	AIGenerated bool `json:"ai_generated"`
}

// Voice is kind voice: an audio recorded in the chat.
type Voice struct {
	Media
	Waveform *string `json:"waveform"` // base64 of 64 loudness values, 0 to 100
}

// Document is kind document.
type Document struct {
	Media
	Title *string `json:"title"`
	Pages *int    `json:"pages"`
	VCard bool    `json:"vcard"` // the file is a contact card
}

// Sticker is kind sticker.
type Sticker struct {
	Media
	Animated    bool     `json:"animated"`
	Lottie      bool     `json:"lottie"` // a vector animation
	Avatar      bool     `json:"avatar"`
	AIGenerated bool     `json:"ai_generated"`
	Emojis      []string `json:"emojis"` // what it stands for
	EmojisTotal int      `json:"emojis_total,omitempty"`
	Label       *string  `json:"label"` // description for those who cannot see it
}

// StickerPack is kind sticker_pack. The file is an archive.
type StickerPack struct {
	Media
	PackID      string  `json:"pack_id"`
	Name        string  `json:"name"`
	Publisher   string  `json:"publisher"`
	Description *string `json:"description"`
	Count       int     `json:"count"`
}

// Album is kind album. The pictures and videos come as messages of their own, associated with it.
type Album struct {
	Images int `json:"images"` // expected
	Videos int `json:"videos"`
}

// HistoryBundle is kind history_bundle: messages that a member shared with a new one, in a file.
type HistoryBundle struct {
	Media
	MessageCount *int  `json:"message_count"`
	OldestAt     *Time `json:"oldest_at"`
}

// HistoryNotice is kind history_notice: the group is told that messages were shared.
type HistoryNotice struct {
	MessageCount *int  `json:"message_count"`
	OldestAt     *Time `json:"oldest_at"`
}

// Music is kind music.
type Music struct {
	Title      *string `json:"title"`
	Artist     *string `json:"artist"`
	SongURL    *string `json:"song_url"`
	ArtworkURL *string `json:"artwork_url"`
}
