package whatsapp

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// content is a message without its wrappers.
type content struct {
	msg        *waE2E.Message
	field      string // of waE2E.Message; "" = none, or one that this build of the library does not know
	value      protoreflect.Value
	descriptor protoreflect.FieldDescriptor
	groupStory bool
	spoiler    bool
	question   bool
}

// deepest is how many wrappers are taken off. The library takes off nine kinds once each, the rest is ours.
const deepest = 8

// unwrap takes off the wrappers that the library leaves.
func unwrap(m *events.Message) content {
	c := content{msg: m.Message}
	for range deepest {
		inner := c.inner()
		if inner == nil {
			break
		}
		c.msg = inner
	}
	c.find()
	return c
}

// inner returns what the outermost wrapper holds, nil when there is none. The flags that a wrapper stands for are kept.
func (c *content) inner() *waE2E.Message {
	m := c.msg
	switch {
	case m.GetGroupStatusMessage() != nil:
		c.groupStory = true
		return m.GetGroupStatusMessage().GetMessage()
	case m.GetGroupStatusMessageV2() != nil:
		c.groupStory = true
		return m.GetGroupStatusMessageV2().GetMessage()
	case m.GetSpoilerMessage() != nil:
		c.spoiler = true
		return m.GetSpoilerMessage().GetMessage()
	case m.GetQuestionMessage() != nil:
		c.question = true
		return m.GetQuestionMessage().GetMessage()
	case m.GetQuestionReplyMessage() != nil:
		c.question = true
		return m.GetQuestionReplyMessage().GetMessage()
	}
	for _, w := range []*waE2E.FutureProofMessage{m.GetEphemeralMessage(), m.GetGroupMentionedMessage(), m.GetEventCoverImage(),
		m.GetPollCreationOptionImageMessage(), m.GetAssociatedChildMessage(), m.GetPollCreationMessageV4(), m.GetStatusAddYours(),
		m.GetLimitSharingMessage(), m.GetBotTaskMessage(), m.GetBotForwardedMessage(), m.GetNewsletterAdminProfileMessage(),
		m.GetNewsletterAdminProfileStatusMessage(), m.GetBotPlatformRegistrationSuccessMessage(), m.GetEditedMessage()} {
		if w.GetMessage() != nil {
			return w.GetMessage()
		}
	}
	return nil
}

// besides are the fields of a message that are not its content: keys and context.
func besides(field protoreflect.Name) bool {
	switch field {
	case "messageContextInfo", "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage",
		"stickerSyncRmrMessage", "groupRootKeyShare", "rootSecretDistributeMessage":
		return true
	}
	return false
}

// find looks for the field that is the content: the first by number.
func (c *content) find() {
	c.msg.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if besides(f.Name()) {
			return true
		}
		if c.descriptor == nil || f.Number() < c.descriptor.Number() {
			c.field, c.value, c.descriptor = string(f.Name()), v, f
		}
		return true
	})
}

// internal reports whether there is nothing in the message but keys. A field unknown to the library is not nothing.
func (c *content) internal() bool {
	return c.msg == nil || c.field == "" && len(c.msg.ProtoReflect().GetUnknown()) == 0
}

// act reports whether the message is an act on another one that has no type of its own in this build.
func (c *content) act() bool {
	switch c.field {
	case "pollUpdateMessage", "keepInChatMessage", "pinInChatMessage", "encReactionMessage", "encEventResponseMessage",
		"encCommentMessage", "secretEncryptedMessage", "pollAddOptionMessage", "statusStickerInteractionMessage", "reactionMessage":
		return true
	}
	return false
}

// context returns the context of the content; nil when it has none.
func (c *content) context() *waE2E.ContextInfo {
	if c.descriptor == nil || c.descriptor.Message() == nil {
		return nil
	}
	inner := c.value.Message()
	f := c.descriptor.Message().Fields().ByName("contextInfo")
	if f == nil || f.Message() == nil || !inner.Has(f) {
		return nil
	}
	info, _ := inner.Get(f).Message().Interface().(*waE2E.ContextInfo)
	return info
}

// legible are the fields of contents, by preference, that hold what a person would read.
func legible() []protoreflect.Name {
	return []protoreflect.Name{"caption", "contentText", "selectedDisplayText", "text", "body", "description", "title", "name",
		"displayName", "groupName"}
}

// text returns what a person would read of a content that this build cannot render.
func (c *content) text() string {
	if c.descriptor == nil {
		return ""
	}
	if c.descriptor.Kind() == protoreflect.StringKind {
		return c.value.String()
	}
	if c.descriptor.Message() == nil || c.descriptor.IsList() {
		return ""
	}
	inner := c.value.Message()
	for _, name := range legible() {
		f := c.descriptor.Message().Fields().ByName(name)
		if f != nil && f.Kind() == protoreflect.StringKind && !f.IsList() && inner.Has(f) {
			return inner.Get(f).String()
		}
	}
	return ""
}

// lower returns the name of an enum value in lower case, as it is published.
func lower(e interface{ String() string }) string { return strings.ToLower(e.String()) }

// clone copies a message.
func clone(m *waE2E.Message) *waE2E.Message { return proto.CloneOf(m) }
