package whatsapp

import (
	"encoding/json"

	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
)

// What a body may hold (events.md: at most 512 KiB, lists of at most 1,024 entries). Strangers choose the size of what they send.
const (
	longestList    = 1024
	largestMessage = 448 << 10 // room is left for the envelope
	suspicious     = 32 << 10  // of protobuf: JSON is up to six times as long, with an escape for each byte and names around it
)

// first returns the entries of a list that a body may hold.
func first[T any](list []T) []T { return list[:min(len(list), longestList)] }

// fit takes the content out of a message that would make the body too large: the raw form that is kept has it.
func (r *reader) fit(d *event.Message, c *content) {
	if c.msg == nil || bare(c.msg) && c.info == nil || proto.Size(c.msg) < suspicious {
		return
	}
	if b, err := json.Marshal(d); err == nil && len(b) <= largestMessage {
		return
	}
	d.Kind, d.Content, d.Preview, d.Quoted, d.Ad = event.KindUnsupported, event.Content{}, nil, nil, nil
	d.GroupMentions, r.files = []event.GroupMention{}, nil
	d.Unsupported = &event.Unsupported{Field: event.Text(c.field), Reason: "convert_failed"}
}
