package event

// The types that this build emits. A type is listed here when, and only when, something in the code can produce it.
const (
	MessageReceived      Type = "message.received"
	MessageSent          Type = "message.sent"
	MessageFailed        Type = "message.failed"
	MessageEdited        Type = "message.edited"
	MessageDeleted       Type = "message.deleted"
	MessageReaction      Type = "message.reaction"
	MessagePollVote      Type = "message.poll_vote"
	MessageEventResponse Type = "message.event_response"
	MessagePinned        Type = "message.pinned"
	MessageKept          Type = "message.kept"
	MessageProtocol      Type = "message.protocol"
	MessageDelivered     Type = "message.delivered"
	MessageRead          Type = "message.read"
	MessagePlayed        Type = "message.played"
	MessageReadSelf      Type = "message.read_self"
	MessagePlayedSelf    Type = "message.played_self"
	MessageReceipt       Type = "message.receipt"
	MessageUndecryptable Type = "message.undecryptable"

	MediaReady  Type = "media.ready"
	MediaFailed Type = "media.failed"

	StatusPosted  Type = "status.posted"
	StatusDeleted Type = "status.deleted"
	StatusViewed  Type = "status.viewed"

	StatusReaction Type = "status.reaction"

	NewsletterMessageReceived Type = "newsletter.message_received"
	NewsletterJoin            Type = "newsletter.join"
	NewsletterLeave           Type = "newsletter.leave"
	NewsletterMuteChange      Type = "newsletter.mute_change"
	NewsletterLiveUpdate      Type = "newsletter.live_update"
	NewsletterMessageEdited   Type = "newsletter.message_edited"
	NewsletterMessageDeleted  Type = "newsletter.message_deleted"

	ChatDisappearingTimer Type = "chat.disappearing_timer"
	ChatLimitSharing      Type = "chat.limit_sharing"
	ContactPhoneShared    Type = "contact.phone_shared"
	GroupMemberLabel      Type = "group.member_label"

	CallOffer       Type = "call.offer"
	CallOfferNotice Type = "call.offer_notice"
	CallAccept      Type = "call.accept"
	CallPreAccept   Type = "call.pre_accept"
	CallReject      Type = "call.reject"
	CallTerminate   Type = "call.terminate"
	CallTransport   Type = "call.transport"
	CallLatency     Type = "call.relay_latency"
	CallUnknown     Type = "call.unknown"

	GroupJoined            Type = "group.join"
	GroupLeft              Type = "group.leave"
	GroupParticipantUpdate Type = "group.participant_update"
	GroupInfoUpdate        Type = "group.info_update"
	GroupGone              Type = "group.deleted"
	GroupLinked            Type = "group.linked"
	GroupUnlinked          Type = "group.unlinked"
	GroupJoinRequested     Type = "group.join_request"

	ContactResolved    Type = "contact.identity_resolved"
	ContactUpdated     Type = "contact.update"
	UserAbout          Type = "user.about"
	PushNameUpdate     Type = "pushname.update"
	BusinessNameUpdate Type = "business.name_update"
	IdentityChange     Type = "identity.change"
	PictureChange      Type = "picture.update"
	PrivacySettings    Type = "privacy.settings"
	BlocklistChange    Type = "blocklist.change"
	PresenceChange     Type = "presence.update"
	ChatPresenceChange Type = "chat.presence"

	PushNameSet       Type = "pushname.setting"
	UnarchiveChatsSet Type = "settings.unarchive_chats"

	MessageStarred      Type = "message.starred"
	MessageDeletedForMe Type = "message.deleted_for_me"
	StatusMuted         Type = "status.mute"

	ChatMuted      Type = "chat.mute"
	ChatArchived   Type = "chat.archive"
	ChatPinned     Type = "chat.pin"
	ChatMarkedRead Type = "chat.mark_read"
	ChatCleaned    Type = "chat.clear"
	ChatDeleted    Type = "chat.delete"

	LabelEdited    Type = "label.edit"
	LabelOnChat    Type = "label.chat"
	LabelOnMessage Type = "label.message"

	ConnectionConnected         Type = "connection.connected"
	ConnectionDisconnected      Type = "connection.disconnected"
	ConnectionLoggedOut         Type = "connection.logged_out"
	ConnectionStreamReplaced    Type = "connection.stream_replaced"
	ConnectionTemporaryBan      Type = "connection.temporary_ban"
	ConnectionClientOutdated    Type = "connection.client_outdated"
	ConnectionConnectFailure    Type = "connection.connect_failure"
	ConnectionStreamError       Type = "connection.stream_error"
	ConnectionKeepaliveTimeout  Type = "connection.keepalive_timeout"
	ConnectionKeepaliveRestored Type = "connection.keepalive_restored"
	ConnectionQR                Type = "connection.qr"
	ConnectionQRWithoutMD       Type = "connection.qr_scanned_without_multidevice"
	ConnectionPasskeyRequest    Type = "connection.passkey_request"
	ConnectionPasskeyConfirm    Type = "connection.passkey_confirmation"
	ConnectionPasskeyError      Type = "connection.passkey_error"
	ConnectionPairSuccess       Type = "connection.pair_success"
	ConnectionPairError         Type = "connection.pair_error"
	ConnectionPairTimeout       Type = "connection.pair_timeout"

	OfflineSyncPreview   Type = "offline.sync_preview"
	OfflineSyncCompleted Type = "offline.sync_completed"

	DeviceCreated      Type = "device.created"
	DeviceDeleted      Type = "device.deleted"
	DeviceStateChanged Type = "device.state_changed"
	DeviceGap          Type = "device.gap"
	DevicePhoneUnseen  Type = "device.phone_unseen"

	WebhookFailingType        Type = "webhook.failing"
	WebhookRecoveredType      Type = "webhook.recovered"
	WebhookDisabledType       Type = "webhook.disabled"
	WebhookDeliveryFailedType Type = "webhook.delivery_failed"
	WebhookEventsExpiredType  Type = "webhook.events_expired"

	HistorySync         Type = "history.sync"
	HistorySyncComplete Type = "history.sync_complete"
	HistorySyncFailed   Type = "history.sync_failed"
	HistoryMessageType  Type = "history.message"

	AppStateSyncComplete Type = "appstate.sync_complete"
	AppStateSyncError    Type = "appstate.sync_error"
	AppStatePatched      Type = "appstate.patch_received"

	ReachoutTimelock Type = "account.reachout_timelock"
	Unknown          Type = "event.unknown"

	WebhookTest           Type = "webhook.test"
	WebhookReplayFinished Type = "webhook.replay_finished"
)

var entries = []Entry{
	{Type: MessageReceived, Title: "Message received", Description: "A content message from someone else arrived in a direct, group, bot or broadcast chat.", Class: Durable, Scope: PerChat},
	{Type: MessageSent, Title: "Message sent", Description: "An own content message: from another device of the account, or through our API once WhatsApp accepted it.", Class: Noted, Scope: PerChat},
	{Type: MessageFailed, Title: "Message failed", Description: "A message accepted by our API will not be sent.", Class: Noted, Scope: PerChat},
	{Type: MessageEdited, Title: "Message edited", Description: "A message's content was replaced: by its author, by someone who may change a poll or an event, or by a bot that writes on.", Class: Durable, Scope: PerChat},
	{Type: MessageDeleted, Title: "Message deleted", Description: "A message was revoked for everyone by its author or an admin.", Class: Durable, Scope: PerChat},
	{Type: MessageReaction, Title: "Message reaction", Description: "A reaction was set, changed or removed.", Class: Durable, Scope: PerChat},
	{Type: MessagePollVote, Title: "Poll vote", Description: "A vote in a poll was cast, changed or withdrawn.", Class: Durable, Scope: PerChat},
	{Type: MessageEventResponse, Title: "Answer to an event", Description: "Someone answered an event of a chat.", Class: Durable, Scope: PerChat},
	{Type: MessagePinned, Title: "Message pinned", Description: "A message was pinned or unpinned for everyone.", Class: Durable, Scope: PerChat},
	{Type: MessageKept, Title: "Message kept", Description: "A message of a disappearing chat is kept, or no longer.", Class: Durable, Scope: PerChat},
	{Type: MessageProtocol, Title: "Protocol message", Description: "What apps tell one another and has no type of its own.", Class: Durable, Scope: PerChat, Explicit: true},
	{Type: MessageDelivered, Title: "Message delivered", Description: "A recipient's device has own messages.", Class: Durable, Scope: PerChat},
	{Type: MessageRead, Title: "Message read", Description: "Someone else read own messages.", Class: Durable, Scope: PerChat},
	{Type: MessagePlayed, Title: "Message played", Description: "Someone else played an own voice or view-once message.", Class: Durable, Scope: PerChat},
	{Type: MessageReadSelf, Title: "Message read by own account", Description: "The own account read incoming messages on another device.", Class: Durable, Scope: PerChat},
	{Type: MessagePlayedSelf, Title: "Message played by own account", Description: "The own account played incoming messages on another device.", Class: Durable, Scope: PerChat},
	{Type: MessageReceipt, Title: "Other receipt", Description: "Every receipt without a type of its own.", Class: Noted, Scope: PerChat, Explicit: true},
	{Type: MessageUndecryptable, Title: "Message undecryptable", Description: "A message came that cannot be read yet.", Class: Noted, Scope: PerChat},
	{Type: MessageStarred, Title: "Message starred", Description: "A message was starred or unstarred on one of the account's devices.", Class: Noted, Scope: PerChat},
	{Type: MessageDeletedForMe, Title: "Message deleted for me", Description: "A message was deleted for the own account alone.", Class: Noted, Scope: PerChat},
	{Type: MediaReady, Title: "Media ready", Description: "The file of a message is in our store: fetched on its own, on first request, or after the phone has uploaded it again.", Class: Noted, Scope: PerChat},
	{Type: MediaFailed, Title: "Media failed", Description: "The file of a message cannot be had.", Class: Noted, Scope: PerChat},
	{Type: StatusPosted, Title: "Status posted", Description: "A story was posted by someone or by the own account.", Class: Durable, Scope: PerChat},
	{Type: StatusDeleted, Title: "Status deleted", Description: "A story was revoked.", Class: Durable, Scope: PerChat},
	{Type: StatusViewed, Title: "Status viewed", Description: "Someone viewed an own story.", Class: Durable, Scope: PerChat},
	{Type: StatusMuted, Title: "Status muted", Description: "The stories of a person were muted or unmuted on one of the account's devices.", Class: Noted, Scope: PerChat},
	{Type: NewsletterMessageReceived, Title: "Newsletter message received", Description: "A post or story of a newsletter.", Class: Durable, Scope: PerChat},
	{Type: NewsletterJoin, Title: "Newsletter followed", Description: "The account follows a newsletter, from any device.", Class: Durable, Scope: PerChat},
	{Type: NewsletterLeave, Title: "Newsletter left", Description: "The account does not follow a newsletter any more.", Class: Durable, Scope: PerChat},
	{Type: NewsletterMuteChange, Title: "Newsletter muted", Description: "A newsletter was muted or unmuted.", Class: Durable, Scope: PerChat},
	{Type: NewsletterLiveUpdate, Title: "Newsletter counters", Description: "Views and reactions of posts changed, while the account has subscribed to live updates.", Class: Durable, Scope: PerChat},
	{Type: StatusReaction, Title: "Status reaction", Description: "Someone reacted to a story with an emoji or a sticker.", Class: Durable, Scope: PerChat},
	{Type: NewsletterMessageEdited, Title: "Newsletter message edited", Description: "A post of a newsletter has a new content.", Class: Durable, Scope: PerChat},
	{Type: NewsletterMessageDeleted, Title: "Newsletter message deleted", Description: "A post of a newsletter is gone.", Class: Durable, Scope: PerChat},
	{Type: ChatDisappearingTimer, Title: "Disappearing messages", Description: "The timer of disappearing messages was changed in a chat.", Class: Durable, Scope: PerChat},
	{Type: ChatLimitSharing, Title: "Limited sharing", Description: "It was changed whether messages of a chat may be passed on.", Class: Durable, Scope: PerChat},
	{Type: ContactPhoneShared, Title: "Phone number shared", Description: "The peer of a chat shared its phone number.", Class: Durable, Scope: PerChat},
	{Type: GroupMemberLabel, Title: "Member label", Description: "A member of a group set a label for itself.", Class: Durable, Scope: PerChat},
	{Type: CallOffer, Title: "Call offered", Description: "An incoming call.", Class: Durable, Scope: PerChat},
	{Type: CallOfferNotice, Title: "Call noticed", Description: "Notice of a call, mostly of a group.", Class: Durable, Scope: PerChat},
	{Type: CallAccept, Title: "Call accepted", Description: "A call was accepted on another own device or by the peer.", Class: Durable, Scope: PerChat},
	{Type: CallPreAccept, Title: "Call ringing", Description: "The ringing of a call was acknowledged.", Class: Durable, Scope: PerChat},
	{Type: CallReject, Title: "Call rejected", Description: "A call was rejected.", Class: Durable, Scope: PerChat},
	{Type: CallTerminate, Title: "Call ended", Description: "A call ended.", Class: Durable, Scope: PerChat},
	{Type: CallTransport, Title: "Call transport", Description: "Plumbing of a call: addresses for its media.", Class: BestEffort, Scope: PerChat, Explicit: true},
	{Type: CallLatency, Title: "Call relay latency", Description: "Plumbing of a call: how far its relays are.", Class: BestEffort, Scope: PerChat, Explicit: true},
	{Type: CallUnknown, Title: "Unknown call signal", Description: "A signal of a call that nobody knows; its raw form is kept.", Class: Noted, Scope: PerDevice, Explicit: true},
	{Type: GroupJoined, Title: "Group joined", Description: "The own account created a group, joined one or was added to one.", Class: Durable, Scope: PerChat},
	{Type: GroupLeft, Title: "Group left", Description: "The own account left a group or was removed from it.", Class: Durable, Scope: PerChat},
	{Type: GroupParticipantUpdate, Title: "Group members changed", Description: "Members of a group were added, removed, promoted or demoted, or have a new number.", Class: Durable, Scope: PerChat},
	{Type: GroupInfoUpdate, Title: "Group settings changed", Description: "Settings of a group changed; only changed members are given.", Class: Durable, Scope: PerChat},
	{Type: GroupGone, Title: "Group deleted", Description: "A group was deleted.", Class: Durable, Scope: PerChat},
	{Type: GroupLinked, Title: "Group linked", Description: "A group was put into a community.", Class: Durable, Scope: PerChat},
	{Type: GroupUnlinked, Title: "Group unlinked", Description: "A group was taken out of a community.", Class: Durable, Scope: PerChat},
	{Type: GroupJoinRequested, Title: "Group join request", Description: "Someone asked to join a group, took that back, or was rejected.", Class: Durable, Scope: PerChat},
	{Type: ContactResolved, Title: "Contact identity resolved", Description: "It became known, or changed, which phone number belongs to a LID.", Class: Noted, Scope: PerChat},
	{Type: ChatMuted, Title: "Chat muted", Description: "A chat was muted or unmuted on one of the account's devices.", Class: Noted, Scope: PerChat},
	{Type: ChatArchived, Title: "Chat archived", Description: "A chat was archived or brought back.", Class: Noted, Scope: PerChat},
	{Type: ChatPinned, Title: "Chat pinned", Description: "A chat was pinned or unpinned.", Class: Noted, Scope: PerChat},
	{Type: ChatMarkedRead, Title: "Chat marked read", Description: "A whole chat was marked as read or unread.", Class: Noted, Scope: PerChat},
	{Type: ChatCleaned, Title: "Chat cleared", Description: "The messages of a chat were deleted for the own account.", Class: Noted, Scope: PerChat},
	{Type: ChatDeleted, Title: "Chat deleted", Description: "A chat was deleted for the own account.", Class: Noted, Scope: PerChat},
	{Type: LabelEdited, Title: "Label changed", Description: "A label was made, changed or deleted.", Class: Noted, Scope: PerDevice},
	{Type: LabelOnChat, Title: "Chat labeled", Description: "A chat was put under a label, or taken from it.", Class: Noted, Scope: PerChat},
	{Type: LabelOnMessage, Title: "Message labeled", Description: "A message was put under a label, or taken from it.", Class: Noted, Scope: PerChat},
	{Type: ContactUpdated, Title: "Contact changed", Description: "An entry of the address book changed on one of the account's devices.", Class: Noted, Scope: PerChat},
	{Type: UserAbout, Title: "About changed", Description: "Someone's about text changed.", Class: Durable, Scope: PerChat},
	{Type: PushNameUpdate, Title: "Push name changed", Description: "A push name differs from the one known before.", Class: Noted, Scope: PerChat},
	{Type: PushNameSet, Title: "Own push name changed", Description: "The own push name was changed.", Class: Noted, Scope: PerDevice},
	{Type: UnarchiveChatsSet, Title: "Unarchiving changed", Description: "The setting \"keep chats archived\" changed.", Class: Noted, Scope: PerDevice},
	{Type: BusinessNameUpdate, Title: "Business name changed", Description: "A verified name differs from the one known before.", Class: Noted, Scope: PerChat},
	{Type: IdentityChange, Title: "Security code changed", Description: "Someone's security code changed: a new phone.", Class: Noted, Scope: PerChat},
	{Type: PictureChange, Title: "Picture changed", Description: "The picture of a person, of a group or of the own account changed. That of the own account is recorded only.", Class: Noted, Scope: PerChat},
	{Type: PrivacySettings, Title: "Privacy settings changed", Description: "Own privacy settings changed.", Class: Noted, Scope: PerDevice},
	{Type: BlocklistChange, Title: "Block list changed", Description: "The block list of the own account changed.", Class: Noted, Scope: PerDevice},
	{Type: PresenceChange, Title: "Presence", Description: "The online state of a subscribed person.", Class: BestEffort, Scope: PerChat},
	{Type: ChatPresenceChange, Title: "Typing", Description: "Someone types or records.", Class: BestEffort, Scope: PerChat},
	{Type: ConnectionConnected, Title: "Connected", Description: "The device is logged in and usable.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionDisconnected, Title: "Disconnected", Description: "The device is no longer connected, whatever the cause.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionLoggedOut, Title: "Logged out", Description: "The device was unlinked by the phone, by WhatsApp or by our API.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionStreamReplaced, Title: "Stream replaced", Description: "WhatsApp says that another client uses the same keys; there is no reconnect.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionTemporaryBan, Title: "Temporary ban", Description: "Login was refused: the account is banned for a time.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionClientOutdated, Title: "Client outdated", Description: "WhatsApp refuses our protocol version.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionConnectFailure, Title: "Connect failure", Description: "Login was refused for another reason.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionStreamError, Title: "Stream error", Description: "WhatsApp ended the stream with an unknown error.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionKeepaliveTimeout, Title: "Keep-alive timeout", Description: "Pings stay unanswered: the first of a run, then each doubling.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionKeepaliveRestored, Title: "Keep-alive restored", Description: "Pings are answered again.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionQR, Title: "QR code", Description: "A QR code became the current one of a pairing.", Class: BestEffort, Scope: PerDevice, Explicit: true},
	{Type: ConnectionQRWithoutMD, Title: "QR scanned without multi-device", Description: "The code was scanned by a phone without multi-device.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionPasskeyRequest, Title: "Passkey request", Description: "Pairing needs a passkey.", Class: BestEffort, Scope: PerDevice, Explicit: true},
	{Type: ConnectionPasskeyConfirm, Title: "Passkey confirmation", Description: "A code to compare with the phone.", Class: BestEffort, Scope: PerDevice, Explicit: true},
	{Type: ConnectionPasskeyError, Title: "Passkey error", Description: "The passkey step failed.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionPairSuccess, Title: "Pair success", Description: "The device is linked.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionPairError, Title: "Pair error", Description: "The code was scanned but linking failed here.", Class: Noted, Scope: PerDevice},
	{Type: ConnectionPairTimeout, Title: "Pair timeout", Description: "The codes ran out unscanned.", Class: Noted, Scope: PerDevice},
	{Type: OfflineSyncPreview, Title: "Offline sync preview", Description: "WhatsApp announces missed events.", Class: Noted, Scope: PerDevice},
	{Type: OfflineSyncCompleted, Title: "Offline sync completed", Description: "The missed events have all been sent.", Class: Noted, Scope: PerDevice},
	{Type: DeviceCreated, Title: "Device created", Description: "A device was created through our API.", Class: Noted, Scope: PerDevice},
	{Type: DeviceDeleted, Title: "Device deleted", Description: "A device was deleted through our API.", Class: Noted, Scope: PerDevice},
	{Type: DeviceStateChanged, Title: "Device state changed", Description: "The state of the device changed.", Class: Noted, Scope: PerDevice},
	{Type: DeviceGap, Title: "Device gap", Description: "Events of a period may be missing for good.", Class: Noted, Scope: PerDevice},
	{Type: DevicePhoneUnseen, Title: "Phone not seen", Description: "The phone that owns the number gave no sign for 12 days; WhatsApp ends its links after about 14. Announced again each day.", Class: Noted, Scope: PerDevice},
	{Type: ReachoutTimelock, Title: "Reach-out timelock", Description: "WhatsApp limits messaging of new contacts, or lifts the limit.", Class: Durable, Scope: PerDevice},
	{Type: WebhookFailingType, Title: "Webhook failing", Description: "Another webhook of the account no longer answers; announced again after 24 and 72 hours.", Class: Noted, Scope: PerAccount},
	{Type: WebhookRecoveredType, Title: "Webhook recovered", Description: "Another webhook of the account answers again.", Class: Noted, Scope: PerAccount},
	{Type: WebhookDisabledType, Title: "Webhook disabled", Description: "Another webhook of the account was switched off by us; its events are held.", Class: Noted, Scope: PerAccount},
	{Type: WebhookDeliveryFailedType, Title: "Webhook delivery failed", Description: "A delivery to another webhook of the account was given up.", Class: Noted, Scope: PerAccount},
	{Type: WebhookEventsExpiredType, Title: "Webhook events expired", Description: "Events that another webhook of the account held have left the log undelivered.", Class: Noted, Scope: PerAccount},
	{Type: HistorySync, Title: "History part stored", Description: "A part of the phone's history was downloaded and stored.", Class: Durable, Scope: PerDevice},
	{Type: HistorySyncComplete, Title: "History complete", Description: "All parts of a type of history are stored.", Class: Durable, Scope: PerDevice},
	{Type: HistorySyncFailed, Title: "History part failed", Description: "A part of the phone's history could not be fetched.", Class: Noted, Scope: PerDevice},
	{Type: HistoryMessageType, Title: "Message of the history", Description: "One message of the phone's history, on devices whose setting history is events.", Class: Durable, Scope: PerChat, Explicit: true},
	{Type: AppStateSyncComplete, Title: "App state synced", Description: "A collection of the account's app state (contacts, mutes, pins and so on) was fully synced.", Class: Noted, Scope: PerDevice},
	{Type: AppStateSyncError, Title: "App state not synced", Description: "A collection of the account's app state could not be decoded.", Class: Noted, Scope: PerDevice},
	{Type: AppStatePatched, Title: "App state changed", Description: "One change of the account's app state, as WhatsApp keeps it; it comes besides the event of its own kind.", Class: Noted, Scope: PerDevice, Explicit: true},
	{Type: Unknown, Title: "Unknown event", Description: "The library gave an event that we do not know or could not convert; its raw form is kept.", Class: Noted, Scope: PerDevice},
	{Type: WebhookTest, Title: "Webhook test", Description: "A test was asked for. It goes to that webhook only and is not in the log.", Class: BestEffort, Scope: PerAccount},
	{Type: WebhookReplayFinished, Title: "Replay finished", Description: "A replay to another webhook of the account has ended.", Class: Noted, Scope: PerAccount},
}
