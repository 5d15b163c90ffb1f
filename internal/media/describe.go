package media

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"

	"wapost/internal/event"
)

// About returns the file as customers know it, and its chat: as the event said that named it, while the log has it.
func (a *Archive) About(ctx context.Context, r *Record) (event.Media, error) {
	m, _, err := a.describe(ctx, r)
	return m, err
}

func (a *Archive) describe(ctx context.Context, r *Record) (event.Media, event.Chat, error) {
	m, chat := r.media(), r.chat()
	body, err := a.Store.Body(ctx, r.EventID)
	if err != nil || body == nil {
		return m, chat, err
	}
	var e struct {
		Data struct {
			Chat *event.Chat `json:"chat"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &e) == nil && e.Data.Chat != nil && e.Data.Chat.JID != "" {
		chat = *e.Data.Chat
	}
	if found := find(body, r.ID); found != nil {
		_ = json.Unmarshal(found, &m) // our own form; what it lacks is known from the record
	}
	m.Thumbnail = nil
	return m, chat, nil
}

// media is what the record alone knows of a file.
func (r *Record) media() event.Media {
	m := event.Media{ID: r.ID, Kind: r.Kind, MimeType: r.MimeType, Filename: event.Text(r.Filename), URL: event.MediaURL(r.ID)}
	if r.Size > 0 {
		m.Size = &r.Size
	}
	if len(r.SHA256) > 0 {
		m.SHA256 = event.Text(hex.EncodeToString(r.SHA256))
	}
	return m
}

func (r *Record) chat() event.Chat {
	user, server, _ := strings.Cut(r.Chat, "@")
	return event.Chat{JID: r.Chat, Kind: event.ChatKindOf(user, server)}
}

// deepest bounds the search: a quote may hold a message that holds a quote.
const deepest = 32

// find looks in a body for the object of an id, at any depth.
func find(body []byte, id string) []byte {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return nil
	}
	if o := search(v, id, 0); o != nil {
		b, err := json.Marshal(o)
		if err == nil {
			return b
		}
	}
	return nil
}

func search(v any, id string, depth int) map[string]any {
	if depth > deepest {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		if v["id"] == id {
			return v
		}
		for _, inner := range v {
			if o := search(inner, id, depth+1); o != nil {
				return o
			}
		}
	case []any:
		for _, inner := range v {
			if o := search(inner, id, depth+1); o != nil {
				return o
			}
		}
	}
	return nil
}
