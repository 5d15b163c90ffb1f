package whatsapp

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// wanted is the version that whatsapp.md was written for. The newest tag is older: a tool that updates dependencies would go
// back, and lose passkey pairing for one.
const wanted = "v0.0.0-20260821141805-33cfac511629"

func list(t *testing.T, format string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", format, "go.mau.fi/whatsmeow").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func TestTheLibraryIsTheVersionThatWeKnow(t *testing.T) {
	if v := list(t, "{{.Version}}"); v != wanted {
		t.Errorf("whatsmeow is %s, want %s", v, wanted)
	}
}

// known are the structs of the library's package events that we have decided about: handled, kept raw on purpose, or parts.
const known = `AppState AppStateSyncComplete AppStateSyncError Archive Blocklist BlocklistChange BusinessName CATRefreshError
CallAccept CallOffer CallOfferNotice CallPreAccept CallReject CallRelayLatency CallTerminate CallTransport ChatPresence
ClearChat ClientOutdated ConnectFailure Connected Contact DeleteChat DeleteForMe Disconnected FBMessage GroupInfo HistorySync
IdentityChange JoinedGroup KeepAliveRestored KeepAliveTimeout LabelAssociationChat LabelAssociationMessage LabelEdit LoggedOut
ManualLoginReconnect MarkChatAsRead MediaRetry MediaRetryError Message MexNotificationData Mute NewsletterJoin NewsletterLeave
NewsletterLiveUpdate NewsletterMessageMeta NewsletterMuteChange NotifyAccountReachoutTimelock OfflineSyncCompleted
OfflineSyncPreview PairError PairPasskeyConfirmation PairPasskeyError PairPasskeyRequest PairSuccess Picture Pin Presence
PrivacySettings PushName PushNameSetting QR QRScannedWithoutMultidevice Receipt Star StreamError StreamReplaced TemporaryBan
UnarchiveChatsSetting UndecryptableMessage UnknownCallEvent UserAbout UserStatusMute`

func TestEveryEventOfTheLibraryIsDecidedAbout(t *testing.T) {
	decided := map[string]bool{}
	for _, name := range strings.Fields(known) {
		decided[name] = true
	}
	files, err := filepath.Glob(filepath.Join(list(t, "{{.Dir}}"), "types", "events", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() {
				if _, isStruct := spec.Type.(*ast.StructType); isStruct && !decided[spec.Name.Name] {
					t.Errorf("%s is new: decide what becomes of it", spec.Name.Name)
				}
			}
			return true
		})
	}
}
