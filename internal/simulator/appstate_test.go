package simulator

import (
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// changes makes the phone change something and fails the test on an error.
func changes(t *testing.T, p *Person, c AppStateChange) {
	t.Helper()
	if err := p.ChangeAppState(c); err != nil {
		t.Fatalf("%s: %v", c.Action, err)
	}
}

func TestThePhoneChangesWhatItsDevicesShare(t *testing.T) {
	w := newWorld(t, Options{})
	owner, d, c, anna := settled(t, w)
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Team", Owner: annaPhone, Participants: []string{ownerPhone}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	until, last := time.Now().Add(time.Hour).Truncate(time.Millisecond), time.Now().Add(-time.Minute).Truncate(time.Second)
	group := g.jid.String()
	changes(t, owner, AppStateChange{Action: StateMute, Chat: annaPhone, Until: until})
	await(t, c, func(e *events.Mute) bool {
		return e.JID == anna.lid && e.Action.GetMuteEndTimestamp() == until.UnixMilli()
	})
	changes(t, owner, AppStateChange{Action: StateMute, Chat: group})
	await(t, c, func(e *events.Mute) bool { return e.JID == g.jid && e.Action.GetMuteEndTimestamp() == -1 })
	changes(t, owner, AppStateChange{Action: StateMute, Chat: annaPhone, Off: true, Addressing: AddressPN})
	await(t, c, func(e *events.Mute) bool { return e.JID == anna.pn && !e.Action.GetMuted() })
	changes(t, owner, AppStateChange{Action: StatePin, Chat: annaPhone})
	await(t, c, func(e *events.Pin) bool { return e.JID == anna.lid && e.Action.GetPinned() })
	changes(t, owner, AppStateChange{Action: StateArchive, Chat: annaPhone, LastMessageAt: last})
	await(t, c, func(e *events.Archive) bool {
		return e.Action.GetArchived() && e.Action.GetMessageRange().GetLastMessageTimestamp() == last.Unix()
	})
	await(t, c, func(e *events.Pin) bool { return !e.Action.GetPinned() }) // archiving unpins
	changes(t, owner, AppStateChange{Action: StateMarkRead, Chat: annaPhone, Off: true})
	await(t, c, func(e *events.MarkChatAsRead) bool { return !e.Action.GetRead() })
	changes(t, owner, AppStateChange{Action: StateClear, Chat: annaPhone, DeleteMedia: true, LastMessageAt: last})
	await(t, c, func(e *events.ClearChat) bool {
		return e.DeleteMedia && e.Action.GetMessageRange().GetLastMessageTimestamp() == last.Unix()
	})
	changes(t, owner, AppStateChange{Action: StateDelete, Chat: annaPhone})
	await(t, c, func(e *events.DeleteChat) bool { return e.JID == anna.lid && !e.DeleteMedia })
	changes(t, owner, AppStateChange{Action: StateStar, Chat: group, MessageID: "A1", Sender: annaPhone})
	await(t, c, func(e *events.Star) bool {
		return e.MessageID == "A1" && e.SenderJID == anna.lid && e.Action.GetStarred()
	})
	changes(t, owner, AppStateChange{Action: StateStar, Chat: annaPhone, MessageID: "A2", FromMe: true, Off: true})
	await(t, c, func(e *events.Star) bool {
		return e.MessageID == "A2" && e.IsFromMe && e.SenderJID.IsEmpty() && !e.Action.GetStarred()
	})
	changes(t, owner, AppStateChange{Action: StateDeleteMessage, Chat: annaPhone, MessageID: "A3", SentAt: last, DeleteMedia: true})
	await(t, c, func(e *events.DeleteForMe) bool {
		return e.MessageID == "A3" && e.Action.GetMessageTimestamp() == last.Unix()
	})
	changes(t, owner, AppStateChange{Action: StateLabel, LabelID: "7", Name: "Paid", Color: 3})
	await(t, c, func(e *events.LabelEdit) bool {
		return e.LabelID == "7" && e.Action.GetName() == "Paid" && e.Action.GetColor() == 3
	})
	changes(t, owner, AppStateChange{Action: StateLabelChat, LabelID: "7", Chat: annaPhone})
	await(t, c, func(e *events.LabelAssociationChat) bool { return e.JID == anna.lid && e.Action.GetLabeled() })
	changes(t, owner, AppStateChange{Action: StateLabelMessage, LabelID: "7", Chat: annaPhone, MessageID: "A1", Off: true})
	await(t, c, func(e *events.LabelAssociationMessage) bool { return e.MessageID == "A1" && !e.Action.GetLabeled() })
	changes(t, owner, AppStateChange{Action: StateContact, Chat: annaPhone, Name: "Anna B", FirstName: "Anna", SavedOnPhone: true})
	await(t, c, func(e *events.Contact) bool {
		return e.JID == anna.pn && e.Action.GetFullName() == "Anna B" && e.Action.GetLidJID() == anna.lid.String() && e.Action.GetSaveOnPrimaryAddressbook()
	})
	changes(t, owner, AppStateChange{Action: StateStatusMute, Chat: annaPhone})
	await(t, c, func(e *events.UserStatusMute) bool { return e.JID == anna.lid && e.Action.GetMuted() })
	changes(t, owner, AppStateChange{Action: StateUnarchive})
	await(t, c, func(e *events.UnarchiveChatsSetting) bool { return e.Action.GetUnarchiveChats() })
	value, err := proto.Marshal(&waSyncAction.SyncActionValue{TimeFormatAction: &waSyncAction.TimeFormatAction{IsTwentyFourHourFormatEnabled: proto.Bool(true)}})
	if err != nil {
		t.Fatal(err)
	}
	changes(t, owner, AppStateChange{Action: StateRaw, Collection: "regular_low", Index: []string{"time_format"}, Version: 1, Value: value})
	await(t, c, func(e *events.AppState) bool {
		return e.Index[0] == "time_format" && e.GetTimeFormatAction().GetIsTwentyFourHourFormatEnabled()
	})
	for _, wrong := range []AppStateChange{{Action: "paint", Chat: annaPhone}, {Action: StateStar, Chat: annaPhone}, {Action: StateLabel}, {Action: StateLabelChat, Chat: annaPhone},
		{Action: StateLabelMessage, Chat: annaPhone, MessageID: "A1"}, {Action: StateContact, Chat: group}, {Action: StateRaw}, {Action: StateRaw, Collection: "regular"},
		{Action: StateRaw, Collection: "regular", Index: []string{"x"}, Value: []byte{255}}, {Action: StatePin, Chat: annaPhone, Addressing: "post"}} {
		if err := owner.ChangeAppState(wrong); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	untilAcked(t, d)
	nothingUnhandled(t, w.s)
}

func untilAcked(t *testing.T, d *Device) {
	t.Helper()
	until(t, func() bool { return d.Info().Unacked == 0 })
}

// A device that comes to what has a history already reads it in one piece, and is at the newest version then.
func TestASnapshotComesFromTheMediaHost(t *testing.T) {
	w := newWorld(t, Options{})
	anna := w.person(annaPhone, "Anna")
	owner, _, err := w.s.CreatePerson(PersonSpec{Phone: ownerPhone, Name: "Owner", Contacts: []string{annaPhone}})
	if err != nil {
		t.Fatal(err)
	}
	if err = owner.DeliverAppState(AppStateDelivery{Snapshot: true}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		changes(t, owner, AppStateChange{Action: StatePin, Chat: annaPhone, Off: i%2 == 1})
	}
	c := w.client(nil)
	d := w.link(owner, c)
	for _, name := range appstate.AllPatchNames {
		await(t, c, func(e *events.AppStateSyncComplete) bool { return e.Name == name })
	}
	pinned := await(t, c, func(e *events.AppStateSyncComplete) bool { return e.Name == appstate.WAPatchRegularLow })
	if want := uint64(4); pinned.Version != want { // an empty patch begins each collection
		t.Errorf("version %d, want %d", pinned.Version, want)
	}
	if info, err := c.Store.Contacts.GetContact(t.Context(), anna.pn); err != nil || info.FullName != "Anna" {
		t.Errorf("contact %+v, %v", info, err)
	}
	changes(t, owner, AppStateChange{Action: StateMute, Chat: annaPhone}) // patches go on from there
	await[*events.Mute](t, c, nil)
	untilAcked(t, d)
	nothingUnhandled(t, w.s)
}

func TestAFirstSyncComesInPages(t *testing.T) {
	w := newWorld(t, Options{})
	owner, _, err := w.s.CreatePerson(PersonSpec{Phone: ownerPhone, Name: "Owner"})
	if err != nil {
		t.Fatal(err)
	}
	if err = owner.DeliverAppState(AppStateDelivery{PageSize: 2}); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		changes(t, owner, AppStateChange{Action: StateLabel, LabelID: string(rune('1' + i)), Name: "Label"})
	}
	c := w.client(nil)
	w.link(owner, c)
	if done := await(t, c, func(e *events.AppStateSyncComplete) bool { return e.Name == appstate.WAPatchRegular }); done.Version != 5 {
		t.Errorf("the first sync ended at version %d, want 5", done.Version)
	}
}

func TestLargePatchesComeFromTheMediaHostInPages(t *testing.T) {
	w := newWorld(t, Options{})
	owner, d, c, anna := settled(t, w)
	if err := owner.DeliverAppState(AppStateDelivery{External: true, PageSize: 2}); err != nil {
		t.Fatal(err)
	}
	d.Hold()
	for i := range 5 {
		changes(t, owner, AppStateChange{Action: StateLabel, LabelID: string(rune('1' + i)), Name: "Label"})
	}
	d.Release(0)
	for i := range 5 {
		await(t, c, func(e *events.LabelEdit) bool { return e.LabelID == string(rune('1'+i)) })
	}
	changes(t, owner, AppStateChange{Action: StateContact, Chat: annaPhone, Name: "Anna B"})
	await(t, c, func(e *events.Contact) bool { return e.JID == anna.pn })
	untilAcked(t, d)
	if err := owner.DeliverAppState(AppStateDelivery{PageSize: -1}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a page of -1: %v", err)
	}
	nothingUnhandled(t, w.s)
}

// A client that has not heard of a change is refused, and told what it lacks.
func TestAConflictIsSolvedByTheClient(t *testing.T) {
	w := newWorld(t, Options{})
	owner, d, c, anna := settled(t, w)
	if err := owner.DeliverAppState(AppStateDelivery{External: true, PageSize: 1}); err != nil {
		t.Fatal(err)
	}
	d.Hold()
	changes(t, owner, AppStateChange{Action: StatePin, Chat: annaPhone})
	changes(t, owner, AppStateChange{Action: StateUnarchive})
	if err := c.SendAppState(t.Context(), appstate.BuildArchive(anna.lid, true, time.Time{}, nil)); err != nil {
		t.Fatal(err)
	}
	await[*events.UnarchiveChatsSetting](t, c, nil)
	await(t, c, func(e *events.Archive) bool { return e.JID == anna.lid })
	d.Release(0)
	untilAcked(t, d)
	info := owner.AppState()
	last := info.Changes[len(info.Changes)-2]
	if last.Collection != string(appstate.WAPatchRegularLow) || last.Index[0] != appstate.IndexArchive || last.Operation != "set" || last.Version != 4 || len(last.Value) == 0 || last.At.IsZero() {
		t.Errorf("the phone saw %+v", last)
	}
	conflicts := w.s.Trace().Read(t.Context(), Query[TraceEntry]{Limit: 1000, Keep: func(e *TraceEntry) bool { return e.Tag == "iq" && strings.Contains(e.Node.String(), `code="409"`) }})
	if len(conflicts.Entries) != 1 {
		t.Errorf("%d conflicts, want 1", len(conflicts.Entries))
	}
	nothingUnhandled(t, w.s)
}
