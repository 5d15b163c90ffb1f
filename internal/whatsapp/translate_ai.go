package whatsapp

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waAICommonDeprecated"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
)

// aiResponse: the answer of an assistant, in pieces. Newer ones hold a JSON document instead.
func (r *reader) aiResponse(d *event.Message, x *waE2E.AIRichResponseMessage) {
	answer := event.AIResponse{Parts: []event.AIPart{}}
	var said []string
	for _, s := range x.GetSubmessages() {
		p := event.AIPart{Type: strings.TrimPrefix(lower(s.GetMessageType()), "ai_rich_response_"), Text: text(s.GetMessageText()), Data: aiData(s)}
		if s.GetMessageText() != "" {
			said = append(said, s.GetMessageText())
		}
		answer.Parts = append(answer.Parts, p)
	}
	if unified := x.GetUnifiedResponse().GetData(); len(unified) > 0 {
		answer.Parts = append(answer.Parts, event.AIPart{Type: "unified", Data: loose(string(unified))})
	}
	d.Kind, d.Text, d.AIResponse = event.KindAIResponse, text(strings.Join(said, "\n")), &answer
}

// aiData returns what a piece holds besides text; nil for none.
func aiData(s *waAICommonDeprecated.AIRichResponseSubMessage) *event.Loose {
	rest := proto.CloneOf(s)
	rest.MessageText, rest.MessageType = nil, nil
	if proto.Size(rest) == 0 {
		return nil
	}
	b, err := protojson.Marshal(rest)
	if err != nil {
		return nil // the raw form of the event has it
	}
	l := event.Loose(b)
	return &l
}
