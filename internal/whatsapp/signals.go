package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/fault"
	"wapost/internal/session"
)

var errNoCloudToken = errors.New("cloud tokens are not used by linked devices")

// connection passes on what the library tells about the connection; false = the event is about something else.
func (l *Line) connection(evt any) bool {
	switch v := evt.(type) {
	case *events.Connected:
		if l.refusing.Load() {
			break // refused while the library was still logging in: it says "connected" all the same
		}
		who := l.identity()
		l.obs.Signal(session.Up{PushName: who.pushName, BusinessName: who.businessName, Platform: who.platform})
	case *events.Disconnected:
		l.obs.Signal(session.Down{})
	case *events.LoggedOut:
		l.obs.Signal(session.Unlinked{OnConnect: v.OnConnect, Code: int(v.Reason), Reason: unlinkReason(v.Reason),
			ByPhone: v.Reason == events.ConnectFailureLoggedOut})
	case *events.StreamReplaced:
		l.obs.Signal(session.Taken{})
	case *events.StreamError:
		l.streamError(v)
	case *events.TemporaryBan:
		l.obs.Signal(session.Ban{Code: int(v.Code), Reason: banReason(v.Code), Expire: v.Expire})
	case *events.ClientOutdated:
		l.obs.Signal(session.Stale{Version: l.d.Version()})
	case *events.ConnectFailure:
		l.obs.Signal(session.Denied{Code: int(v.Reason), Reason: failureReason(v.Reason), Message: v.Message})
	case *events.CATRefreshError:
		l.obs.Signal(session.Denied{Code: int(events.ConnectFailureCATInvalid), Reason: "cloud_token_invalid"})
	case *events.KeepAliveTimeout:
		l.obs.Signal(session.PingLost{Errors: v.ErrorCount, LastSuccess: v.LastSuccess})
	case *events.KeepAliveRestored:
		l.obs.Signal(session.PingBack{})
	case *events.OfflineSyncPreview:
		l.obs.Signal(session.Backlog{Total: v.Total, AppData: v.AppDataChanges, Messages: v.Messages, Notifications: v.Notifications, Receipts: v.Receipts})
	case *events.OfflineSyncCompleted:
		l.backlogDone(v)
	default:
		return l.pairing(evt)
	}
	return true
}

func (l *Line) streamError(v *events.StreamError) {
	code := v.Code
	if v.Raw != nil {
		if ack, ok := v.Raw.GetOptionalChildByTag("ack"); ok {
			id, _ := ack.Attrs["id"].(string)
			l.strikes.demand(id)
			l.log.Error("whatsapp demands an acknowledgement", "device_id", l.deviceID(), "class", ack.Attrs["class"], "stanza", id)
			if code == "" {
				code = "ack"
			}
		}
	}
	l.obs.Signal(session.StreamFailed{Code: code})
}

func (l *Line) backlogDone(v *events.OfflineSyncCompleted) {
	l.mu.Lock()
	took := time.Since(l.loginAt)
	recorded := l.recorded
	l.offline = false
	l.mu.Unlock()
	l.obs.Signal(session.BacklogDone{Count: v.Count, Recorded: recorded, Took: took})
}

// pairing passes on what the library tells about linking.
func (l *Line) pairing(evt any) bool {
	switch v := evt.(type) {
	case *events.QR:
		l.obs.Signal(session.Codes{Texts: v.Codes})
	case *events.PairSuccess:
		l.paired(v)
	case *events.PairError:
		l.obs.Signal(session.PairFailed{JID: plain(v.ID), LID: plain(v.LID), Platform: v.Platform, Error: l.refusedLink(v.Error)})
	case *events.ManualLoginReconnect:
		l.obs.Signal(session.LoginAgain{})
	case *events.QRScannedWithoutMultidevice:
		l.obs.Signal(session.NoMultiDevice{})
	case *events.PairPasskeyRequest:
		l.passkeyAsked(v)
	case *events.PairPasskeyConfirmation:
		l.obs.Signal(session.PasskeyCode{Code: v.Code, Skip: v.SkipHandoffUX})
	case *events.PairPasskeyError:
		l.log.Warn("passkey step failed", "device_id", l.deviceID(), "error", v.Error)
		l.obs.Signal(session.PasskeyFailed{Error: "The passkey step failed", Continuation: v.Continuation})
	default:
		return false
	}
	return true
}

func (l *Line) paired(v *events.PairSuccess) {
	l.mu.Lock()
	l.own = own{jid: v.ID, lid: v.LID, pushName: l.own.pushName, businessName: v.BusinessName, platform: v.Platform}
	l.mu.Unlock()
	l.obs.Signal(session.Paired{Linked: session.Linked{JID: v.ID.String(), LID: v.LID.String(), Phone: phoneOf(v.ID),
		BusinessName: v.BusinessName, Platform: v.Platform}})
}

// mayPair is asked before WhatsApp is told that we accept a link: the number must not belong to another device, and the data
// directory must be of this world.
func (l *Line) mayPair(jid types.JID, _, businessName string) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("pairing check panicked", "device_id", l.deviceID(), "panic", p)
			ok = false
		}
	}()
	ctx, cancel := context.WithTimeout(l.ctx, claimLimit)
	defer cancel()
	err := stampNetwork(ctx, l.d.meta, l.d.network)
	if err == nil {
		err = l.obs.Claim(ctx, session.Linked{JID: jid.String(), Phone: phoneOf(jid), BusinessName: businessName})
	}
	if err != nil {
		l.log.Warn("link refused", "device_id", l.deviceID(), "error", err)
		l.mu.Lock()
		l.denied = err
		l.mu.Unlock()
	}
	return err == nil
}

// lookupLimit bounds how long WhatsApp is waited for with a question.
const lookupLimit = 30 * time.Second

// claimLimit bounds how long a phone waits for our word.
const claimLimit = 20 * time.Second

// pairError says in public words why linking failed.
func pairError(err error) string {
	switch {
	case errors.Is(err, whatsmeow.ErrPairRejectedLocally):
		return "Number is already linked to another device"
	case errors.Is(err, whatsmeow.ErrPairInvalidDeviceIdentityHMAC):
		return "The code was not valid any more"
	}
	return "Linking failed"
}

func unlinkReason(r events.ConnectFailureReason) string {
	switch r {
	case events.ConnectFailureLoggedOut:
		return "unlinked on the phone"
	case events.ConnectFailureMainDeviceGone:
		return "account locked or phone changed"
	case events.ConnectFailureUnknownLogout:
		return "account banned"
	}
	return "unlinked by WhatsApp"
}

func banReason(r events.TempBanReason) string {
	switch r {
	case events.TempBanSentToTooManyPeople:
		return "sent to too many people who do not know the account"
	case events.TempBanBlockedByUsers:
		return "blocked by too many people"
	case events.TempBanCreatedTooManyGroups:
		return "created too many groups with people who do not know the account"
	case events.TempBanSentTooManySameMessage:
		return "sent the same message to too many people"
	case events.TempBanBroadcastList:
		return "sent too many messages to a broadcast list"
	}
	return "unknown"
}

func failureReason(r events.ConnectFailureReason) string {
	switch r {
	case events.ConnectFailureGeneric:
		return "generic"
	case events.ConnectFailureBadUserAgent:
		return "bad_user_agent"
	case events.ConnectFailureNotFound:
		return "not_found"
	case events.ConnectFailureExperimental:
		return "experimental"
	}
	return fmt.Sprintf("unknown_%d", int(r))
}

// refusedLink returns why a link was refused here, if it was by a fault with a public sentence.
func (l *Line) refusedLink(err error) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var f *fault.Error
	if errors.Is(err, whatsmeow.ErrPairRejectedLocally) && errors.As(l.denied, &f) {
		return f.Sentence
	}
	return pairError(err)
}

// plain returns a JID without its device number; "" for none.
func plain(j types.JID) string {
	if j.IsEmpty() {
		return ""
	}
	return j.ToNonAD().String()
}
