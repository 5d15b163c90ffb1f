package whatsapp

import (
	"strings"
	"testing"

	armadillo "go.mau.fi/whatsmeow/proto"
	"go.mau.fi/whatsmeow/proto/waArmadilloApplication"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waConsumerApplication"
	"go.mau.fi/whatsmeow/proto/waMultiDevice"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
)

func consumer(c *waConsumerApplication.ConsumerApplication_Content) *waConsumerApplication.ConsumerApplication {
	return &waConsumerApplication.ConsumerApplication{Payload: &waConsumerApplication.ConsumerApplication_Payload{
		Payload: &waConsumerApplication.ConsumerApplication_Payload_Content{Content: c}}}
}

func TestMessagesOfOtherNetworksAreOfKindInterop(t *testing.T) {
	said := consumer(&waConsumerApplication.ConsumerApplication_Content{Content: &waConsumerApplication.ConsumerApplication_Content_MessageText{
		MessageText: &waCommon.MessageText{Text: proto.String("hello from over there")}}})
	sticker := consumer(&waConsumerApplication.ConsumerApplication_Content{Content: &waConsumerApplication.ConsumerApplication_Content_StickerMessage{
		StickerMessage: &waConsumerApplication.ConsumerApplication_StickerMessage{}}})
	for name, c := range map[string]struct {
		m                          armadillo.MessageApplicationSub
		fromMe                     bool
		application, content, text string
	}{
		"text":                   {said, false, "consumer", "messageText", "hello from over there"},
		"own text":               {said, true, "consumer", "messageText", "hello from over there"},
		"sticker":                {sticker, false, "consumer", "stickerMessage", ""},
		"nothing":                {&waConsumerApplication.ConsumerApplication{}, false, "consumer", "", ""},
		"armadillo":              {&waArmadilloApplication.Armadillo{}, false, "armadillo", "", ""},
		"between own devices":    {&waMultiDevice.MultiDevice{}, true, "multi_device", "", ""},
		"business":               {&armadillo.Unsupported_BusinessApplication{}, false, "business", "", ""},
		"payment":                {&armadillo.Unsupported_PaymentApplication{}, false, "payment", "", ""},
		"voip":                   {&armadillo.Unsupported_Voip{}, false, "voip", "", ""},
		"an application to come": {nil, false, "unknown", "", ""},
	} {
		peer := types.NewJID("99000000000002", types.HiddenUserServer)
		evt := &events.FBMessage{Message: c.m, Info: types.MessageInfo{ID: "3B01", Timestamp: sentAt, MessageSource: types.MessageSource{Chat: peer, Sender: peer, IsFromMe: c.fromMe}}}
		b := testTranslator().translate(evt)
		if len(b.Events) != 1 {
			t.Fatalf("%s: %d events", name, len(b.Events))
		}
		e := b.Events[0]
		message, ok := e.Data.(event.Message)
		if sent, own := e.Data.(event.SentMessage); own == c.fromMe && own {
			message, ok = sent.Message, true
		}
		if !ok || message.Kind != event.KindInterop || message.Interop == nil || message.MessageID != "3B01" {
			t.Fatalf("%s: %s %+v", name, e.Type, e.Data)
		}
		content, text := message.Interop.Content, message.Text
		if message.Interop.Application != c.application || (content == nil) != (c.content == "") || content != nil && *content != c.content ||
			(text == nil) != (c.text == "") || text != nil && *text != c.text {
			t.Errorf("%s: %+v, text %v", name, *message.Interop, text)
		}
		if c.application == "consumer" && c.text != "" && !strings.Contains(string(e.Raw.JSON), c.text) {
			t.Errorf("%s: raw is %s", name, e.Raw.JSON)
		}
		if e.SourceKey == "" || e.Class != event.Durable {
			t.Errorf("%s: %+v", name, e)
		}
		if _, err := e.Seal(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
