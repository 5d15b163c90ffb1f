package whatsapp

import (
	"sync/atomic"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store"
	"google.golang.org/protobuf/proto"
)

// version is the protocol version that we claim. The library keeps its own in a variable without a lock, so a version that is
// renewed while clients run is put into each payload instead.
type version struct {
	v atomic.Pointer[store.WAVersionContainer]
}

func (v *version) current() store.WAVersionContainer {
	if p := v.v.Load(); p != nil {
		return *p
	}
	return store.GetWAVersion()
}

// renew takes a version and reports whether it is another one.
func (v *version) renew(next store.WAVersionContainer) bool {
	changed := next != v.current()
	v.v.Store(&next)
	return changed
}

// stamp puts the version into a login or registration payload.
func (v *version) stamp(p *waWa6.ClientPayload) *waWa6.ClientPayload {
	current := v.v.Load()
	if current == nil {
		return p
	}
	p = proto.CloneOf(p)
	p.UserAgent.AppVersion = current.ProtoAppVersion()
	if reg := p.GetDevicePairingData(); reg != nil {
		hash := current.Hash()
		reg.BuildHash = hash[:]
	}
	return p
}
