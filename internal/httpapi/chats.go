package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/message"
)

// chatView is a chat in an answer.
type chatView struct {
	JID                 string         `json:"jid"`
	Kind                event.ChatKind `json:"kind" enum:"direct,group,broadcast,status,newsletter,bot,interop"`
	LID                 *string        `json:"lid" doc:"Direct chats only"`
	Phone               *string        `json:"phone" doc:"Direct chats only"`
	Name                *string        `json:"name"`
	Unread              int            `json:"unread"`
	LastMessageAt       instant        `json:"last_message_at"`
	LastMessage         *messageView   `json:"last_message" doc:"null when it is not kept any more"`
	Archived            bool           `json:"archived"`
	Pinned              bool           `json:"pinned"`
	MutedUntil          *instant       `json:"muted_until" nullable:"true" doc:"9999-12-31 = without an end"`
	DisappearingSeconds int            `json:"disappearing_seconds" doc:"0 = messages stay"`
}

type listChatsParams struct {
	pageParams
	Kind     string `query:"kind" enum:"direct,group,broadcast,status,newsletter,bot,interop" doc:"none = all but status"`
	Archived *bool  `query:"archived"`
	Unread   *bool  `query:"unread" doc:"With, or without, unread messages"`
	Text     string `query:"q" doc:"Part of the name, the number or the address"`
}

type chatParams struct {
	Chat string `path:"chat" doc:"JID, or phone number in international form"`
}

type chatMessagesParams struct {
	chatParams
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"Entries per page"`
	Before string `query:"before" doc:"Message id, or page.next: go back from there"`
	After  string `query:"after" doc:"Message id, or page.next: go on from there, oldest first"`
	Kind   string `query:"kind" doc:"Only messages of this kind"`
}

func (a *API) chatRoutes() {
	mount(a, operation[listChatsParams, none, []chatView]{
		method: http.MethodGet, path: "/chats", tag: tagChats, id: "list-chats", auth: deviceUser, list: true,
		summary: "Chats of a device, the one with the newest message first", message: "Chats retrieved successfully",
		fallback: "Failed to list chats", handle: a.listChats,
	})
	mount(a, operation[chatParams, none, chatView]{
		method: http.MethodGet, path: "/chats/{chat}", tag: tagChats, id: "get-chat", auth: deviceUser,
		summary: "Read a chat", message: "Chat retrieved successfully", fallback: "Failed to read chat", handle: a.getChat,
	})
	mount(a, operation[chatMessagesParams, none, []messageView]{
		method: http.MethodGet, path: "/chats/{chat}/messages", tag: tagChats, id: "list-messages", auth: deviceUser, list: true,
		summary: "Messages of a chat, the newest first",
		description: "With after they come oldest first. page.next goes on in the same direction, as before or after. Messages are kept as long as " +
			"events; those that came with the history of the phone are among them.",
		message: "Messages retrieved successfully", fallback: "Failed to list messages", handle: a.listMessages,
	})
	mount(a, operation[getMessageParams, none, fullMessageView]{
		method: http.MethodGet, path: "/messages/{message_id}", tag: tagMessages, id: "get-message", auth: deviceUser,
		summary: "Read a message and how far it has come", message: "Message retrieved successfully",
		description: "Edits are in it; a message that was deleted for everyone has deleted_at. Own messages that still wait are found too.",
		fallback:    "Failed to read message", errors: []int{409}, handle: a.getMessage,
	})
}

func (a *API) listChats(ctx context.Context, c *call, p listChatsParams, _ none) ([]chatView, error) {
	list, next, err := a.Messages.List(ctx, c.account, c.deviceID, chat.Filter{Kind: event.ChatKind(p.Kind), Archived: p.Archived, Unread: p.Unread,
		Text: p.Text, After: p.After, Limit: p.Limit})
	if err != nil {
		return nil, err
	}
	views := make([]chatView, len(list))
	for i := range list {
		views[i] = viewChat(&list[i])
	}
	c.next(next, p.Limit)
	return views, nil
}

func (a *API) getChat(ctx context.Context, c *call, p chatParams, _ none) (chatView, error) {
	address, err := message.ParseAddress(p.Chat)
	if err != nil {
		return chatView{}, err
	}
	s, err := a.Messages.Chat(ctx, c.account, c.deviceID, address.JID())
	return viewChat(&s), err
}

func (a *API) listMessages(ctx context.Context, c *call, p chatMessagesParams, _ none) ([]messageView, error) {
	address, err := message.ParseAddress(p.Chat)
	if err != nil {
		return nil, err
	}
	if p.Before != "" && p.After != "" {
		return nil, errBothPlaces()
	}
	list, next, err := a.Messages.In(ctx, c.account, c.deviceID, address.JID(), chat.Page{Kind: event.MessageKind(p.Kind), Before: p.Before,
		After: p.After, Limit: p.Limit})
	if err != nil {
		return nil, err
	}
	views := make([]messageView, len(list))
	for i := range list {
		views[i] = messageView{kept: list[i]}
	}
	c.next(next, p.Limit)
	return views, nil
}

func viewChat(s *chat.Summary) chatView {
	v := chatView{JID: s.JID, Kind: s.Kind, LID: s.LID, Phone: s.Phone, Name: s.Name, Unread: s.Unread, LastMessageAt: instant(s.LastAt),
		Archived: s.Archived, Pinned: s.Pinned, MutedUntil: moment(s.MutedUntil), DisappearingSeconds: s.DisappearingSeconds}
	if s.Last != nil {
		v.LastMessage = &messageView{kept: *s.Last}
	}
	return v
}
