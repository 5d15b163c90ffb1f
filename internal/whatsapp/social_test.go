package whatsapp

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// What the library gives about people, the own account and newsletters, and what becomes of it.
func TestTranslateStructs(t *testing.T) {
	mia, group := jid(t, "99000000000009@lid"), jid(t, "120363041234567890@g.us")
	letter := jid(t, "120363144038483540@newsletter")
	mex := events.MexNotificationData{Timestamp: sentAt, OpName: "op"}
	meta := types.NewsletterMetadata{ID: letter, ViewerMeta: &types.NewsletterViewerMetadata{Mute: types.NewsletterMuteOff, Role: types.NewsletterRoleSubscriber},
		ThreadMeta: types.NewsletterThreadMetadata{Name: types.NewsletterText{Text: "Harbour news"}, SubscriberCount: 12,
			VerificationState: types.NewsletterVerificationStateVerified}}
	for name, evt := range map[string]any{
		"picture_of_a_person":    &events.Picture{JID: mia, Author: mia, Timestamp: sentAt, PictureID: "17"},
		"picture_removed":        &events.Picture{JID: jid(t, "4915550009999@s.whatsapp.net"), Timestamp: sentAt, Remove: true},
		"picture_of_a_group":     &events.Picture{JID: group, Author: mia, Timestamp: sentAt, PictureID: "17"},
		"picture_of_our_own":     &events.Picture{JID: jid(t, "4915550001111@s.whatsapp.net"), Timestamp: sentAt},
		"picture_set_by_us":      &events.Picture{JID: jid(t, "99000000000001@lid"), Author: jid(t, "99000000000001@lid"), Timestamp: sentAt, PictureID: "17"},
		"about":                  &events.UserAbout{JID: mia, Status: "At sea", Timestamp: sentAt},
		"push_name_first":        &events.PushName{JID: mia, NewPushName: "Mia"},
		"push_name_changed":      &events.PushName{JID: mia, OldPushName: "Mia", NewPushName: "Mia K.", Message: &types.MessageInfo{ID: "A1"}},
		"business_name_changed":  &events.BusinessName{JID: mia, OldBusinessName: "Mia's", NewBusinessName: "Mia's Shop"},
		"identity_change":        &events.IdentityChange{JID: mia, Timestamp: sentAt},
		"presence_online":        &events.Presence{From: mia},
		"presence_last_seen":     &events.Presence{From: mia, Unavailable: true, LastSeen: sentAt.Add(-time.Minute)},
		"privacy":                &events.PrivacySettings{LastSeenChanged: true, OnlineChanged: true, NewSettings: types.PrivacySettings{LastSeen: types.PrivacySettingContacts, Online: types.PrivacySettingMatchLastSeen}},
		"blocklist_changes":      &events.Blocklist{Changes: []events.BlocklistChange{{JID: mia, Action: events.BlocklistChangeActionBlock}, {JID: jid(t, "4915550007777@s.whatsapp.net"), Action: events.BlocklistChangeActionUnblock}}},
		"blocklist_reload":       &events.Blocklist{Action: events.BlocklistActionModify},
		"newsletter_join":        &events.NewsletterJoin{Mex: mex, NewsletterMetadata: meta},
		"newsletter_leave":       &events.NewsletterLeave{Mex: mex, ID: letter, Role: types.NewsletterRoleGuest},
		"newsletter_muted":       &events.NewsletterMuteChange{Mex: mex, ID: letter, Mute: types.NewsletterMuteOn},
		"newsletter_no_time":     &events.NewsletterMuteChange{ID: letter, Mute: types.NewsletterMuteOff},
		"newsletter_live_update": &events.NewsletterLiveUpdate{JID: letter, Time: sentAt, Messages: []*types.NewsletterMessage{{MessageServerID: 117, MessageID: "A1", Type: "text", Timestamp: sentAt, ViewsCount: 3}, {MessageServerID: 118, Type: "media", ReactionCounts: map[string]int{"👍": 2}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := render(t, testTranslator().translate(evt))
			golden := filepath.Join("testdata", "structs", name+".golden.json")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
