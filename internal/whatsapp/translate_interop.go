package whatsapp

import (
	armadillo "go.mau.fi/whatsmeow/proto"
	"go.mau.fi/whatsmeow/proto/waArmadilloApplication"
	"go.mau.fi/whatsmeow/proto/waConsumerApplication"
	"go.mau.fi/whatsmeow/proto/waMultiDevice"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/reflect/protoreflect"

	"wapost/internal/event"
	"wapost/internal/session"
)

// interop translates a message of another network of the same company.
func (t *translator) interop(v *events.FBMessage) session.Batch {
	m := &events.Message{Info: v.Info, RetryCount: v.RetryCount}
	p := t.parties(&m.Info.MessageSource)
	data, _ := t.body(m, &content{}, p, m.Info.ID)
	application, inner := interopContent(v)
	data.Kind, data.Content = event.KindInterop, event.Content{Interop: &event.Interop{Application: application, Content: event.Text(inner)}}
	data.Text = text(interopText(v.GetConsumerApplication().GetPayload().GetContent()))
	e := event.New(t.contentType(m, &content{}))
	e.Class, e.Data = event.Durable, data
	if e.Type == event.MessageSent {
		e.Data = event.SentMessage{Message: data, Via: "other_device"}
	}
	t.place(e, m, p)
	e.Raw = rawEvent(v)
	return session.Batch{Events: []*event.Event{e}, Learned: p.learned}
}

// interopContent names the application and the content.
func interopContent(v *events.FBMessage) (application, inner string) {
	switch x := v.Message.(type) {
	case *waConsumerApplication.ConsumerApplication:
		payload := x.GetPayload().ProtoReflect()
		if x.GetPayload().GetContent() != nil {
			payload = x.GetPayload().GetContent().ProtoReflect()
		}
		return "consumer", oneofName(payload)
	case *waArmadilloApplication.Armadillo:
		return "armadillo", oneofName(x.GetPayload().ProtoReflect())
	case *waMultiDevice.MultiDevice:
		return "multi_device", oneofName(x.GetPayload().ProtoReflect())
	case *armadillo.Unsupported_BusinessApplication:
		return "business", ""
	case *armadillo.Unsupported_PaymentApplication:
		return "payment", ""
	case *armadillo.Unsupported_Voip:
		return "voip", ""
	}
	return "unknown", ""
}

// oneofName returns the name of the first member that is set.
func oneofName(m protoreflect.Message) (name string) {
	m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		name = string(f.Name())
		return false
	})
	return name
}

// interopText returns what a person would read.
func interopText(c *waConsumerApplication.ConsumerApplication_Content) string {
	for _, s := range []string{c.GetMessageText().GetText(), c.GetExtendedTextMessage().GetText().GetText(), c.GetImageMessage().GetCaption().GetText(),
		c.GetVideoMessage().GetCaption().GetText(), c.GetStatusTextMessage().GetText().GetText().GetText(), c.GetLocationMessage().GetLocation().GetName(),
		c.GetLiveLocationMessage().GetCaption().GetText(), c.GetContactsArrayMessage().GetDisplayName(), c.GetGroupInviteMessage().GetCaption().GetText(),
		c.GetPollCreationMessage().GetName(), c.GetEditMessage().GetMessage().GetText()} {
		if s != "" {
			return s
		}
	}
	return ""
}
