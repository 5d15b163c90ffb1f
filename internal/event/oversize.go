package event

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// TooLarge is the reason of an event.unknown that stands for an event whose body would have been too large.
const TooLarge = "too_large"

// ours is the library of a raw form that is our own payload, because there was no other.
const ours = "wapost"

// within returns the event with a payload within the limits of its members: itself, when nothing was cut.
func (e *Event) within() *Event {
	data, cut := Bound(e.Data)
	if !cut {
		return e
	}
	other := *e
	other.Data = data
	return &other
}

// tooLarge returns what is told instead of an event whose body cannot be sent: that it was one, of what type. It is the same
// occurrence in the same place of the order; the raw form has what is not told, and is our own payload when there is none.
func (e *Event) tooLarge() *Event {
	other := *e
	other.Type, other.Attachments = Unknown, nil
	why := "the body of " + string(e.Type) + " would be larger than 512 KiB"
	other.Data = UnknownEvent{Source: string(e.Type), Reason: TooLarge, Error: &why}
	if e.Raw == nil {
		if data, err := compact(e.Data); err == nil {
			other.Raw = &Raw{Library: ours, Type: string(e.Type), JSON: data}
		}
	}
	return &other
}

// abridged is the JSON of a raw form that is too large to be kept.
type abridged struct {
	Abridged bool   `json:"abridged"`
	Size     int    `json:"size"`   // bytes of the JSON
	SHA256   string `json:"sha256"` // of the JSON
	Start    string `json:"start"`  // its beginning
}

// render returns the raw form as it is kept. Of one that is too large its size, hash and beginning are.
func (r *Raw) render() ([]byte, error) {
	b, err := compact(r)
	if err != nil || len(b) <= largestRaw {
		return b, err
	}
	sum := sha256.Sum256(r.JSON)
	short, err := json.Marshal(abridged{true, len(r.JSON), hex.EncodeToString(sum[:]), Cut(string(r.JSON), rawStart)})
	if err != nil {
		return nil, err
	}
	return compact(Raw{Library: r.Library, Type: r.Type, JSON: short})
}

// Exceeds reports whether a part of a payload takes more than so many bytes of a body. What cannot be rendered does.
func Exceeds(part any, bytes int) bool {
	b, err := compact(part)
	return err != nil || len(b) > bytes
}
