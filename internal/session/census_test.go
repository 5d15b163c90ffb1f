package session_test

import (
	"testing"

	"wapost/internal/session"
)

func TestCensusCountsDevicesByState(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.online()
		h.device()
		c := h.m.Census()
		if c[session.Connected] != 1 || c[session.New] != 1 || c[session.Banned] != 0 {
			t.Errorf("census %v", c)
		}
		if _, listed := c[session.Banned]; !listed {
			t.Error("a state without devices is missing: its figure would never go back to zero")
		}
	})
}
