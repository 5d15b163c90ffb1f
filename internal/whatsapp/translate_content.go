package whatsapp

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// content is a message without its wrappers.
type content struct {
	msg   *waE2E.Message
	field string                // of waE2E.Message; "" = none, or one that this build of the library does not know
	inner protoreflect.Message  // what the field holds; nil when it is no message
	info  *waE2E.ContextInfo    // of the content; nil = none
	outer []*waE2E.Message      // the wrappers, outermost first
	note  *waE2E.CommentMessage // the content comments on another message

	groupStory, viewOnce, spoiler, question, edited, forwarded bool
}

// deepest is how many wrappers are taken off. The library takes off nine kinds once each, the rest is ours.
const deepest = 8

// unwrap takes off the wrappers that the library leaves.
func unwrap(m *waE2E.Message) content {
	c := content{msg: m}
	for range deepest {
		inner := c.peel()
		if inner == nil {
			break
		}
		c.outer = append(c.outer, c.msg)
		c.msg = inner
	}
	c.find()
	return c
}

// bare reports whether a message is plain text, as most are: there is nothing to take off.
func bare(m *waE2E.Message) bool {
	return m.GetConversation() != "" || m.GetExtendedTextMessage() != nil || m.GetImageMessage() != nil
}

// peel returns what the outermost wrapper holds, nil when there is none. What a wrapper stands for is kept.
func (c *content) peel() *waE2E.Message {
	m := c.msg
	if m == nil || bare(m) {
		return nil
	}
	for _, w := range []struct {
		wrapper *waE2E.FutureProofMessage
		mark    *bool // nil = the wrapper says nothing
	}{
		{m.GetEphemeralMessage(), nil}, {m.GetViewOnceMessage(), &c.viewOnce}, {m.GetViewOnceMessageV2(), &c.viewOnce},
		{m.GetViewOnceMessageV2Extension(), &c.viewOnce}, {m.GetDocumentWithCaptionMessage(), nil}, {m.GetEditedMessage(), &c.edited},
		{m.GetGroupStatusMessage(), &c.groupStory}, {m.GetGroupStatusMessageV2(), &c.groupStory}, {m.GetSpoilerMessage(), &c.spoiler},
		{m.GetQuestionMessage(), &c.question}, {m.GetQuestionReplyMessage(), &c.question}, {m.GetBotForwardedMessage(), &c.forwarded},
		{m.GetGroupMentionedMessage(), nil}, {m.GetEventCoverImage(), nil}, {m.GetPollCreationOptionImageMessage(), nil},
		{m.GetAssociatedChildMessage(), nil}, {m.GetPollCreationMessageV4(), nil}, {m.GetStatusAddYours(), nil},
		{m.GetLimitSharingMessage(), nil}, {m.GetBotTaskMessage(), nil}, {m.GetBotInvokeMessage(), nil}, {m.GetLottieStickerMessage(), nil},
		{m.GetNewsletterAdminProfileMessage(), nil}, {m.GetNewsletterAdminProfileStatusMessage(), nil},
		{m.GetBotPlatformRegistrationSuccessMessage(), nil},
	} {
		if inner := w.wrapper.GetMessage(); inner != nil {
			if w.mark != nil {
				*w.mark = true
			}
			return inner
		}
	}
	if inner := m.GetDeviceSentMessage().GetMessage(); inner != nil {
		return inner
	}
	if inner := m.GetCommentMessage().GetMessage(); inner != nil {
		c.note = m.GetCommentMessage()
		return inner
	}
	return nil
}

// besides reports whether a field of a message is not its content, but keys and context.
func besides(field protoreflect.Name) bool {
	switch field {
	case "messageContextInfo", "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage",
		"stickerSyncRmrMessage", "groupRootKeyShare", "rootSecretDistributeMessage":
		return true
	}
	return false
}

// accompanies reports whether a field describes the content beside it, and is content only when it is alone.
func accompanies(field protoreflect.Name) bool { return field == "statusLinkPreviewMetadata" }

// find looks for the field that is the content: the first by number. The most frequent are found without a walk.
func (c *content) find() {
	switch m := c.msg; {
	case m == nil:
		return
	case m.Conversation != nil:
		c.field = "conversation"
		return
	case m.ExtendedTextMessage != nil:
		c.field, c.info = "extendedTextMessage", m.GetExtendedTextMessage().GetContextInfo()
		return
	}
	var first protoreflect.FieldDescriptor
	var value protoreflect.Value
	c.msg.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if besides(f.Name()) {
			return true
		}
		if first == nil || accompanies(first.Name()) || (f.Number() < first.Number() && !accompanies(f.Name())) {
			first, value = f, v
		}
		return true
	})
	if first == nil {
		return
	}
	c.field = string(first.Name())
	if first.Message() == nil {
		return
	}
	c.inner = value.Message()
	if holder, ok := c.inner.Interface().(interface{ GetContextInfo() *waE2E.ContextInfo }); ok {
		c.info = holder.GetContextInfo()
	}
}

// internal reports whether there is nothing in the message but keys. A field unknown to the library is not nothing.
func (c *content) internal() bool {
	return c.msg == nil || c.field == "" && len(c.msg.ProtoReflect().GetUnknown()) == 0
}

// readable are the fields of contents, by preference, that hold what a person would read.
func readable() []protoreflect.Name {
	return []protoreflect.Name{"caption", "contentText", "selectedDisplayText", "text", "body", "description", "title", "name",
		"displayName", "groupName"}
}

// legible returns what a person would read of a content that this build cannot render.
func (c *content) legible() string {
	if c.inner == nil {
		return ""
	}
	fields := c.inner.Descriptor().Fields()
	for _, name := range readable() {
		f := fields.ByName(name)
		if f != nil && f.Kind() == protoreflect.StringKind && !f.IsList() && c.inner.Has(f) {
			return c.inner.Get(f).String()
		}
	}
	return ""
}

// contexts returns the context of the content and of its wrappers, innermost first: association, secret, thread.
func (c *content) contexts(m *events.Message) []*waE2E.MessageContextInfo {
	list := []*waE2E.MessageContextInfo{c.msg.GetMessageContextInfo()}
	for i := len(c.outer) - 1; i >= 0; i-- {
		list = append(list, c.outer[i].GetMessageContextInfo())
	}
	return append(list, m.RawMessage.GetMessageContextInfo())
}

// lower returns the name of an enum value in lower case, as it is published.
func lower(e interface{ String() string }) string { return strings.ToLower(e.String()) }
