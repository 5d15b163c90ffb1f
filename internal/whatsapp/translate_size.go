package whatsapp

import (
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
)

// What a message may hold (events.md: bodies are at most 512 KiB). Strangers choose the size of what they send.
const (
	largestMessage  = event.LargestBody - 64<<10 // room is left for the envelope and for what an edit adds
	largestMentions = 128 << 10
	suspicious      = 8 << 10 // of protobuf: JSON is up to six times as long, with an escape for each byte and names around it
)

// first returns the entries of a list that a body may hold.
func first[T any](list []T) []T { return list[:min(len(list), event.LongestList)] }

// fit takes out of a message what would make the body too large: the people that are mentioned, and if it still is, the content.
// The raw form that is kept has it. Without this the event as a whole could not be told (event.Seal), and who asked for messages
// alone would not learn that there was one.
func (r *reader) fit(d *event.Message, c *content) {
	if c.msg == nil || c.field == "conversation" || proto.Size(c.msg) < suspicious {
		return
	}
	if bounded, cut := event.Bound(*d); cut {
		*d = bounded.(event.Message)
	}
	if !event.Exceeds(d, largestMessage) {
		return
	}
	if event.Exceeds(d.Mentions, largestMentions) {
		d.MentionsTotal = max(d.MentionsTotal, len(d.Mentions))
		d.Mentions = []event.Person{}
		if !event.Exceeds(d, largestMessage) {
			return
		}
	}
	d.Kind, d.Content, d.Preview, d.Quoted, d.Ad = event.KindUnsupported, event.Content{}, nil, nil, nil
	d.GroupMentions, r.files = []event.GroupMention{}, nil
	d.Unsupported = &event.Unsupported{Field: event.Text(c.field), Reason: "convert_failed"}
}
