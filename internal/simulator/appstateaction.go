package simulator

import (
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// ChangeAppState is the phone changing something for all devices of its account: linked ones are told. A change before the
// first link is kept for it. Errors: ErrInvalid, ErrUnknownPerson, ErrUnknownGroup.
func (p *Person) ChangeAppState(c AppStateChange) error {
	patch, err := p.patchOf(c)
	if err != nil {
		return err
	}
	return p.ChangeSetting(patch)
}

// patchOf makes the patch of a change.
func (p *Person) patchOf(c AppStateChange) (appstate.PatchInfo, error) {
	switch c.Action {
	case StateRaw:
		return c.raw()
	case StateLabel:
		if c.LabelID == "" {
			return appstate.PatchInfo{}, fail(CodeInvalid, "label needs label_id")
		}
		return appstate.BuildLabelEdit(c.LabelID, c.Name, int32(c.Color), c.Off), nil
	case StateUnarchive:
		return onePatch(appstate.WAPatchRegularLow, 4, &waSyncAction.SyncActionValue{
			UnarchiveChatsSetting: &waSyncAction.UnarchiveChatsSetting{UnarchiveChats: proto.Bool(!c.Off)}}, appstate.IndexSettingUnarchiveChats), nil
	}
	group, peer, err := p.srv.resolve(c.Chat)
	if err != nil {
		return appstate.PatchInfo{}, err
	}
	if c.Action == StateContact || c.Action == StateStatusMute {
		if peer == nil {
			return appstate.PatchInfo{}, fail(CodeInvalid, "%s is about a person, not a group", c.Action)
		}
	}
	if c.Action == StateContact {
		return c.contact(peer), nil
	}
	chat, err := c.address(group, peer)
	if err != nil {
		return appstate.PatchInfo{}, err
	}
	switch c.Action {
	case StateStar, StateDeleteMessage, StateLabelMessage:
		return p.messagePatch(c, chat)
	}
	return c.chatPatch(chat)
}

// address is how the entry names the chat.
func (c *AppStateChange) address(group *Group, peer *Person) (types.JID, error) {
	switch {
	case group != nil:
		return group.jid, nil
	case c.Addressing == AddressPN:
		return peer.pn, nil
	case c.Addressing == "" || c.Addressing == AddressLID:
		return peer.lid, nil
	}
	return types.EmptyJID, fail(CodeInvalid, "an entry names a person by %s or %s, not by %q", AddressLID, AddressPN, c.Addressing)
}

// chatPatch changes a whole chat.
func (c *AppStateChange) chatPatch(chat types.JID) (appstate.PatchInfo, error) {
	switch c.Action {
	case StateMute:
		var until *int64
		if !c.Until.IsZero() {
			until = proto.Int64(c.Until.UnixMilli())
		}
		return appstate.BuildMuteAbs(chat, !c.Off, until), nil
	case StatePin:
		return appstate.BuildPin(chat, !c.Off), nil
	case StateArchive:
		return appstate.BuildArchive(chat, !c.Off, c.LastMessageAt, nil), nil
	case StateMarkRead:
		return appstate.BuildMarkChatAsRead(chat, !c.Off, c.LastMessageAt, nil), nil
	case StateDelete:
		return appstate.BuildDeleteChat(chat, c.LastMessageAt, nil, c.DeleteMedia), nil
	case StateClear:
		at := c.LastMessageAt
		if at.IsZero() {
			at = time.Now()
		}
		return onePatch(appstate.WAPatchRegularHigh, 6, &waSyncAction.SyncActionValue{ClearChatAction: &waSyncAction.ClearChatAction{
			MessageRange: &waSyncAction.SyncActionMessageRange{LastMessageTimestamp: proto.Int64(at.Unix())}}},
			appstate.IndexClearChat, chat.String(), "1", bit(c.DeleteMedia)), nil
	case StateStatusMute:
		return onePatch(appstate.WAPatchRegularHigh, 7, &waSyncAction.SyncActionValue{
			UserStatusMuteAction: &waSyncAction.UserStatusMuteAction{Muted: proto.Bool(!c.Off)}}, appstate.IndexUserStatusMute, chat.String()), nil
	case StateLabelChat:
		if c.LabelID == "" {
			return appstate.PatchInfo{}, fail(CodeInvalid, "label_chat needs label_id")
		}
		return appstate.BuildLabelChat(chat, c.LabelID, !c.Off), nil
	}
	return appstate.PatchInfo{}, fail(CodeInvalid, "unknown action %q", c.Action)
}

// messagePatch changes one message.
func (p *Person) messagePatch(c AppStateChange, chat types.JID) (appstate.PatchInfo, error) {
	if c.MessageID == "" {
		return appstate.PatchInfo{}, fail(CodeInvalid, "%s needs message_id", c.Action)
	}
	sender := "0" // outside of groups, and for own messages
	if c.Sender != "" && chat.Server == types.GroupServer && !c.FromMe {
		by, err := p.srv.Person(c.Sender)
		if err != nil {
			return appstate.PatchInfo{}, err
		}
		sender = by.lid.String()
	}
	switch c.Action {
	case StateStar:
		return onePatch(appstate.WAPatchRegularHigh, 2, &waSyncAction.SyncActionValue{StarAction: &waSyncAction.StarAction{Starred: proto.Bool(!c.Off)}},
			appstate.IndexStar, chat.String(), c.MessageID, bit(c.FromMe), sender), nil
	case StateDeleteMessage:
		action := &waSyncAction.DeleteMessageForMeAction{DeleteMedia: &c.DeleteMedia}
		if !c.SentAt.IsZero() {
			action.MessageTimestamp = proto.Int64(c.SentAt.Unix())
		}
		return onePatch(appstate.WAPatchRegularHigh, 3, &waSyncAction.SyncActionValue{DeleteMessageForMeAction: action},
			appstate.IndexDeleteMessageForMe, chat.String(), c.MessageID, bit(c.FromMe), sender), nil
	}
	if c.LabelID == "" {
		return appstate.PatchInfo{}, fail(CodeInvalid, "label_message needs label_id")
	}
	return appstate.BuildLabelMessage(chat, c.LabelID, c.MessageID, !c.Off), nil
}

// contact changes an entry of the address book.
func (c *AppStateChange) contact(peer *Person) appstate.PatchInfo {
	return onePatch(appstate.WAPatchCriticalUnblockLow, 2, &waSyncAction.SyncActionValue{ContactAction: &waSyncAction.ContactAction{
		FullName: textOrNil(c.Name), FirstName: textOrNil(c.FirstName), Username: textOrNil(c.Username), LidJID: proto.String(peer.lid.String()),
		SaveOnPrimaryAddressbook: &c.SavedOnPhone}}, appstate.IndexContact, peer.pn.String())
}

// raw is a change that has no action of its own.
func (c *AppStateChange) raw() (appstate.PatchInfo, error) {
	value := &waSyncAction.SyncActionValue{}
	known := false
	for _, name := range appstate.AllPatchNames {
		known = known || c.Collection == string(name)
	}
	switch {
	case !known:
		return appstate.PatchInfo{}, fail(CodeInvalid, "raw needs a collection: critical_block, critical_unblock_low, regular_high, regular or regular_low")
	case len(c.Index) == 0:
		return appstate.PatchInfo{}, fail(CodeInvalid, "raw needs an index")
	case proto.Unmarshal(c.Value, value) != nil:
		return appstate.PatchInfo{}, fail(CodeInvalid, "value is no SyncActionValue")
	}
	return onePatch(appstate.WAPatchName(c.Collection), int32(c.Version), value, c.Index...), nil
}

func onePatch(collection appstate.WAPatchName, version int32, value *waSyncAction.SyncActionValue, index ...string) appstate.PatchInfo {
	return appstate.PatchInfo{Type: collection, Mutations: []appstate.MutationInfo{{Index: index, Version: version, Value: value}}}
}

// bit is how an index writes yes and no.
func bit(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
