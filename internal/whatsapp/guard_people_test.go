package whatsapp

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	ours "wapost/internal/store"
)

// The library's map is one for all devices: each is shown what its own account was told, and no more.
func TestAnAddressThatOnlyAnotherAccountKnowsIsNotShown(t *testing.T) {
	s := newShelfOfTwo(t)
	shared := types.JID{User: "88", Server: types.HiddenUserServer}
	person := types.JID{User: "4917", Server: types.DefaultUserServer}
	if err := s.plain.LIDs.PutLIDMapping(t.Context(), shared, person); err != nil { // another customer's device learns it
		t.Fatal(err)
	}
	ask := func(want bool) {
		t.Helper()
		pn, err1 := s.guarded.LIDs.GetPNForLID(t.Context(), shared)
		lid, err2 := s.guarded.LIDs.GetLIDForPN(t.Context(), person)
		many, err3 := s.guarded.LIDs.GetManyLIDsForPNs(t.Context(), []types.JID{person})
		if err1 != nil || err2 != nil || err3 != nil || (pn == person) != want || (lid == shared) != want || (many[person] == shared) != want || !want && len(many) != 0 {
			t.Errorf("shown %v, %v, %v (%v, %v, %v), want %v", pn, lid, many, err1, err2, err3, want)
		}
	}
	ask(false)
	s.directory = map[string]string{"88": "4917"} // the account knows it from before
	ask(true)
	s.directory = map[string]string{"88": "4999"} // the number has gone to somebody else, as far as the account knows
	ask(false)
	s.directory = nil
	if err := s.guarded.LIDs.PutLIDMapping(t.Context(), shared, person); err != nil { // the stanza at hand says it
		t.Fatal(err)
	}
	ask(true)
}

func TestAListOfAddressesIsShownAtOnce(t *testing.T) {
	s := newShelfOfTwo(t)
	shared := types.JID{User: "88", Server: types.HiddenUserServer}
	person := types.JID{User: "4917", Server: types.DefaultUserServer}
	for _, d := range []*store.Device{s.plain, s.guarded} {
		if err := d.LIDs.PutManyLIDMappings(t.Context(), []store.LIDMapping{{LID: shared, PN: person}}); err != nil {
			t.Fatal(err)
		}
	}
	if pn, err := s.guarded.LIDs.GetPNForLID(context.Background(), shared); err != nil || pn != person {
		t.Errorf("%v, %v", pn, err)
	}
}

// newShelfOfTwo is a shelf whose guarded device belongs to another account than the plain one.
func newShelfOfTwo(t *testing.T) *shelf {
	t.Helper()
	k, err := ours.OpenKeys(t.Context(), t.TempDir()+"/keys.db")
	s := newShelf(t, "sqlite", k, err)
	s.g.knows = func(lid, pn string) bool { return pn != "" && s.directory[lid] == pn }
	return s
}
