package control

import (
	"context"
	"slices"
	"strings"

	"wapost/internal/simulator"
)

func inboxRoutes() []route {
	return []route{
		look("/users/{phone}/inbox", "inbox", "What the person's phone has seen, decrypted.", inbox).
			takes(feedParameters(parameter{"kind", "text", "comma list of message, receipt, presence, typing, call, group, error; or all. Default message"})...).
			fails(simulator.CodeUnknownPerson),
		look("/users/{phone}/inbox/{seq}/media", "inboxMedia", "The decrypted file of a received message.", inboxMedia).
			fails(simulator.CodeUnknownPerson, simulator.CodeUnknownMsg),
	}
}

type inboxReply struct {
	Entries []inboxEntry `json:"entries"`
	feedEnd
}

type inboxEntry struct {
	Seq  uint64 `json:"seq"`
	Kind string `json:"kind" enum:"message,receipt,presence,typing,call,group,error"`
	At   moment `json:"at"`
	From sender `json:"from"`
	Chat string `json:"chat" doc:"phone, id of a group or newsletter, or status"`

	ID         string   `json:"id,omitempty" doc:"message, error"`
	FromMe     *bool    `json:"from_me,omitempty" doc:"message: written on a linked device of this number"`
	Content    *content `json:"content,omitempty" doc:"message"`
	Encryption string   `json:"encryption,omitempty" enum:"pkmsg,msg,skmsg,none" doc:"message; none: of a newsletter"`
	Retry      *bool    `json:"retry,omitempty" doc:"message: sent again after a retry receipt"`
	Raw        []byte   `json:"raw,omitempty" doc:"message: a waE2E.Message protobuf"`
	Type       string   `json:"type,omitempty" doc:"receipt: delivered, read, played, …"`
	IDs        []string `json:"ids,omitempty" doc:"receipt"`
	Available  *bool    `json:"available,omitempty" doc:"presence"`
	State      string   `json:"state,omitempty" doc:"typing: composing, recording, paused; call: offer, accept, reject, terminate"`
	CallID     string   `json:"call_id,omitempty" doc:"call"`
	Change     string   `json:"change,omitempty" doc:"group: create, add, remove, subject, …"`
	Message    string   `json:"message,omitempty" doc:"error: why the phone could not decrypt"`
}

type sender struct {
	Phone  string `json:"phone"`
	LID    string `json:"lid" doc:"digits"`
	Device int    `json:"device" doc:"0 = the phone"`
}

func inbox(ctx context.Context, c *call) (inboxReply, error) {
	p, err := c.person()
	if err != nil {
		return inboxReply{}, err
	}
	keep, err := keepKinds(c.query.Get("kind"))
	if err != nil {
		return inboxReply{}, err
	}
	page, err := read(ctx, c, p.Inbox(), keep)
	if err != nil {
		return inboxReply{}, err
	}
	reply := inboxReply{Entries: []inboxEntry{}, feedEnd: feedEnd{page.Next, page.DroppedBefore}}
	for i := range page.Entries {
		reply.Entries = append(reply.Entries, c.viewEntry(&page.Entries[i]))
	}
	return reply, nil
}

// keepKinds makes the filter of the kind parameter; nil keeps all.
func keepKinds(text string) (func(*simulator.Entry) bool, error) {
	switch text {
	case "":
		text = simulator.KindMessage
	case "all":
		return nil, nil
	}
	kinds := strings.Split(text, ",")
	known := []string{simulator.KindMessage, simulator.KindReceipt, simulator.KindPresence, simulator.KindTyping, simulator.KindCall,
		simulator.KindGroup, simulator.KindError}
	for _, kind := range kinds {
		if !slices.Contains(known, kind) {
			return nil, invalid("kind must be all or a comma list of %s, not %q", strings.Join(known, ", "), text)
		}
	}
	return func(e *simulator.Entry) bool { return slices.Contains(kinds, e.Kind) }, nil
}

func (c *call) viewEntry(e *simulator.Entry) inboxEntry {
	view := inboxEntry{Seq: e.Seq, Kind: e.Kind, At: at(e.At), Chat: e.Chat,
		From: sender{Phone: e.From.Phone, LID: e.From.LID, Device: int(e.From.Device)}}
	switch e.Kind {
	case simulator.KindMessage:
		view.ID, view.FromMe, view.Retry, view.Encryption, view.Raw = e.ID, &e.FromMe, &e.Retry, e.Encryption, e.Raw
		view.Content = c.viewContent(e)
	case simulator.KindReceipt:
		view.Type, view.IDs = e.Type, e.IDs
	case simulator.KindPresence:
		view.Available = &e.Available
	case simulator.KindTyping:
		view.State = e.State
	case simulator.KindCall:
		view.CallID, view.State = e.CallID, e.State
	case simulator.KindGroup:
		view.Change = e.Change
	case simulator.KindError:
		view.ID, view.Message = e.ID, e.Error
	}
	return view
}
