package control_test

import (
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestPictureAndPrivacyOfAUserAreChanged(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	_, err := r.ChangeUser(t.Context(), owner, simclient.UserChange{Contacts: &[]string{anna}})
	must(t, err)
	u, err := r.ChangeUser(t.Context(), anna, simclient.UserChange{Picture: &simclient.Picture{Data: []byte{0xff, 0xd8, 1}},
		Privacy: &simclient.Privacy{LastSeen: "contacts", Online: "match_last_seen"}})
	must(t, err)
	if u.PictureID == "" || u.Privacy != (simclient.Privacy{GroupAdd: "all", LastSeen: "contacts", About: "all", Picture: "all", ReadReceipts: "all",
		Online: "match_last_seen", CallAdd: "all", Messages: "all", Defense: "off", Stickers: "contacts"}) {
		t.Errorf("changed to %+v", u)
	}
	if e := await[*events.Picture](g, nil); e.PictureID != u.PictureID {
		t.Errorf("the gateway hears %+v", e)
	}
	u, err = r.ChangeUser(t.Context(), anna, simclient.UserChange{Picture: &simclient.Picture{}})
	must(t, err)
	if e := await[*events.Picture](g, nil); u.PictureID != "" || !e.Remove {
		t.Errorf("removed: %+v, %+v", u, e)
	}
	_, err = r.ChangeUser(t.Context(), owner, simclient.UserChange{Privacy: &simclient.Privacy{GroupAdd: "none"}, Block: []string{anna}})
	must(t, err)
	await(g, func(e *events.PrivacySettings) bool { return e.GroupAddChanged })
	if s := g.GetPrivacySettings(t.Context()); s.GroupAdd != types.PrivacySettingNone {
		t.Errorf("the gateway reads %+v", s)
	}
	_, err = r.ChangeUser(t.Context(), anna, simclient.UserChange{Privacy: &simclient.Privacy{Online: "none"}})
	fails(t, err, 400, "invalid_request")
}

func TestAPrivacyTokenComesWithTheAnswer(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	a := r.user(anna, "Anna")
	queued, err := r.IssueToken(t.Context(), anna, owner)
	must(t, err)
	if queued != 1 {
		t.Errorf("queued for %d devices", queued)
	}
	lid, err := types.ParseJID(a.LID)
	must(t, err)
	until(t, func() bool {
		token, err := g.Store.PrivacyTokens.GetPrivacyToken(t.Context(), lid)
		return err == nil && token != nil
	})
	answer, err := g.SendMessage(t.Context(), lid, text("I am no stranger"))
	must(t, err)
	page, err := r.Trace(t.Context(), simclient.TraceQuery{ID: answer.ID, Tag: "message", Nodes: true})
	must(t, err)
	found := false
	for _, child := range page.Entries[0].Node.Content.([]simclient.Node) {
		found = found || child.Tag == "tctoken"
	}
	if !found {
		t.Errorf("the message has no token: %s", page.Entries[0].Stanza)
	}
	_, err = r.IssueToken(t.Context(), anna, "4915199999999")
	fails(t, err, 404, "unknown_person")
	_, err = r.IssueToken(t.Context(), "4915199999999", owner)
	fails(t, err, 404, "unknown_person")
}
