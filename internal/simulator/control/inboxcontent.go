package control

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"wapost/internal/simulator"
)

// content is what a received message says. Kinds that are not listed leave it empty: raw has everything.
type content struct {
	Text     string        `json:"text,omitempty"`
	Image    *fileContent  `json:"image,omitempty"`
	Video    *fileContent  `json:"video,omitempty"`
	Audio    *fileContent  `json:"audio,omitempty"`
	Document *fileContent  `json:"document,omitempty"`
	Sticker  *fileContent  `json:"sticker,omitempty"`
	Location *locationView `json:"location,omitempty"`
	Contacts []contactView `json:"contacts,omitempty"`
	Reaction *reactionBody `json:"reaction,omitempty"`
	Edit     *editBody     `json:"edit,omitempty"`
	Revoke   *revokeBody   `json:"revoke,omitempty"`
	Poll     *pollView     `json:"poll,omitempty"`
	ReplyTo  string        `json:"reply_to,omitempty" doc:"id of the quoted message"`
	Mentions []string      `json:"mentions,omitempty" doc:"phones"`
}

type fileContent struct {
	Mimetype string `json:"mimetype"`
	Size     uint64 `json:"size" doc:"bytes; GET …/inbox/{seq}/media has them"`
	Caption  string `json:"caption,omitempty"`
	FileName string `json:"file_name,omitempty"`
	Voice    bool   `json:"voice,omitempty"`
	Seconds  uint32 `json:"seconds,omitempty"`
}

type locationView struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

type contactView struct {
	Name  string `json:"name"`
	VCard string `json:"vcard"`
}

type pollView struct {
	Name       string   `json:"name"`
	Options    []string `json:"options"`
	Selectable uint32   `json:"selectable" doc:"0 = any number"`
}

// viewContent reads the protobuf of a message.
func (c *call) viewContent(e *simulator.Entry) *content {
	var m waE2E.Message
	if proto.Unmarshal(e.Raw, &m) != nil {
		return &content{Text: e.Text} // cannot happen: the phone has read it already
	}
	body := inner(&m)
	view := &content{Text: body.GetConversation()}
	if text := body.GetExtendedTextMessage(); text != nil {
		view.Text = text.GetText()
	}
	view.files(body)
	view.cards(body)
	view.changes(body)
	view.context(c.sim, contextOf(body))
	return view
}

// inner takes the wrappers off.
func inner(m *waE2E.Message) *waE2E.Message {
	for {
		var next *waE2E.Message
		for _, wrapper := range []*waE2E.FutureProofMessage{m.GetEphemeralMessage(), m.GetViewOnceMessage(), m.GetViewOnceMessageV2(),
			m.GetViewOnceMessageV2Extension(), m.GetDocumentWithCaptionMessage(), m.GetEditedMessage()} {
			if wrapper.GetMessage() != nil {
				next = wrapper.GetMessage()
			}
		}
		if next == nil {
			return m
		}
		m = next
	}
}

func (v *content) files(m *waE2E.Message) {
	if f := m.GetImageMessage(); f != nil {
		v.Image = &fileContent{Mimetype: f.GetMimetype(), Size: f.GetFileLength(), Caption: f.GetCaption()}
	}
	if f := m.GetVideoMessage(); f != nil {
		v.Video = &fileContent{Mimetype: f.GetMimetype(), Size: f.GetFileLength(), Caption: f.GetCaption(), Seconds: f.GetSeconds()}
	}
	if f := m.GetAudioMessage(); f != nil {
		v.Audio = &fileContent{Mimetype: f.GetMimetype(), Size: f.GetFileLength(), Voice: f.GetPTT(), Seconds: f.GetSeconds()}
	}
	if f := m.GetDocumentMessage(); f != nil {
		v.Document = &fileContent{Mimetype: f.GetMimetype(), Size: f.GetFileLength(), Caption: f.GetCaption(), FileName: f.GetFileName()}
	}
	if f := m.GetStickerMessage(); f != nil {
		v.Sticker = &fileContent{Mimetype: f.GetMimetype(), Size: f.GetFileLength()}
	}
}

func (v *content) cards(m *waE2E.Message) {
	if l := m.GetLocationMessage(); l != nil {
		v.Location = &locationView{Latitude: l.GetDegreesLatitude(), Longitude: l.GetDegreesLongitude(), Name: l.GetName(), Address: l.GetAddress()}
	}
	cards := m.GetContactsArrayMessage().GetContacts()
	if one := m.GetContactMessage(); one != nil {
		cards = append(cards, one)
	}
	for _, card := range cards {
		v.Contacts = append(v.Contacts, contactView{Name: card.GetDisplayName(), VCard: card.GetVcard()})
	}
	for _, p := range []*waE2E.PollCreationMessage{m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3()} {
		if p == nil {
			continue
		}
		v.Poll = &pollView{Name: p.GetName(), Options: []string{}, Selectable: p.GetSelectableOptionsCount()}
		for _, option := range p.GetOptions() {
			v.Poll.Options = append(v.Poll.Options, option.GetOptionName())
		}
	}
}

// changes are contents that concern an earlier message.
func (v *content) changes(m *waE2E.Message) {
	if r := m.GetReactionMessage(); r != nil {
		v.Reaction = &reactionBody{ID: r.GetKey().GetID(), Emoji: r.GetText()}
	}
	change := m.GetProtocolMessage()
	switch {
	case change == nil:
	case change.GetType() == waE2E.ProtocolMessage_REVOKE:
		v.Revoke = &revokeBody{ID: change.GetKey().GetID()}
	case change.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT:
		text := inner(change.GetEditedMessage())
		v.Edit = &editBody{ID: change.GetKey().GetID(), Text: text.GetConversation()}
		if v.Edit.Text == "" {
			v.Edit.Text = text.GetExtendedTextMessage().GetText()
		}
	}
}

func contextOf(m *waE2E.Message) *waE2E.ContextInfo {
	for _, part := range []interface{ GetContextInfo() *waE2E.ContextInfo }{m.GetExtendedTextMessage(), m.GetImageMessage(), m.GetVideoMessage(),
		m.GetAudioMessage(), m.GetDocumentMessage(), m.GetStickerMessage(), m.GetLocationMessage(), m.GetContactMessage(),
		m.GetContactsArrayMessage(), m.GetPollCreationMessage(), m.GetPollCreationMessageV3()} {
		if info := part.GetContextInfo(); info != nil {
			return info
		}
	}
	return nil
}

func (v *content) context(sim *simulator.Server, info *waE2E.ContextInfo) {
	v.ReplyTo = info.GetStanzaID()
	for _, jid := range info.GetMentionedJID() {
		name := jid
		if p, err := sim.Person(jid); err == nil {
			name = p.Phone()
		}
		v.Mentions = append(v.Mentions, name)
	}
}
