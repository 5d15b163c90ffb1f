package simulator

import (
	"context"
	"log/slog"
	"net"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Options configure a simulator. The zero value is good.
type Options struct {
	Logger     *slog.Logger // nil = silent
	Authority  *Authority   // nil = a new one; all simulators of one process must share one
	TraceLimit int          // stanzas kept; 0 = 20,000, below 0 = none
	InboxLimit int          // entries kept per person; 0 = 10,000
	QuietLink  bool         // phones hand over neither app state nor history after linking
}

// Authority is the root of trust that whatsmeow's WACertPubKey must be set to.
type Authority struct{}

// NewAuthority makes a root, an intermediate and a server certificate, valid from 1990 to 2100.
func NewAuthority() (*Authority, error) { return nil, ErrNotRunning }

// RootKey is what whatsmeow.WACertPubKey must be set to.
func (a *Authority) RootKey() [32]byte { return [32]byte{} }

// Server is one simulated WhatsApp.
type Server struct{}

// New makes a simulator; it starts nothing.
func New(Options) (*Server, error) { return nil, ErrNotRunning }

// Listen opens the wire on a loopback address ("127.0.0.1:0"). Errors: ErrNotLoopback, or from the network.
func (s *Server) Listen(address string) error { return ErrNotRunning }

// ListenPipe opens a wire without sockets; it is reached through Dial alone.
func (s *Server) ListenPipe() error { return ErrNotRunning }

// Run serves the wire until ctx ends, then closes everything and waits for what it started.
func (s *Server) Run(ctx context.Context) error { return ErrNotRunning }

// Dial connects to the wire, whatever address is asked for: for http.Transport.DialContext and DialTLSContext.
func (s *Server) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return nil, ErrNotRunning
}

// Addr is the wire's "127.0.0.1:port", known after Listen.
func (s *Server) Addr() string { return "" }

// RootKey is the authority's root key.
func (s *Server) RootKey() [32]byte { return [32]byte{} }

// Reset forgets everything but root key, address and running state.
func (s *Server) Reset() (connectionsClosed, personsRemoved int) { return }

// CreatePerson registers a person; of one that exists the given fields are changed and created is false.
func (s *Server) CreatePerson(spec PersonSpec) (p *Person, created bool, err error) { return }

// Person finds by phone, LID or JID. Errors: ErrUnknownPerson.
func (s *Server) Person(id string) (*Person, error) { return nil, ErrUnknownPerson }

// Persons lists all, by phone.
func (s *Server) Persons() []*Person { return nil }

// DeletePerson removes a person; its linked devices see 401.
func (s *Server) DeletePerson(id string) (devicesRemoved int, err error) { return }

// CreateGroup makes a group.
func (s *Server) CreateGroup(spec GroupSpec) (*Group, error) { return nil, ErrUnknownPerson }

// Group finds a group by id, with or without "@g.us". Errors: ErrUnknownGroup.
func (s *Server) Group(id string) (*Group, error) { return nil, ErrUnknownGroup }

// Groups lists all, oldest first.
func (s *Server) Groups() []*Group { return nil }

// Device finds a linked device by "phone:n", JID or LID. Errors: ErrUnknownDevice.
func (s *Server) Device(id string) (*Device, error) { return nil, ErrUnknownDevice }

// Devices lists the linked devices of all persons.
func (s *Server) Devices() []*Device { return nil }

// Faults returns the faults of a scope: "" for all, else a phone or device.
func (s *Server) Faults(scope string) (Faults, error) { return Faults{}, nil }

// ChangeFaults changes the faults of a scope in one step and returns the new ones.
func (s *Server) ChangeFaults(scope string, change func(*Faults) error) (Faults, error) {
	return Faults{}, nil
}

// ClearFaults turns all faults of a scope off; "" clears every scope.
func (s *Server) ClearFaults(scope string) error { return nil }

// Trace is every stanza that crossed the wire.
func (s *Server) Trace() *Feed[TraceEntry] { return nil }

// Unhandled lists what clients asked and the simulator does not know.
func (s *Server) Unhandled() Unhandled { return Unhandled{} }

// Directions of a stanza.
const (
	DirectionIn  = "in"  // from the client
	DirectionOut = "out" // to the client
)

// TraceEntry is a stanza that crossed the wire. Node must not be changed; Node.String() is XML-like text.
type TraceEntry struct {
	Seq       uint64
	At        time.Time
	Direction string
	Device    types.JID // empty before the login
	Tag, ID   string
	Node      *waBinary.Node
}

// Unhandled is what the simulator was asked for and does not know.
type Unhandled struct {
	Queries  []UnhandledQuery
	Requests []UnhandledRequest
}

// UnhandledQuery counts queries and other stanzas of one shape.
type UnhandledQuery struct {
	Type, XMLNS, Child string
	Count              int
	LastAt             time.Time
	Stanza             string // the newest
}

// UnhandledRequest counts HTTP requests to an unknown host or path.
type UnhandledRequest struct {
	Host, Method, Path string
	Count              int
}

// Person is a WhatsApp account with its simulated phone.
type Person struct{}

// Info is the person's state.
func (p *Person) Info() PersonInfo { return PersonInfo{} }

// Change sets fields; linked devices are told where WhatsApp would.
func (p *Person) Change(c PersonChange) error { return nil }

// Reinstall gives the phone a new Signal identity, as after a change of phones; notify tells the devices that know it.
func (p *Person) Reinstall(notify bool) error { return nil }

// Scan reads the text of a QR code that a client shows and links it. With LinkPasskey it returns nil, nil once the passkey
// is asked for: WaitLinking tells the rest. Errors: ErrNoPendingCode, ErrExpired, ErrLinkRefused, ErrNoAnswer.
func (p *Person) Scan(ctx context.Context, code string) (*Device, error) { return nil, nil }

// EnterCode types the code ("ABCD-EFGH") that a client asked for. Errors: ErrNoPendingCode, ErrWrongAccount, ErrWrongCode,
// ErrLinkRefused, ErrNoAnswer.
func (p *Person) EnterCode(ctx context.Context, code string) (*Device, error) { return nil, nil }

// Linking is how far the newest attempt has come.
func (p *Person) Linking() Linking { return Linking{} }

// WaitLinking waits until the status is no longer the given one, or ctx ends, and returns the newest.
func (p *Person) WaitLinking(ctx context.Context, status string) Linking { return Linking{} }

// Send writes a message and returns once it is in the queue of every receiving device.
func (p *Person) Send(m Message) (*Delivery, error) { return nil, nil }

// Delivery follows one message to the devices that it was sent to.
type Delivery struct {
	ID string
	To types.JID
	At time.Time
}

// Targets tells where the message stands at each device.
func (d *Delivery) Targets() []TargetState { return nil }

// Acked reports whether every device has acknowledged.
func (d *Delivery) Acked() bool { return false }

// Wait waits until every device has acknowledged or was unlinked; it returns ctx's error when that ends first.
func (d *Delivery) Wait(ctx context.Context) error { return nil }

// StartBurst begins a burst. Errors: ErrBurstRunning, ErrNotRunning and those of Send.
func (p *Person) StartBurst(b Burst) (BurstStatus, error) { return BurstStatus{}, nil }

// BurstStatus is the state of the newest burst; ok is false when there was none.
func (p *Person) BurstStatus() (status BurstStatus, ok bool) { return }

// StopBurst ends a running burst and waits for it.
func (p *Person) StopBurst() (status BurstStatus, ok bool) { return }

// Inbox is what the phone has seen.
func (p *Person) Inbox() *Feed[Entry] { return nil }

// MediaOf downloads and decrypts the file of an inbox message. Errors: ErrUnknownMsg.
func (p *Person) MediaOf(seq uint64) ([]byte, error) { return nil, nil }

// SendReceipt queues a receipt and returns for how many devices.
func (p *Person) SendReceipt(r Receipt) (queued int, err error) { return }

// SetPresence tells devices that the person is online or not, and returns how many. It is never queued.
func (p *Person) SetPresence(pr Presence) (sent int, err error) { return }

// SendTyping shows a typing state to the devices of a linked number or of a group's members. It is never queued.
func (p *Person) SendTyping(to, state string) (sent int, err error) { return }

// Call queues one step of a call and returns its id.
func (p *Person) Call(c Call) (callID string, err error) { return }

// Group is a group chat.
type Group struct{}

// Info is the group's state.
func (g *Group) Info() GroupInfo { return GroupInfo{} }

// Change applies one change and returns how many devices were told. Errors: ErrNotAMember, ErrUnknownPerson, ErrInvalid.
func (g *Group) Change(c GroupChange) (notified int, err error) { return }

// Device is a linked device: the real client.
type Device struct{}

// ID is "phone:n".
func (d *Device) ID() string { return "" }

// Info is the device's state.
func (d *Device) Info() DeviceInfo { return DeviceInfo{} }

// Unacked lists the queue, oldest first.
func (d *Device) Unacked() []UnackedStanza { return nil }

// Kick cuts the connection; it reports whether there was one. Errors: ErrNotRunning with Times above 1.
func (d *Device) Kick(k Kick) (wasConnected bool, err error) { return }

// StreamError sends a stream error. Errors: ErrNotConnected.
func (d *Device) StreamError(e StreamError) error { return nil }

// Unlink removes the device as a user does it on the phone.
func (d *Device) Unlink() error { return nil }

// Hold keeps new stanzas back; it returns the length of the queue.
func (d *Device) Hold() (unacked int) { return }

// Release sends what was held, with at most window un-acked stanzas at a time from now on (0 = no limit), and returns how
// many waited.
func (d *Device) Release(window int) (released int) { return }

// CorruptNext damages the next count messages that persons encrypt for this device.
func (d *Device) CorruptNext(count int, what string) error { return nil }

// SetPreKeysLeft drops one-time prekeys until at most left remain, tells the client, and returns how many remain.
func (d *Device) SetPreKeysLeft(left int) int { return 0 }

// SendNode sends any stanza; queued ones stay until they are acknowledged. Errors: ErrNotConnected when not queued,
// ErrInvalid for a queued one without id.
func (d *Device) SendNode(node waBinary.Node, queued bool) error { return nil }
