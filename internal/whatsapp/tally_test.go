package whatsapp

import (
	"testing"

	"wapost/internal/event"
)

func TestTallyCountsWhatIsNotAsHopedFor(t *testing.T) {
	unsupported := func(reason string) event.Message {
		return event.Message{Content: event.Content{Unsupported: &event.Unsupported{Reason: reason}}}
	}
	for name, c := range map[string]struct {
		data                          any
		failures, unsupported, closed uint64
	}{
		"a text":                  {event.Message{}, 0, 0, 0},
		"our conversion failed":   {event.UnknownEvent{Reason: convertFailed}, 1, 0, 0},
		"an unknown struct":       {event.UnknownEvent{Reason: unknownType}, 0, 0, 0},
		"an unknown kind":         {unsupported("unknown"), 0, 1, 0},
		"an own unknown kind":     {event.SentMessage{Message: unsupported("unknown")}, 0, 1, 0},
		"a hidden content":        {unsupported("encrypted"), 0, 0, 1},
		"a hidden edit":           {event.EditedMessage{Message: unsupported("encrypted"), Undecoded: true}, 0, 0, 1},
		"an open vote":            {event.PollVote{}, 0, 0, 0},
		"a closed vote":           {event.PollVote{Undecoded: true}, 0, 0, 1},
		"a closed answer":         {event.EventResponse{Undecoded: true}, 0, 0, 1},
		"a closed reaction":       {event.Reaction{Undecoded: true}, 0, 0, 1},
		"a closed one to a story": {event.ReactionToStatus{Reaction: event.Reaction{Undecoded: true}}, 0, 0, 1},
	} {
		var n Counters
		n.tally([]*event.Event{{Data: c.data}})
		if n.ConvertFailures.Load() != c.failures || n.Unsupported.Load() != c.unsupported || n.Unopened.Load() != c.closed {
			t.Errorf("%s: %d, %d, %d", name, n.ConvertFailures.Load(), n.Unsupported.Load(), n.Unopened.Load())
		}
	}
}
