package session

import "testing"

func TestADeletedAccountIsForgotten(t *testing.T) {
	m := NewManager(Options{})
	m.dirs[1], m.dirs[2] = NewDirectory(nil), NewDirectory(nil)
	m.ForgetAccount(1)
	if m.dirs[1] != nil || m.dirs[2] == nil {
		t.Errorf("%v", m.dirs)
	}
}
