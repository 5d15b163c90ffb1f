package httpapi

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/message"
)

// messageView is the message object of events, with what has become of it.
type messageView struct{ kept chat.Kept }

// messageState is what a message object has in answers beside what it has in events.
type messageState struct {
	Status    *chat.Status `json:"status,omitempty"`
	ClientRef *string      `json:"client_ref"`
	EditedAt  *event.Time  `json:"edited_at"`
	DeletedAt *event.Time  `json:"deleted_at"`
}

func stateOf(k *chat.Kept) messageState {
	s := messageState{ClientRef: text(k.ClientRef), EditedAt: event.TimeOf(k.EditedAt), DeletedAt: event.TimeOf(k.DeletedAt)}
	if k.Status != "" {
		s.Status = &k.Status
	}
	return s
}

// MarshalJSON implements json.Marshaler.
func (v messageView) MarshalJSON() ([]byte, error) {
	return encode(struct {
		event.Message
		messageState
	}{v.kept.Message, stateOf(&v.kept)})
}

// Schema implements huma.SchemaProvider. The whole object is told by GET /event-types/message.received.
func (messageView) Schema(huma.Registry) *huma.Schema { return messageSchema() }

func messageSchema() *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	maybe := func(s *huma.Schema) *huma.Schema { s.Nullable = true; return s }
	at := func(doc string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true, Description: doc}
	}
	s := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true, Description: "The message object of events (see GET /event-types/message.received), and its state",
		Required: []string{"message_id", "chat", "sender", "from_me", "sent_at", "kind", "text", "client_ref", "edited_at", "deleted_at"},
		Properties: map[string]*huma.Schema{
			"message_id": text(""), "kind": text("text, image, …; the object of the same name holds what belongs to the kind"),
			"chat":       {Type: huma.TypeObject, AdditionalProperties: true},
			"sender":     {Type: huma.TypeObject, AdditionalProperties: true},
			"from_me":    maybe(&huma.Schema{Type: huma.TypeBoolean}),
			"sent_at":    at(""),
			"text":       maybe(text("What a person would read")),
			"status":     text("Own messages: queued, sent, delivered, read, played or failed; the furthest that anybody has got"),
			"client_ref": maybe(text("")),
			"edited_at":  at("When the content was replaced last"),
			"deleted_at": at("When it was deleted for everyone"),
		},
	}
	s.PrecomputeMessages()
	return s
}

// fullMessageView is a message with its receipts.
type fullMessageView struct {
	kept     chat.Kept
	receipts []receiptView
}

type receiptView struct {
	Person      event.Person `json:"person"`
	DeliveredAt *event.Time  `json:"delivered_at"`
	ReadAt      *event.Time  `json:"read_at"`
	PlayedAt    *event.Time  `json:"played_at"`
}

// MarshalJSON implements json.Marshaler.
func (v fullMessageView) MarshalJSON() ([]byte, error) {
	return encode(struct {
		event.Message
		messageState
		Receipts []receiptView `json:"receipts"`
	}{v.kept.Message, stateOf(&v.kept), v.receipts})
}

// Schema implements huma.SchemaProvider.
func (fullMessageView) Schema(huma.Registry) *huma.Schema {
	s := messageSchema()
	at := func() *huma.Schema { return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true} }
	s.Required = append(s.Required, "receipts")
	s.Properties["receipts"] = &huma.Schema{Type: huma.TypeArray, Description: "Of own messages, per person", Items: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"person", "delivered_at", "read_at", "played_at"},
		Properties: map[string]*huma.Schema{
			"person": {Type: huma.TypeObject, AdditionalProperties: true}, "delivered_at": at(), "read_at": at(), "played_at": at(),
		},
	}}
	s.PrecomputeMessages()
	return s
}

type getMessageParams struct {
	messageParams
	Chat string `query:"chat" doc:"JID or phone number; needed only when several chats have a message of this id"`
}

func errBothPlaces() error { return fault.New(fault.Invalid, "Give before or after, not both") }

// getMessage finds a message among those that were said, else among those that wait to be sent.
func (a *API) getMessage(ctx context.Context, c *call, p getMessageParams, _ none) (fullMessageView, error) {
	jid := ""
	if p.Chat != "" {
		address, err := message.ParseAddress(p.Chat)
		if err != nil {
			return fullMessageView{}, err
		}
		jid = address.JID()
	}
	k, err := a.Messages.Find(ctx, c.account, c.deviceID, jid, p.MessageID)
	switch {
	case fault.Is(err, fault.NotFound):
		return a.waitingMessage(ctx, c, p.MessageID)
	case err != nil:
		return fullMessageView{}, err
	}
	list, err := a.Messages.Receipts(ctx, c.account, c.deviceID, k.Chat.JID, p.MessageID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fullMessageView{}, err
	}
	v := fullMessageView{kept: k, receipts: make([]receiptView, len(list))}
	for i, r := range list {
		v.receipts[i] = receiptView{r.Person, event.TimeOf(r.DeliveredAt), event.TimeOf(r.ReadAt), event.TimeOf(r.PlayedAt)}
	}
	return v, nil
}

// waitingMessage is an own message that WhatsApp does not have.
func (a *API) waitingMessage(ctx context.Context, c *call, id string) (fullMessageView, error) {
	m, ref, status, err := a.Outbox.Message(ctx, c.account, c.deviceID, id)
	if err != nil {
		return fullMessageView{}, err
	}
	return fullMessageView{kept: chat.Kept{Message: m, ClientRef: ref, Status: status}, receipts: []receiptView{}}, nil
}
