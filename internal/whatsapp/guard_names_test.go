package whatsapp

import (
	"context"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/event"
	"wapost/internal/session"
)

// oneContact keeps one contact, as it was put.
type oneContact struct {
	store.ContactStore
	types.ContactInfo
}

func (c *oneContact) PutPushName(_ context.Context, _ types.JID, name string) (bool, string, error) {
	changed, old := c.PushName != name, c.PushName
	c.PushName = name
	return changed, old, nil
}

func (c *oneContact) PutBusinessName(_ context.Context, _ types.JID, name string) (bool, string, error) {
	changed, old := c.BusinessName != name, c.BusinessName
	c.BusinessName = name
	return changed, old, nil
}

func (c *oneContact) GetContact(context.Context, types.JID) (types.ContactInfo, error) {
	return c.ContactInfo, nil
}

// Names of 700 kB, remembered for each of hundreds of people, would be most of the memory.
func TestALongNameIsNotRemembered(t *testing.T) {
	kept := &oneContact{ContactInfo: types.ContactInfo{FullName: strings.Repeat("b", 5000)}}
	s := &guardedContacts{kept, &guard{busy: new(busy)}, func() store.ContactStore { return kept }, session.NewRecent[types.JID, titles](knownTitles)}
	mia, long := types.NewJID("99000000000002", types.HiddenUserServer), strings.Repeat("é", 350_000)
	for i, put := range []func(context.Context, types.JID, string) (bool, string, error){s.PutPushName, s.PutBusinessName} {
		if changed, _, err := put(t.Context(), mia, long); err != nil || !changed {
			t.Errorf("%d: changed %t, %v", i, changed, err)
		}
		if changed, _, _ := put(t.Context(), mia, long); changed {
			t.Errorf("%d: the same name again is a change", i)
		}
	}
	if len(kept.PushName) != event.LongestName || len(kept.BusinessName) != event.LongestName {
		t.Errorf("%d and %d bytes are kept", len(kept.PushName), len(kept.BusinessName))
	}
	kept.PushName = long // from before
	names, err := s.titles(t.Context(), mia, func() bool { return true })
	if err != nil || len(names.push) != event.LongestName || len(names.book) != event.LongestName || len(names.business) != event.LongestName {
		t.Errorf("%d, %d and %d bytes are remembered, %v", len(names.push), len(names.book), len(names.business), err)
	}
}
