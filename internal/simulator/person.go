package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/types"
)

// Person is a WhatsApp account: a phone, which is simulated, and linked devices, which are real clients.
type Person struct {
	srv    *Server
	phone  string // digits
	pn     types.JID
	lid    types.JID
	rawID  uint32 // of the account's device list
	signal *phone
	state  *appState
	inbox  *Feed[Entry]

	mu            sync.Mutex
	name          string
	business      string
	about         string
	notOn         bool
	link          string
	auto          Auto
	contacts      []string
	blocked       map[string]bool // by phone
	statusPrivacy StatusPrivacy
	picture       *picture          // nil = none
	privacy       map[string]string // what is not here has its default
	history       int
	past          []*waHistorySync.Conversation // what the phone has of old messages, the newest message of a chat first
	uploads       map[string]*historyUpload     // parts on their way to a device, by the id of the notice
	devices       map[uint16]*Device
	companions    map[uint16]*phone // simulated second devices
	lastNumber    uint16
	known         messageLog
	acquainted    map[*Device]bool // devices that know the phone's identity
	presence      *Presence        // nil until set
	linking       Linking
	linkWake      chan struct{}
	burst         *burst
}

// newPerson makes a person; the caller registers it. The LID is derived from the phone, so that a simulator that is filled
// again by the same script gives the same ids.
func (s *Server) newPerson(phone string) *Person {
	sum := sha256.Sum256([]byte("lid" + phone))
	lid := strconv.FormatUint(100_000_000_000_000+binary.BigEndian.Uint64(sum[:8])%800_000_000_000_000, 10)
	p := &Person{srv: s, phone: phone, pn: types.NewJID(phone, types.DefaultUserServer), lid: types.NewJID(lid, types.HiddenUserServer),
		rawID: rand.Uint32(), inbox: newFeed[Entry](s.opts.InboxLimit), link: LinkNormal, auto: Auto{Deliver: true},
		blocked: map[string]bool{}, privacy: map[string]string{}, devices: map[uint16]*Device{}, acquainted: map[*Device]bool{}, uploads: map[string]*historyUpload{},
		linking: Linking{Status: LinkingNone}, linkWake: make(chan struct{})}
	p.signal = newPhone(p.pn, p.lid)
	p.state = newAppState(p)
	return p
}

// Phone is the number, digits only.
func (p *Person) Phone() string { return p.phone }

// JIDs are the public and the hidden id of the account.
func (p *Person) JIDs() (pn, lid types.JID) { return p.pn, p.lid }

// Inbox is what the phone has seen.
func (p *Person) Inbox() *Feed[Entry] { return p.inbox }

// Info is the person's state.
func (p *Person) Info() PersonInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	info := PersonInfo{Phone: p.phone, JID: p.pn.String(), LID: p.lid.String(), Name: p.name, BusinessName: p.business, About: p.about,
		OnWhatsApp: !p.notOn, Link: p.link, Auto: p.auto, Contacts: slices.Clone(p.contacts),
		Blocked: slices.Sorted(maps.Keys(p.blocked)), PictureID: p.picture.idOrNone(), Privacy: p.settingsLocked(), InboxNext: p.inbox.Next()}
	for _, d := range p.devicesLocked() {
		info.Devices = append(info.Devices, d.jid.String())
	}
	return info
}

// Devices lists the linked devices, oldest first.
func (p *Person) Devices() []*Device {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.devicesLocked()
}

func (p *Person) devicesLocked() []*Device {
	list := make([]*Device, 0, len(p.devices))
	for _, number := range slices.Sorted(maps.Keys(p.devices)) {
		list = append(list, p.devices[number])
	}
	return list
}

func (p *Person) device(number uint16) *Device {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.devices[number]
}

func (p *Person) forgetDevice(d *Device) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.devices[d.number] == d {
		delete(p.devices, d.number)
	}
}

// nextNumber numbers the devices; a number is never used again.
func (p *Person) nextNumber() uint16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastNumber++
	return p.lastNumber
}

func phoneJID(phone string) types.JID { return types.NewJID(phone, types.DefaultUserServer) }

func (p *Person) deviceJID(number uint16) types.JID {
	j := p.pn
	j.Device = number
	return j
}

func (p *Person) deviceLID(number uint16) types.JID {
	j := p.lid
	j.Device = number
	return j
}

// meet remembers the devices that know the phone's identity.
func (p *Person) meet(d *Device) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acquainted[d] = true
}

func (p *Person) profile() (name string, auto Auto) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name, p.auto
}

func (p *Person) blocks(other *Person) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.blocked[other.phone]
}

func (p *Person) onWhatsApp() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.notOn
}
