package control

import (
	"context"
	"net/http"
	"time"

	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"google.golang.org/protobuf/proto"

	"wapost/internal/simulator"
)

func historyRoutes() []route {
	return []route{
		post("/users/{phone}/history", "giveHistory", "Give a phone old messages, and hand them over to its linked devices.", giveHistory).
			answers(http.StatusAccepted).fails(simulator.CodeUnknownPerson, simulator.CodeUnknownDevice),
	}
}

type historyBody struct {
	Type     string        `json:"type" default:"recent" enum:"initial,recent,full,push_names"`
	Via      string        `json:"via" default:"auto" enum:"auto,inline,media" doc:"inside the notice, or as a file on the media host; auto: inline up to 64 KiB"`
	HandOver *bool         `json:"hand_over,omitempty" doc:"default true; false: only the phone has them, until a device asks for older messages or is linked"`
	Device   string        `json:"device,omitempty" doc:"default: every linked device"`
	Progress *int          `json:"progress,omitempty" doc:"percent, 0 to 100; default 100"`
	Chunk    int           `json:"chunk" default:"1"`
	Gone     int           `json:"gone,omitempty" doc:"fault, with via media: 404 or 410 instead of the file, until the gateway asks for it again"`
	Chats    []oldChatBody `json:"chats,omitempty"`
}

type oldChatBody struct {
	With       string           `json:"with" doc:"phone, LID or group"`
	Count      int              `json:"count,omitempty" doc:"make so many messages, one an hour, alternately of both, the newest an hour ago; 0 to 100000"`
	Unread     int              `json:"unread,omitempty"`
	Archived   bool             `json:"archived,omitempty"`
	Pinned     bool             `json:"pinned,omitempty"`
	MutedUntil string           `json:"muted_until,omitempty" doc:"RFC 3339"`
	Messages   []oldMessageBody `json:"messages,omitempty"`
}

type oldMessageBody struct {
	ID     string `json:"id,omitempty" doc:"default: a new one"`
	FromMe bool   `json:"from_me,omitempty"`
	From   string `json:"from,omitempty" doc:"in groups: phone of who wrote it"`
	Text   string `json:"text,omitempty"`
	Stub   string `json:"stub,omitempty" doc:"instead of a text: what happened, e.g. GROUP_CREATE"`
	At     string `json:"at,omitempty" doc:"RFC 3339; default now"`
}

type historyReply struct {
	IDs      []string `json:"ids" doc:"of the notices, one per device"`
	Messages int      `json:"messages"`
}

// giveHistory checks everything before it changes anything.
func giveHistory(_ context.Context, c *call, b *historyBody) (historyReply, error) {
	p, err := c.person()
	if err != nil {
		return historyReply{}, err
	}
	if err := b.check(); err != nil {
		return historyReply{}, err
	}
	devices := p.Devices()
	if b.Device != "" {
		d, err := c.sim.Device(b.Device)
		if err != nil {
			return historyReply{}, err
		}
		devices = []*simulator.Device{d}
	}
	old, err := b.old()
	if err != nil {
		return historyReply{}, err
	}
	chats, err := p.Remember(old)
	if err != nil {
		return historyReply{}, err
	}
	reply := historyReply{IDs: []string{}}
	for _, chat := range chats {
		reply.Messages += len(chat.GetMessages())
	}
	if b.HandOver != nil && !*b.HandOver {
		return reply, nil
	}
	progress := uint32(100)
	if b.Progress != nil {
		progress = uint32(*b.Progress) //nolint:gosec // 0 to 100
	}
	part := &waHistorySync.HistorySync{SyncType: historyType(b.Type), Progress: proto.Uint32(progress), Conversations: chats}
	for _, d := range devices {
		id, err := p.SendHistory(d, part, simulator.HistoryPart{Via: b.Via, Chunk: uint32(b.Chunk), Gone: b.Gone}) //nolint:gosec // checked above
		if err != nil {
			return reply, err
		}
		reply.IDs = append(reply.IDs, id)
	}
	return reply, nil
}

func historyType(name string) *waHistorySync.HistorySync_HistorySyncType {
	return map[string]waHistorySync.HistorySync_HistorySyncType{"initial": waHistorySync.HistorySync_INITIAL_BOOTSTRAP, "recent": waHistorySync.HistorySync_RECENT,
		"full": waHistorySync.HistorySync_FULL, "push_names": waHistorySync.HistorySync_PUSH_NAME}[name].Enum()
}

// mostOld bounds what one request makes.
const mostOld = 100_000

func (b *historyBody) check() error {
	switch {
	case b.Progress != nil && (*b.Progress < 0 || *b.Progress > 100):
		return invalid("progress must be 0 to 100")
	case b.Chunk < 1 || b.Chunk > 10_000:
		return invalid("chunk must be 1 to 10000")
	case b.Gone != 0 && b.Gone != http.StatusNotFound && b.Gone != http.StatusGone:
		return invalid("gone must be 404 or 410")
	case b.Gone != 0 && b.Via != simulator.HistoryMedia:
		return invalid("gone needs via media")
	}
	for _, chat := range b.Chats {
		if chat.Count < 0 || chat.Count > mostOld || chat.Unread < 0 || chat.Unread > mostOld {
			return invalid("count and unread must be 0 to %d", mostOld)
		}
	}
	return nil
}

func (b *historyBody) old() ([]simulator.OldChat, error) {
	list := make([]simulator.OldChat, len(b.Chats))
	for i, chat := range b.Chats {
		until, err := instant("muted_until", chat.MutedUntil)
		if err != nil {
			return nil, err
		}
		o := simulator.OldChat{With: chat.With, Unread: chat.Unread, Archived: chat.Archived, Pinned: chat.Pinned, MutedUntil: until}
		for _, m := range chat.Messages {
			at, err := instant("at", m.At)
			if err != nil {
				return nil, err
			}
			o.Messages = append(o.Messages, simulator.OldMessage{ID: m.ID, FromMe: m.FromMe, From: m.From, Text: m.Text, Stub: m.Stub, At: at})
		}
		o.Generate(chat.Count, time.Now())
		list[i] = o
	}
	return list, nil
}
