package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// numbers are those of all devices of the account, the phone's 0 first.
func (p *Person) numbers() []uint16 {
	list := append([]uint16{0}, p.Companions()...)
	for _, d := range p.Devices() {
		list = append(list, d.number)
	}
	slices.Sort(list)
	return list
}

// deviceHash is how servers and clients compare a list of devices.
func deviceHash(devices []types.JID) string {
	names := make([]string, len(devices))
	for i, j := range devices {
		names[i] = j.ADString()
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(names, "")))
	return "2:" + base64.RawStdEncoding.EncodeToString(sum[:6])
}

// deviceJIDs are the devices of the account under both of its addresses.
func (p *Person) deviceJIDs() (pns, lids []types.JID) {
	for _, number := range p.numbers() {
		pns, lids = append(pns, p.deviceJID(number)), append(lids, p.deviceLID(number))
	}
	return pns, lids
}

// deviceHashWith is what a client compares with the devices that it has encrypted a direct message for: with another hash it
// asks for the other's devices before the next one. "" where clients do not compare, or nothing follows from it.
func (d *Device) deviceHashWith(to types.JID) string {
	other := d.srv.byJID(to)
	if to.Server != types.HiddenUserServer || other == nil || other == d.person {
		return ""
	}
	_, theirs := other.deviceJIDs()
	_, own := d.person.deviceJIDs()
	return deviceHash(append(theirs, own...))
}

// tellDevices tells who has met the person that a device was added or removed, and the account's own devices the whole list.
// fresh is a client that knows it: the one that was linked.
func (p *Person) tellDevices(change string, number uint16, fresh *Device) {
	pns, lids := p.deviceJIDs()
	what := element(change, attrs{"device_hash": deviceHash(pns), "device_lid_hash": deviceHash(lids)},
		element("device", attrs{"jid": p.deviceJID(number), "lid": p.deviceLID(number), "key-index": int(number)}))
	p.mu.Lock()
	met := make([]*Device, 0, len(p.acquainted))
	for d := range p.acquainted {
		if d.person != p {
			met = append(met, d)
		}
	}
	p.mu.Unlock()
	for _, d := range met {
		d.enqueue(element("notification", attrs{"from": p.pn, "lid": p.lid, "type": "devices", "id": p.srv.nextID(), "t": now()}, what))
	}
	var list []waBinary.Node
	for i, j := range pns {
		list = append(list, element("device", attrs{"jid": j, "key-index": i}))
	}
	p.syncAccount(element("devices", attrs{"dhash": deviceHash(pns)}, list...), fresh)
}
