package whatsapp

import (
	"context"
	"errors"
	"fmt"
)

// Meta keeps values about the instance.
type Meta interface {
	Meta(ctx context.Context, key string) (string, error)
	SetMeta(ctx context.Context, key, value string) error
}

// networkKey is where an instance keeps which network its devices belong to.
const networkKey = "network"

// Network is the world that devices are linked in.
type Network string

// The networks.
const (
	Real      Network = "whatsapp"
	Simulated Network = "simulator"
)

var (
	errRealSessions      = errors.New("refused: real WhatsApp sessions live in this data directory; a simulator needs another one")
	errSimulatedSessions = errors.New("refused: the sessions in this data directory exist only in a simulator; start with --simulator, or use another one")
)

// CheckNetwork refuses to open the sessions of one world in the other. An instance that never linked a device may choose.
func CheckNetwork(ctx context.Context, m Meta, want Network) error {
	have, err := m.Meta(ctx, networkKey)
	switch {
	case err != nil:
		return fmt.Errorf("read the network stamp: %w", err)
	case have == "" || have == string(want):
		return nil
	case want == Simulated:
		return errRealSessions
	}
	return errSimulatedSessions
}

// stampNetwork marks the instance with its world; the first device that is linked does it.
func stampNetwork(ctx context.Context, m Meta, n Network) error {
	have, err := m.Meta(ctx, networkKey)
	if err != nil || have == string(n) {
		return err
	}
	if have != "" {
		return CheckNetwork(ctx, m, n)
	}
	return m.SetMeta(ctx, networkKey, string(n))
}
