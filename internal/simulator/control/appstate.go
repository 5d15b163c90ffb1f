package control

import (
	"context"
	"time"

	"wapost/internal/simulator"
)

func appStateRoutes() []route {
	return []route{
		look("/users/{phone}/app-state", "appState", "What the account's devices share, as the phone saw it.", appState).fails(simulator.CodeUnknownPerson),
		post("/users/{phone}/app-state", "changeAppState", "The phone changes something for all devices of its account.", changeAppState).
			fails(simulator.CodeUnknownPerson, simulator.CodeUnknownGroup),
		post("/users/{phone}/app-state/delivery", "deliverAppState", "Set how devices are given the app state.", deliverAppState).fails(simulator.CodeUnknownPerson),
	}
}

type stateChangeBody struct {
	Action        string   `json:"action" enum:"mute,pin,archive,mark_read,clear,delete,star,delete_message,label,label_chat,label_message,contact,status_mute,unarchive_chats,raw"`
	On            bool     `json:"on" default:"true" doc:"false: the opposite; a label is deleted"`
	Chat          string   `json:"chat,omitempty" doc:"phone, LID or group id; for contact and status_mute the person"`
	Addressing    string   `json:"addressing,omitempty" enum:"lid,pn" doc:"how the entry names a person; default lid"`
	Until         string   `json:"until,omitempty" doc:"mute: time; default for ever"`
	MessageID     string   `json:"message_id,omitempty" doc:"star, delete_message, label_message"`
	FromMe        bool     `json:"from_me,omitempty" doc:"the message is an own one"`
	Sender        string   `json:"sender,omitempty" doc:"phone or LID of who wrote the message, in groups"`
	DeleteMedia   bool     `json:"delete_media,omitempty" doc:"clear, delete, delete_message"`
	LastMessageAt string   `json:"last_message_at,omitempty" doc:"archive, mark_read, clear, delete: time; default now"`
	SentAt        string   `json:"sent_at,omitempty" doc:"delete_message: time of the message"`
	LabelID       string   `json:"label_id,omitempty" doc:"label, label_chat, label_message"`
	Name          string   `json:"name,omitempty" doc:"label, contact (full name)"`
	FirstName     string   `json:"first_name,omitempty" doc:"contact"`
	Username      string   `json:"username,omitempty" doc:"contact"`
	Color         int      `json:"color,omitempty" doc:"label: number in WhatsApp's palette"`
	SavedOnPhone  bool     `json:"saved_on_phone,omitempty" doc:"contact"`
	Collection    string   `json:"collection,omitempty" doc:"raw"`
	Index         []string `json:"index,omitempty" doc:"raw"`
	Version       int      `json:"version,omitempty" doc:"raw: of the action"`
	Value         []byte   `json:"value,omitempty" doc:"raw: a SyncActionValue protobuf"`
}

// change reads the times of a body.
func (b *stateChangeBody) change() (simulator.AppStateChange, error) {
	c := simulator.AppStateChange{Action: b.Action, Off: !b.On, Chat: b.Chat, Addressing: b.Addressing, MessageID: b.MessageID, FromMe: b.FromMe,
		Sender: b.Sender, DeleteMedia: b.DeleteMedia, LabelID: b.LabelID, Name: b.Name, FirstName: b.FirstName, Username: b.Username,
		Color: b.Color, SavedOnPhone: b.SavedOnPhone, Collection: b.Collection, Index: b.Index, Version: b.Version, Value: b.Value}
	for _, t := range []struct {
		name, text string
		into       *time.Time
	}{{"until", b.Until, &c.Until}, {"last_message_at", b.LastMessageAt, &c.LastMessageAt}, {"sent_at", b.SentAt, &c.SentAt}} {
		at, err := instant(t.name, t.text)
		if err != nil {
			return c, err
		}
		*t.into = at
	}
	return c, nil
}

type stateDelivery struct {
	Snapshot bool `json:"snapshot" doc:"a first sync gets one snapshot on the media host instead of all patches"`
	External bool `json:"external" doc:"patches have their changes on the media host"`
	PageSize int  `json:"page_size" doc:"patches per answer; 0 = all at once"`
	Damaged  bool `json:"damaged" doc:"fault: patches have a wrong seal"`
}

type collection struct {
	Name    string `json:"name"`
	Version uint64 `json:"version"`
}

type stateEntry struct {
	Collection string   `json:"collection"`
	Version    uint64   `json:"version" doc:"of the collection"`
	Operation  string   `json:"operation" enum:"set,remove"`
	Index      []string `json:"index"`
	At         moment   `json:"at"`
	Value      []byte   `json:"value" doc:"a SyncActionValue protobuf"`
}

type stateReply struct {
	Delivery    stateDelivery `json:"delivery"`
	Collections []collection  `json:"collections"`
	Changes     []stateEntry  `json:"changes" doc:"in the order in which the phone saw them, those of linked devices too"`
}

type stateChangedReply struct {
	Collections []collection `json:"collections"`
}

func appState(_ context.Context, c *call) (stateReply, error) {
	p, err := c.person()
	if err != nil {
		return stateReply{}, err
	}
	info := p.AppState()
	reply := stateReply{Delivery: stateDelivery(info.Delivery), Collections: collections(info), Changes: []stateEntry{}}
	for _, e := range info.Changes {
		reply.Changes = append(reply.Changes, stateEntry{Collection: e.Collection, Version: e.Version, Operation: e.Operation, Index: list(e.Index), At: at(e.At), Value: e.Value})
	}
	return reply, nil
}

func collections(info simulator.AppStateInfo) []collection {
	reply := []collection{}
	for _, known := range info.Collections {
		reply = append(reply, collection(known))
	}
	return reply
}

func changeAppState(_ context.Context, c *call, b *stateChangeBody) (stateChangedReply, error) {
	p, err := c.person()
	if err != nil {
		return stateChangedReply{}, err
	}
	change, err := b.change()
	if err != nil {
		return stateChangedReply{}, err
	}
	if err := p.ChangeAppState(change); err != nil {
		return stateChangedReply{}, err
	}
	return stateChangedReply{collections(p.AppState())}, nil
}

func deliverAppState(_ context.Context, c *call, b *stateDelivery) (stateDelivery, error) {
	p, err := c.person()
	if err != nil {
		return stateDelivery{}, err
	}
	return *b, p.DeliverAppState(simulator.AppStateDelivery(*b))
}
