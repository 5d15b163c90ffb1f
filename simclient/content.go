package simclient

// Content is what a received message says. Kinds that are not listed leave it empty: InboxEntry.Raw has everything.
type Content struct {
	Text     string       `json:"text,omitempty"`
	Image    *FileContent `json:"image,omitempty"`
	Video    *FileContent `json:"video,omitempty"`
	Audio    *FileContent `json:"audio,omitempty"`
	Document *FileContent `json:"document,omitempty"`
	Sticker  *FileContent `json:"sticker,omitempty"`
	Location *Location    `json:"location,omitempty"`
	Contacts []Contact    `json:"contacts,omitempty"`
	Reaction *Reaction    `json:"reaction,omitempty"`
	Edit     *Edit        `json:"edit,omitempty"`
	Revoke   *Revoke      `json:"revoke,omitempty"`
	Poll     *Poll        `json:"poll,omitempty"`
	ReplyTo  string       `json:"reply_to,omitempty"`
	Mentions []string     `json:"mentions,omitempty"` // phones
}

// FileContent describes a received file; InboxMedia has its bytes.
type FileContent struct {
	Mimetype string `json:"mimetype"`
	Size     uint64 `json:"size"`
	Caption  string `json:"caption,omitempty"`
	FileName string `json:"file_name,omitempty"`
	Voice    bool   `json:"voice,omitempty"`
	Seconds  uint32 `json:"seconds,omitempty"`
}

// Location is a place.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Contact is a business card.
type Contact struct {
	Name  string `json:"name"`
	VCard string `json:"vcard"`
}

// Poll is a question with options.
type Poll struct {
	Name       string   `json:"name"`
	Options    []string `json:"options"`
	Selectable uint32   `json:"selectable"` // 0 = any number
}
