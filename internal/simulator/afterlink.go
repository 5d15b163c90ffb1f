package simulator

import (
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"google.golang.org/protobuf/proto"
)

// afterLink is what a phone does when a device has come online for the first time: it hands over the app state key, and
// with it push name and contacts, and a first history.
func (p *Person) afterLink(d *Device) {
	if p.srv.opts.QuietLink {
		return
	}
	p.tryTo("fill app state", p.state.fill) // before the device is told of changes: it reads them all by itself
	if !p.state.share(d) {
		return
	}
	p.tryTo("hand over app state", func() error { return p.shareState(d) })
	p.tryTo("hand over history", func() error { return p.shareHistory(d) })
}

// share reports whether the device has not had the key yet.
func (st *appState) share(d *Device) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.synced[d] {
		return false
	}
	st.synced[d] = true
	return true
}

func (p *Person) shareState(d *Device) error {
	return p.sayToDevice(d, &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum(),
		AppStateSyncKeyShare: &waE2E.AppStateSyncKeyShare{Keys: []*waE2E.AppStateSyncKey{{
			KeyID: &waE2E.AppStateSyncKeyId{KeyID: p.state.keyID},
			KeyData: &waE2E.AppStateSyncKeyData{KeyData: p.state.key, Timestamp: proto.Int64(time.Now().UnixMilli()),
				Fingerprint: &waE2E.AppStateSyncKeyFingerprint{RawID: &p.rawID, CurrentIndex: proto.Uint32(0)}},
		}}}})
}

// fill writes name and contacts into the app state before the first device reads it.
func (st *appState) fill() error {
	name := st.person.Info().Name
	contacts := st.person.addressBook()
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.filled {
		return nil
	}
	st.filled = true
	if err := st.beginLocked(); err != nil {
		return err
	}
	if err := st.changeLocked(appstate.BuildSettingPushName(name)); err != nil {
		return err
	}
	for _, c := range contacts {
		if err := st.changeLocked(contactPatch(c)); err != nil {
			return err
		}
	}
	return nil
}

// rename tells linked devices of a new name; before the first link fill does it.
func (st *appState) rename() error {
	name := st.person.Info().Name
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.filled {
		return nil
	}
	return st.changeLocked(appstate.BuildSettingPushName(name))
}

func contactPatch(c *Person) appstate.PatchInfo {
	name, _ := c.profile()
	return appstate.PatchInfo{Type: appstate.WAPatchCriticalUnblockLow, Mutations: []appstate.MutationInfo{{
		Index: []string{appstate.IndexContact, c.pn.String()}, Version: 2,
		Value: &waSyncAction.SyncActionValue{ContactAction: &waSyncAction.ContactAction{FullName: &name, LidJID: proto.String(c.lid.String())}},
	}}}
}

// addressBook are the contacts that exist.
func (p *Person) addressBook() (list []*Person) {
	for _, phone := range p.Info().Contacts {
		if c := p.srv.lookup(phone); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// sayToDevice sends a protocol message from the phone to one of its own devices.
func (p *Person) sayToDevice(d *Device, what *waE2E.ProtocolMessage) error {
	return p.sayToDeviceAs(d, newMessageID(), what)
}

// sayToDeviceAs is sayToDevice under an id that is known before.
func (p *Person) sayToDeviceAs(d *Device, id string, what *waE2E.ProtocolMessage) error {
	body := &waE2E.Message{ProtocolMessage: what}
	l := &letter{id: id, kind: "protocol", category: categoryPeer, at: time.Now(), body: body, only: d}
	l.delivery = &Delivery{ID: l.id, To: p.lid, At: l.at}
	p.remember(knownMessage{id: l.id, chat: p.lid, sender: p.lid, body: body, at: l.at, kind: l.kind, category: l.category})
	p.signal.mu.Lock()
	defer p.signal.mu.Unlock()
	return p.sendDirect(p, l)
}
