package event

import (
	"encoding/json"
	"time"
)

func exampleOfPairing(t Type) any {
	soon := TimeOf(exampleTime.Add(time.Minute))
	switch t {
	case ConnectionQR:
		return QRCode{Code: qrCode, ExpiresAt: soon}
	case ConnectionPasskeyRequest:
		return PasskeyRequest{PublicKey: json.RawMessage(`{"challenge":"c2hhbGxlbmdl","rpId":"whatsapp.com","userVerification":"required"}`), ExpiresAt: soon}
	case ConnectionPasskeyConfirm:
		return PasskeyConfirmation{Code: "ABCD-1234"}
	case ConnectionPasskeyError:
		return PasskeyError{Error: "The passkey was refused"}
	case ConnectionPairSuccess:
		return PairSuccess{JID: "4915550001111:7@s.whatsapp.net", LID: "99000000000001:7@lid", Phone: Text("+4915550001111"), Platform: Text("android")}
	case ConnectionPairError:
		return PairError{JID: "4915550001111:7@s.whatsapp.net", LID: Text("99000000000001:7@lid"), Platform: Text("android"), Error: "The signature of the phone is not valid"}
	case ConnectionPairTimeout, ConnectionQRWithoutMD:
		return Empty{}
	}
	return nil
}

func exampleOfConnection(t Type) any {
	before, seconds, code, count := TimeOf(exampleTime.Add(-time.Minute)), int64(42), 401, 12
	switch t {
	case ConnectionConnected:
		return Connected{PushName: Text("Anna"), Platform: Text("android"), Reconnect: true, DowntimeSeconds: &seconds}
	case ConnectionDisconnected:
		return Disconnected{Reason: "network", WillReconnect: true}
	case ConnectionLoggedOut:
		return LoggedOut{Reason: "device_removed", Code: &code, By: "phone"}
	case ConnectionStreamReplaced:
		return Empty{}
	case ConnectionTemporaryBan:
		return TemporaryBan{Code: 101, Reason: "sent_to_too_many_people", ExpiresAt: TimeOf(exampleTime.Add(24 * time.Hour))}
	case ConnectionClientOutdated:
		return ClientOutdated{ClientVersion: "2.3000.1030000000"}
	case ConnectionConnectFailure:
		code = 503
		return ConnectFailure{Code: &code, Reason: "service_unavailable", WillReconnect: true}
	case ConnectionStreamError:
		return StreamError{Code: "503"}
	case ConnectionKeepaliveTimeout:
		return KeepaliveTimeout{Errors: 1, LastSuccessAt: before}
	case ConnectionKeepaliveRestored:
		return KeepaliveRestored{SilentSeconds: seconds}
	case OfflineSyncPreview:
		return OfflinePreview{Total: 14, Messages: count, Receipts: 2}
	case OfflineSyncCompleted:
		return OfflineCompleted{Count: 14, Announced: &count, Recorded: 14, Seconds: 1.3}
	}
	return nil
}

func exampleOfOthers(t Type) any {
	before := TimeOf(exampleTime.Add(-time.Hour))
	switch t {
	case DeviceCreated, DeviceDeleted:
		return DeviceNamed{Name: Text("Front desk")}
	case DeviceStateChanged:
		return StateChanged{From: "connecting", To: "connected"}
	case DeviceGap:
		return Gap{From: before, To: TimeOf(exampleTime), Reason: "quarantined", Details: Text("1 stanza")}
	case DevicePhoneUnseen:
		return PhoneUnseen{LastSeenAt: TimeOf(exampleTime.Add(-12 * 24 * time.Hour)), Days: 12, UnlinkedAt: TimeOf(exampleTime.Add(2 * 24 * time.Hour))}
	case ReachoutTimelock:
		return Timelock{Active: true, EnforcementType: Text("default"), EndsAt: TimeOf(exampleTime.Add(time.Hour))}
	case AppStateSyncComplete:
		return AppStateSynced{Name: "regular_low", Version: 7}
	case AppStateSyncError:
		return AppStateFailed{Name: Text("regular"), FullSync: true, Error: "the collection could not be decoded"}
	case Unknown:
		return UnknownEvent{Source: "*events.Something", Reason: "unknown_type"}
	}
	return nil
}
