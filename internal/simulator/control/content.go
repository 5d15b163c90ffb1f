package control

import (
	"encoding/json"
	"reflect"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"wapost/internal/simulator"
)

// contentBody is what a message says: exactly one of its fields.
type contentBody struct {
	Text     string        `json:"text,omitempty" doc:"content: plain text"`
	Image    *pictureBody  `json:"image,omitempty" doc:"content"`
	Video    *videoBody    `json:"video,omitempty" doc:"content"`
	Audio    *audioBody    `json:"audio,omitempty" doc:"content"`
	Document *documentBody `json:"document,omitempty" doc:"content"`
	Sticker  *stickerBody  `json:"sticker,omitempty" doc:"content"`
	Location *placeBody    `json:"location,omitempty" doc:"content"`
	Contacts []cardBody    `json:"contacts,omitempty" doc:"content: one card or several"`
	Poll     *pollBody     `json:"poll,omitempty" doc:"content"`
	Vote     *voteBody     `json:"vote,omitempty" doc:"content: a vote in a poll of this chat"`
	Event    *eventBody    `json:"event,omitempty" doc:"content: a date"`
	Answer   *answerBody   `json:"answer,omitempty" doc:"content: an answer to an event of this chat"`
	Reaction *reactionBody `json:"reaction,omitempty" doc:"content: a reaction to a message of this chat"`
	Edit     *editBody     `json:"edit,omitempty" doc:"content: a new text for an own message"`
	Revoke   *revokeBody   `json:"revoke,omitempty" doc:"content: delete a message for everyone"`
	Pin      *pinBody      `json:"pin,omitempty" doc:"content: pin a message for everyone, or unpin it"`
	Comment  *commentBody  `json:"comment,omitempty" doc:"content: an encrypted comment on a message"`
	Raw      []byte        `json:"raw,omitempty" doc:"content: a waE2E.Message protobuf, for everything else"`

	RawJSON json.RawMessage `json:"raw_json,omitempty" doc:"content: a waE2E.Message as protobuf JSON, for everything else"`
}

type reactionBody struct {
	ID        string `json:"id" doc:"of the message"`
	Emoji     string `json:"emoji" doc:"empty takes the reaction back"`
	Encrypted bool   `json:"encrypted,omitempty" doc:"with the secret of the message, as in communities"`
}

type editBody struct {
	ID        string `json:"id" doc:"of the message"`
	Text      string `json:"text"`
	Encrypted bool   `json:"encrypted,omitempty" doc:"with the secret of the message"`
}

type revokeBody struct {
	ID string `json:"id" doc:"of the message; in groups an admin may revoke what others wrote"`
}

// one checks that there is one content and returns its field.
func (b *contentBody) one() (string, error) {
	var given, names []string
	v := reflect.ValueOf(*b)
	for _, f := range fields(v.Type()) {
		names = append(names, f.name)
		if !v.FieldByIndex(f.Index).IsZero() {
			given = append(given, f.name)
		}
	}
	if len(given) != 1 {
		return "", invalid("a message needs exactly one of %s, and here are %d", strings.Join(names, ", "), len(given))
	}
	return given[0], nil
}

// fill puts the content into the message.
func (b *contentBody) fill(m *simulator.Message) (err error) {
	switch {
	case b.Image != nil:
		m.Media, err = b.Image.media()
	case b.Video != nil:
		m.Media, err = b.Video.media()
	case b.Audio != nil:
		m.Media, err = b.Audio.media()
	case b.Document != nil:
		m.Media, err = b.Document.media()
	case b.Sticker != nil:
		m.Media, err = b.Sticker.media()
	case b.Reaction != nil:
		m.Reaction = &simulator.Reaction{ID: b.Reaction.ID, Emoji: b.Reaction.Emoji, Encrypted: b.Reaction.Encrypted}
	case b.Edit != nil:
		m.Edit = &simulator.Edit{ID: b.Edit.ID, Text: b.Edit.Text, Encrypted: b.Edit.Encrypted}
	case b.Revoke != nil:
		m.Revoke = &simulator.Revoke{ID: b.Revoke.ID}
	case b.RawJSON != nil:
		m.Raw, err = rawMessage(b.RawJSON)
	case b.Text != "" || b.Raw != nil:
		m.Text, m.Raw = b.Text, b.Raw
	default:
		err = b.fillCard(m)
	}
	return err
}

// rawMessage turns protobuf JSON into the bytes of a message. Errors: simulator.ErrInvalid.
func rawMessage(raw json.RawMessage) ([]byte, error) {
	var m waE2E.Message
	if err := protojson.Unmarshal(raw, &m); err != nil {
		return nil, invalid("raw_json is not a message: %v", err)
	}
	b, err := proto.Marshal(&m)
	if err != nil {
		return nil, invalid("raw_json is not a message: %v", err)
	}
	return b, nil
}

// hasContext tells whether WhatsApp lets a content carry a quote, mentions, or a timer.
func hasContext(content string) bool {
	switch content {
	case "reaction", "edit", "revoke", "raw", "raw_json", "vote", "answer", "pin", "comment":
		return false
	}
	return true
}
