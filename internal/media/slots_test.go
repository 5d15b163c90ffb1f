package media

import "testing"

func TestADeletedAccountHasNoPlaces(t *testing.T) {
	s := newSlots()
	release, err := s.take(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	s.forget(1)
	if len(s.of) != 0 {
		t.Errorf("%d accounts are remembered", len(s.of))
	}
	release() // of a download that still ran
	if len(s.all) != 0 {
		t.Error("its place is not free")
	}
}
