package simulator

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waServerSync"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"
)

// DeliverAppState sets how the account's app state is handed to devices from now on. Errors: ErrInvalid.
func (p *Person) DeliverAppState(how AppStateDelivery) error {
	if how.PageSize < 0 {
		return fail(CodeInvalid, "page_size must not be negative")
	}
	p.state.mu.Lock()
	defer p.state.mu.Unlock()
	p.state.delivery = how
	return nil
}

// AppState is what the phone knows.
func (p *Person) AppState() AppStateInfo {
	st := p.state
	st.mu.Lock()
	defer st.mu.Unlock()
	info := AppStateInfo{Delivery: st.delivery}
	for _, name := range appstate.AllPatchNames {
		info.Collections = append(info.Collections, Collection{Name: string(name), Version: uint64(len(st.log[name]))})
	}
	for _, s := range st.seen {
		e := AppStateEntry{Collection: string(s.collection), Version: s.PatchVersion, Operation: "set", Index: s.Index, At: time.UnixMilli(s.Action.GetTimestamp())}
		if s.Operation == waServerSync.SyncdMutation_REMOVE {
			e.Operation = "remove"
		}
		if raw, err := proto.Marshal(s.Action); err == nil { // it was decoded from bytes
			e.Value = raw
		}
		info.Changes = append(info.Changes, e)
	}
	return info
}

// collectionLocked is a collection as a device that has version have is to read it: a snapshot, or the next patches, at most
// page of them (0 = all).
func (st *appState) collectionLocked(name appstate.WAPatchName, have uint64, snapshot bool, page int) (waBinary.Node, error) {
	current := uint64(len(st.log[name]))
	a := attrs{"name": string(name), "version": int(current)}
	if snapshot && st.delivery.Snapshot && current > 0 {
		blob, err := st.snapshotLocked(name)
		if err != nil {
			return waBinary.Node{}, err
		}
		return element("collection", a, leaf("snapshot", blob)), nil
	}
	end := current
	if page > 0 && have+uint64(page) < current {
		end = have + uint64(page)
		a["has_more_patches"] = "true"
	}
	var list []waBinary.Node
	for i := have; i < end; i++ {
		raw, err := st.patchLocked(name, i)
		if err != nil {
			return waBinary.Node{}, err
		}
		list = append(list, leaf("patch", raw))
	}
	return element("collection", a, element("patches", nil, list...)), nil
}

// patchLocked is a patch as it is sent: whole, or with its changes on the media host.
func (st *appState) patchLocked(name appstate.WAPatchName, i uint64) ([]byte, error) {
	raw := st.log[name][i]
	if !st.delivery.External && !st.delivery.Damaged {
		return raw, nil
	}
	patch := &waServerSync.SyncdPatch{}
	if err := proto.Unmarshal(raw, patch); err != nil {
		return nil, fmt.Errorf("decode app state patch: %w", err)
	}
	if st.delivery.Damaged {
		patch.PatchMAC[0] ^= 1
	}
	if !st.delivery.External || len(patch.GetMutations()) == 0 {
		return proto.Marshal(patch) // an empty list on the media host is an error to clients
	}
	blob, err := proto.Marshal(&waServerSync.SyncdMutations{Mutations: patch.Mutations})
	if err != nil {
		return nil, fmt.Errorf("encode app state mutations: %w", err)
	}
	if patch.ExternalMutations, err = st.upload(blob); err != nil {
		return nil, err
	}
	patch.Mutations = nil
	return proto.Marshal(patch)
}

// snapshotLocked puts the records that are alive on the media host, and returns the reference to them.
func (st *appState) snapshotLocked(name appstate.WAPatchName) ([]byte, error) {
	version, hash, err := st.store.AppState.GetAppStateVersion(context.Background(), string(name))
	if err != nil {
		return nil, fmt.Errorf("read app state version: %w", err)
	}
	records, err := st.recordsLocked(name)
	if err != nil {
		return nil, err
	}
	snapshot := &waServerSync.SyncdSnapshot{Version: &waServerSync.SyncdVersion{Version: &version}, Records: records,
		KeyID: &waServerSync.KeyId{ID: st.keyID}, Mac: snapshotMAC(st.key, hash, version, name)}
	blob, err := proto.Marshal(snapshot)
	if err != nil {
		return nil, fmt.Errorf("encode app state snapshot: %w", err)
	}
	ref, err := st.upload(blob)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(ref)
}

// recordsLocked are the newest records of each index, in the order in which they were first set.
func (st *appState) recordsLocked(name appstate.WAPatchName) (alive []*waServerSync.SyncdRecord, err error) {
	var order []string
	newest := map[string]*waServerSync.SyncdRecord{}
	for _, raw := range st.log[name] {
		patch := &waServerSync.SyncdPatch{}
		if err := proto.Unmarshal(raw, patch); err != nil {
			return nil, fmt.Errorf("decode app state patch: %w", err)
		}
		for _, m := range patch.GetMutations() {
			index := string(m.GetRecord().GetIndex().GetBlob())
			if _, known := newest[index]; !known {
				order = append(order, index)
			}
			newest[index] = m.GetRecord()
			if m.GetOperation() == waServerSync.SyncdMutation_REMOVE {
				newest[index] = nil
			}
		}
	}
	for _, index := range order {
		if r := newest[index]; r != nil {
			alive = append(alive, r)
		}
	}
	return alive, nil
}

// appStateMedia is what the keys of external app state are derived with.
const appStateMedia = "WhatsApp App State Keys"

// upload puts bytes on the media host and returns the reference to them.
func (st *appState) upload(data []byte) (*waServerSync.ExternalBlobReference, error) {
	up, err := st.person.srv.store(&Media{Data: data}, appStateMedia)
	if err != nil {
		return nil, err
	}
	return &waServerSync.ExternalBlobReference{MediaKey: up.key, DirectPath: &up.path, FileSizeBytes: &up.size, FileSHA256: up.plainSum, FileEncSHA256: up.encSum}, nil
}

// snapshotMAC seals a snapshot: HMAC-SHA256 of the hash over all records, the version and the collection's name.
func snapshotMAC(key []byte, hash [128]byte, version uint64, name appstate.WAPatchName) []byte {
	keys := hkdfutil.SHA256(key, nil, []byte("WhatsApp Mutation Keys"), 160)
	mac := hmac.New(sha256.New, keys[96:128])
	mac.Write(hash[:])
	mac.Write(binary.BigEndian.AppendUint64(nil, version))
	mac.Write([]byte(name))
	return mac.Sum(nil)
}
