package control_test

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"wapost/simclient"
)

func TestThePhoneChangesItsAppState(t *testing.T) {
	r := newRigOn(t, newSimulatorWith(t, false)) // the phone hands over what a device needs
	r.user(anna, "Anna")
	delivery, err := r.DeliverAppState(t.Context(), r.user(owner, "Owner").Phone, simclient.AppStateDelivery{Snapshot: true, External: true, PageSize: 1})
	must(t, err)
	if !delivery.Snapshot || !delivery.External || delivery.PageSize != 1 {
		t.Errorf("delivery %+v", delivery)
	}
	g := r.linked(owner, "Owner")
	for _, name := range appstate.AllPatchNames {
		await(g, func(e *events.AppStateSyncComplete) bool { return e.Name == name })
	}
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	change := func(c simclient.AppStateChange) {
		t.Helper()
		_, err := r.ChangeAppState(t.Context(), owner, c)
		must(t, err)
	}
	change(simclient.AppStateChange{Action: "mute", Chat: anna, Addressing: "pn", Until: until.Format(time.RFC3339)})
	await(g, func(e *events.Mute) bool {
		return e.JID.User == anna && e.Action.GetMuteEndTimestamp() == until.UnixMilli()
	})
	change(simclient.AppStateChange{Action: "mute", Chat: anna, On: new(false)})
	await(g, func(e *events.Mute) bool { return !e.Action.GetMuted() })
	change(simclient.AppStateChange{Action: "contact", Chat: anna, Name: "Anna B", FirstName: "Anna", Username: "anna", SavedOnPhone: true})
	await(g, func(e *events.Contact) bool { return e.Action.GetUsername() == "anna" })
	change(simclient.AppStateChange{Action: "delete_message", Chat: anna, MessageID: "A1", FromMe: true, DeleteMedia: true, SentAt: until.Format(time.RFC3339)})
	await(g, func(e *events.DeleteForMe) bool { return e.MessageID == "A1" && e.IsFromMe })
	change(simclient.AppStateChange{Action: "label", LabelID: "7", Name: "Paid", Color: 3})
	await(g, func(e *events.LabelEdit) bool { return e.Action.GetColor() == 3 })
	value, err := proto.Marshal(&waSyncAction.SyncActionValue{TimeFormatAction: &waSyncAction.TimeFormatAction{}})
	must(t, err)
	change(simclient.AppStateChange{Action: "raw", Collection: "regular_low", Index: []string{"time_format"}, Version: 1, Value: value})
	await(g, func(e *events.AppState) bool { return e.Index[0] == "time_format" })
	must(t, g.SendAppState(t.Context(), appstate.BuildLabelEdit("8", "Open", 1, false)))
	state, err := r.AppState(t.Context(), owner)
	must(t, err)
	last := state.Changes[len(state.Changes)-1]
	if len(state.Collections) != 5 || last.Collection != "regular" || last.Operation != "set" || last.Index[0] != "label_edit" || last.Index[1] != "8" || len(last.Value) == 0 ||
		last.At.IsZero() || last.Version == 0 || state.Delivery != delivery {
		t.Errorf("state %+v", state)
	}
}

func TestAnAppStateChangeThatCannotBeIsRefused(t *testing.T) {
	r := newRig(t)
	r.user(owner, "Owner")
	for _, c := range []simclient.AppStateChange{{Action: "paint"}, {Action: "star", Chat: owner}, {Action: "mute", Chat: owner, Until: "tomorrow"},
		{Action: "raw"}, {Action: "label"}, {Action: "pin", Chat: owner, Addressing: "post"}} {
		_, err := r.ChangeAppState(t.Context(), owner, c)
		fails(t, err, 400, "invalid_request")
	}
	_, err := r.ChangeAppState(t.Context(), owner, simclient.AppStateChange{Action: "pin", Chat: "4915100000009"})
	fails(t, err, 404, "unknown_person")
	_, err = r.ChangeAppState(t.Context(), owner, simclient.AppStateChange{Action: "pin", Chat: "1@g.us"})
	fails(t, err, 404, "unknown_group")
	_, err = r.ChangeAppState(t.Context(), "4915100000009", simclient.AppStateChange{Action: "unarchive_chats"})
	fails(t, err, 404, "unknown_person")
	_, err = r.AppState(t.Context(), "4915100000009")
	fails(t, err, 404, "unknown_person")
	_, err = r.DeliverAppState(t.Context(), owner, simclient.AppStateDelivery{PageSize: -1})
	fails(t, err, 400, "invalid_request")
}
