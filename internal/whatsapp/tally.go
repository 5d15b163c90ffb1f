package whatsapp

import "wapost/internal/event"

// tally counts what was recorded and is not what a customer hopes for: stored raw, of a kind that nobody renders, or closed.
func (c *Counters) tally(events []*event.Event) {
	for _, e := range events {
		switch d := e.Data.(type) {
		case event.UnknownEvent:
			if d.Reason == convertFailed {
				c.ConvertFailures.Add(1)
			}
		case event.Message:
			c.tallyContent(&d.Content, false)
		case event.SentMessage:
			c.tallyContent(&d.Content, false)
		case event.EditedMessage:
			c.tallyContent(&d.Content, d.Undecoded)
		case event.PollVote:
			c.tallyContent(nil, d.Undecoded)
		case event.EventResponse:
			c.tallyContent(nil, d.Undecoded)
		case event.Reaction:
			c.tallyContent(nil, d.Undecoded)
		case event.ReactionToStatus:
			c.tallyContent(nil, d.Undecoded)
		}
	}
}

func (c *Counters) tallyContent(content *event.Content, closed bool) {
	switch {
	case closed, content != nil && content.Unsupported != nil && content.Unsupported.Reason == "encrypted":
		c.Unopened.Add(1)
	case content != nil && content.Unsupported != nil:
		c.Unsupported.Add(1)
	}
}
