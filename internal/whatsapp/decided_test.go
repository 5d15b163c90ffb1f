package whatsapp

import (
	"fmt"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
)

// What becomes of the library's structs that are no events of ours by themselves.
const (
	// signalled go to the state machine, which makes the events.
	signalled = `QR PairSuccess PairError PairPasskeyRequest PairPasskeyConfirmation PairPasskeyError QRScannedWithoutMultidevice
Connected Disconnected KeepAliveTimeout KeepAliveRestored LoggedOut StreamReplaced StreamError TemporaryBan ClientOutdated
ConnectFailure CATRefreshError ManualLoginReconnect OfflineSyncPreview OfflineSyncCompleted`
	// parts are members of others.
	parts = `BlocklistChange MediaRetryError MexNotificationData NewsletterMessageMeta`
	// elsewhere have a way of their own: history is downloaded by us, an answer about a file needs its key.
	elsewhere = `HistorySync MediaRetry`
)

// translated are the structs that the translator has a type for. A struct without its content may become a convert_failed,
// but never an unknown type.
var translated = []any{
	&events.Message{}, &events.FBMessage{}, &events.UndecryptableMessage{}, &events.Receipt{}, &events.NotifyAccountReachoutTimelock{},
	&events.JoinedGroup{}, &events.GroupInfo{Suspended: true}, &events.Picture{}, &events.UserAbout{}, &events.IdentityChange{}, &events.PrivacySettings{},
	&events.Blocklist{}, &events.PushName{}, &events.BusinessName{}, &events.Presence{}, &events.ChatPresence{},
	&events.Mute{}, &events.Archive{}, &events.Pin{}, &events.MarkChatAsRead{}, &events.ClearChat{}, &events.DeleteChat{}, &events.Star{},
	&events.DeleteForMe{}, &events.Contact{}, &events.PushNameSetting{}, &events.UnarchiveChatsSetting{}, &events.UserStatusMute{},
	&events.LabelEdit{}, &events.LabelAssociationChat{}, &events.LabelAssociationMessage{}, &events.AppState{},
	&events.AppStateSyncComplete{}, &events.AppStateSyncError{},
	&events.CallOffer{}, &events.CallOfferNotice{}, &events.CallAccept{}, &events.CallPreAccept{}, &events.CallReject{}, &events.CallTerminate{},
	&events.CallTransport{}, &events.CallRelayLatency{}, &events.UnknownCallEvent{},
	&events.NewsletterJoin{}, &events.NewsletterLeave{}, &events.NewsletterMuteChange{}, &events.NewsletterLiveUpdate{},
}

func TestEveryStructOfTheLibraryHasItsWay(t *testing.T) {
	way := map[string]bool{}
	for _, name := range strings.Fields(signalled + " " + parts + " " + elsewhere) {
		way[name] = true
	}
	for _, evt := range translated {
		way[strings.TrimPrefix(fmt.Sprintf("%T", evt), "*events.")] = true
		for _, e := range testTranslator().translate(evt).Events {
			if data, unknown := e.Data.(event.UnknownEvent); unknown && data.Reason == unknownType {
				t.Errorf("%T has no type", evt)
			}
		}
	}
	for _, name := range strings.Fields(known) {
		if !way[name] {
			t.Errorf("nobody has decided what becomes of %s", name)
		}
	}
}
