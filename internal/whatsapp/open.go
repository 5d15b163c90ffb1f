package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// opened is what a message holds that is encrypted with the secret of another message; all nil when it could not be opened,
// or there is nothing to open.
type opened struct {
	vote     *waE2E.PollVoteMessage
	response *waE2E.EventResponseMessage
	reaction *waE2E.ReactionMessage
	message  *waE2E.Message // an edit or a comment
}
