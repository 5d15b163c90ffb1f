package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

// statusMention: the account, or a group, was mentioned in a story. What is wrapped names the story.
func (r *reader) statusMention(d *event.Message, w *waE2E.FutureProofMessage, group bool) {
	d.Kind = event.KindStatusMention
	d.StatusMention = &event.StatusMention{TargetMessageID: event.Text(w.GetMessage().GetProtocolMessage().GetKey().GetID()), Group: group}
}

func (r *reader) statusNotification(d *event.Message, x *waE2E.StatusNotificationMessage) {
	d.Kind = event.KindStatusNotification
	d.StatusNotification = &event.StatusNotification{Type: lower(x.GetType()), OriginalMessageID: event.Text(x.GetOriginalMessageKey().GetID()),
		ResponseMessageID: event.Text(x.GetResponseMessageKey().GetID())}
}

func (r *reader) statusQuoted(d *event.Message, x *waE2E.StatusQuotedMessage) {
	d.Kind, d.Text = event.KindStatusQuoted, text(x.GetText())
	d.StatusQuoted = &event.StatusQuoted{Type: lower(x.GetType()), TargetMessageID: event.Text(x.GetOriginalStatusID().GetID())}
}

func (r *reader) questionAnswer(d *event.Message, target, answer string) {
	d.Kind, d.Text, d.QuestionAnswer = event.KindQuestionAnswer, text(answer), &event.QuestionAnswer{TargetMessageID: event.Text(target)}
}

func (r *reader) music(d *event.Message, x *waE2E.MusicMessage) {
	song := x.GetEmbeddedMusic()
	d.Kind, d.Text = event.KindMusic, text(song.GetTitle())
	d.Music = &event.Music{Title: event.Text(song.GetTitle()), Artist: event.Text(song.GetAuthor()), SongURL: event.Text(x.GetSongUri()),
		ArtworkURL: event.Text(x.GetArtworkUri())}
}

func (r *reader) placeholder(d *event.Message, x *waE2E.PlaceholderMessage) {
	p := event.Placeholder{Reason: "unknown"}
	if x.Type != nil && x.GetType() == waE2E.PlaceholderMessage_MASK_LINKED_DEVICES {
		p.Reason = "linked_devices_masked"
	}
	d.Kind, d.Placeholder = event.KindPlaceholder, &p
}
