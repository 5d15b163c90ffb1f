package whatsapp

import (
	"context"
	"fmt"
	"testing"

	"go.mau.fi/util/dbutil"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/store/sqlstore/upgrades"
	"go.mau.fi/whatsmeow/types"
	waLog "go.mau.fi/whatsmeow/util/log"

	ours "wapost/internal/store"
	"wapost/internal/store/storetest"
)

// shelf is the library's own store, with two devices of ours of which only the first has the guard.
type shelf struct {
	*testing.T
	guarded, plain *store.Device
	g              *guard
	directory      map[string]string // numbers by LID that the guarded one's account knows
}

// onShelves runs a test on both databases.
func onShelves(t *testing.T, test func(s *shelf)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		k, err := ours.OpenKeys(t.Context(), t.TempDir()+"/keys.db")
		test(newShelf(t, "sqlite", k, err))
	})
	t.Run("postgres", func(t *testing.T) {
		k, err := ours.OpenPostgresKeys(t.Context(), storetest.Postgres(t))
		test(newShelf(t, "postgres", k, err))
	})
}

func newShelf(t *testing.T, dialect string, k *ours.Keys, err error) *shelf {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() }) // only read by the test
	db, err := dbutil.NewWithDB(k.DB, dialect)
	if err != nil {
		t.Fatal(err)
	}
	db.UpgradeTable, db.VersionTable = upgrades.Table, "whatsmeow_version"
	container := sqlstore.NewWithWrappedDB(db, waLog.Noop)
	if err := container.Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &shelf{T: t}
	for i, d := range []**store.Device{&s.guarded, &s.plain} {
		*d = container.NewDevice()
		(*d).ID = &types.JID{User: fmt.Sprint("49", i), Device: 3, Server: types.DefaultUserServer}
		(*d).Account = &waAdv.ADVSignedDeviceIdentity{Details: []byte{1}, AccountSignature: make([]byte, 64), AccountSignatureKey: make([]byte, 32), DeviceSignature: make([]byte, 64)}
		if err := (*d).Save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.g = &guard{ctx: context.Background(), busy: &busy{}, writes: newWrites(Options{}), keys: db}
	s.g.install(s.guarded)
	return s
}

const someGroup = "1@g.us"

// put keeps a session, an identity and a sender key that are all n.
func (s *shelf) put(d *store.Device, at types.JID, n byte) {
	s.Helper()
	address := at.SignalAddress().String()
	for _, err := range []error{d.Sessions.PutSession(s.Context(), address, []byte{n}), d.Identities.PutIdentity(s.Context(), address, [32]byte{n}),
		d.SenderKeys.PutSenderKey(s.Context(), someGroup, address, []byte{n})} {
		if err != nil {
			s.Fatal(err)
		}
	}
}

// has checks them; 0 = there is none.
func (s *shelf) has(d *store.Device, at types.JID, n byte) {
	s.Helper()
	address := at.SignalAddress().String()
	session, err1 := d.Sessions.GetSession(s.Context(), address)
	senderKey, err2 := d.SenderKeys.GetSenderKey(s.Context(), someGroup, address)
	trusted, err3 := d.Identities.IsTrustedIdentity(s.Context(), address, [32]byte{n})
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			s.Fatal(err)
		}
	}
	if n == 0 && (session != nil || senderKey != nil) || n != 0 && (string(session) != string(n) || string(senderKey) != string(n)) || !trusted {
		s.Errorf("%s at %s: session %v, sender key %v, identity %v; want %d", address, d.ID, session, senderKey, trusted, n)
	}
}

func pnOf(device uint16) types.JID {
	return types.JID{User: "4917", Device: device, Server: types.DefaultUserServer}
}

func lidOf(device uint16) types.JID {
	return types.JID{User: "88", Device: device, Server: types.HiddenUserServer}
}

// A person's phone and linked devices have keys of their own. Those that are there under the LID are newer, whichever device
// it is whose message has the rest moved.
func TestTheNewerKeysOfEveryDeviceStayWhenAPersonMoves(t *testing.T) {
	onShelves(t, func(s *shelf) { s.newerStay() })
}

func (s *shelf) newerStay() {
	longer := types.JID{User: "49171", Server: types.DefaultUserServer}
	for _, d := range []*store.Device{s.guarded, s.plain} {
		for device, n := range map[uint16]byte{0: 10, 5: 15, 7: 17} {
			s.put(d, pnOf(device), n)
		}
		s.put(d, lidOf(5), 25)
		s.put(d, lidOf(9), 29)
		s.put(d, longer, 30)
	}
	if err := s.guarded.Sessions.MigratePNToLID(s.Context(), pnOf(0), lidOf(0)); err != nil {
		s.Fatal(err)
	}
	for device, n := range map[uint16]byte{0: 10, 5: 25, 7: 17, 9: 29} {
		s.has(s.guarded, lidOf(device), n)
		s.has(s.guarded, pnOf(device), 0)
	}
	s.has(s.guarded, longer, 30)
	s.has(s.plain, pnOf(5), 15) // a device of ours has its own
	s.has(s.plain, lidOf(5), 25)

	// As long as the library does this, its own way is no way.
	if err := s.plain.Sessions.MigratePNToLID(s.Context(), pnOf(0), lidOf(0)); err != nil {
		s.Fatal(err)
	}
	for device, n := range map[uint16]byte{0: 10, 5: 15, 7: 17, 9: 29} {
		s.has(s.plain, lidOf(device), n)
	}
}

func TestAMoveThatFailedIsTriedAgain(t *testing.T) {
	onShelves(t, func(s *shelf) { s.movesLater() })
}

func (s *shelf) movesLater() {
	s.put(s.guarded, pnOf(0), 10)
	ended, cancel := context.WithCancel(s.Context())
	cancel()
	if err := s.guarded.Sessions.MigratePNToLID(ended, pnOf(0), lidOf(0)); err == nil {
		s.Fatal("it did not fail")
	}
	s.has(s.guarded, pnOf(0), 10)
	if err := s.guarded.Sessions.MigratePNToLID(s.Context(), pnOf(0), lidOf(0)); err != nil {
		s.Fatal(err)
	}
	s.has(s.guarded, lidOf(0), 10)
}

func TestNoMoreMovesAreRememberedThanTheBound(t *testing.T) {
	g := &guard{}
	for i := range 3 * mostMoved {
		g.move(types.JID{User: fmt.Sprint(i), Server: types.DefaultUserServer})
		if len(g.moved) > mostMoved {
			t.Fatalf("%d moves are remembered", len(g.moved))
		}
	}
	if !g.hasMoved(types.JID{User: fmt.Sprint(3*mostMoved - 1), Server: types.DefaultUserServer}) {
		t.Error("the newest is forgotten")
	}
}
