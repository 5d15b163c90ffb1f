package simulator

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.mau.fi/util/random"
	"go.mau.fi/whatsmeow/appstate"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waServerSync"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
)

// appState is the settings that an account's devices share, as the server keeps them: one append-only list of encrypted
// patches per collection. The phone decodes every patch, so a wrong one of a client is refused.
type appState struct {
	person   *Person
	mu       sync.Mutex
	keyID    []byte
	key      []byte
	store    *store.Device // holds only what the processor needs
	reader   *appstate.Processor
	log      map[appstate.WAPatchName][][]byte
	seen     []seenMutation
	synced   map[*Device]bool // have the key: are told of changes
	delivery AppStateDelivery
	begun    bool // has its key
	filled   bool // with what the phone knew before the first link
}

// seenMutation is a change that the phone has read.
type seenMutation struct {
	appstate.Mutation
	collection appstate.WAPatchName
}

func newAppState(p *Person) *appState {
	device := &store.Device{Log: waLog.Noop}
	device.SetAllStores(newMemStore())
	return &appState{person: p, keyID: random.Bytes(6), key: random.Bytes(32), store: device, reader: appstate.NewProcessor(device, waLog.Noop),
		log: map[appstate.WAPatchName][][]byte{}, synced: map[*Device]bool{}}
}

// Settings are the changes that the phone has seen, its own and those of linked devices (archive, mute, pin, …).
func (p *Person) Settings() []appstate.Mutation {
	p.state.mu.Lock()
	defer p.state.mu.Unlock()
	list := make([]appstate.Mutation, len(p.state.seen))
	for i, s := range p.state.seen {
		list[i] = s.Mutation
	}
	return list
}

// ChangeSetting is the phone changing a setting; linked devices are told. A setting before the first link is kept for it.
func (p *Person) ChangeSetting(patch appstate.PatchInfo) error {
	p.state.mu.Lock()
	defer p.state.mu.Unlock()
	if err := p.state.beginLocked(); err != nil {
		return err
	}
	return p.state.changeLocked(patch)
}

// beginLocked makes the key and an empty first patch of each collection: clients take the step from version 0 without
// events.
func (st *appState) beginLocked() error {
	if st.begun {
		return nil
	}
	st.begun = true
	if err := st.store.AppStateKeys.PutAppStateSyncKey(context.Background(), st.keyID, store.AppStateSyncKey{Data: st.key, Timestamp: time.Now().UnixMilli()}); err != nil {
		return fmt.Errorf("store app state key: %w", err)
	}
	for _, name := range appstate.AllPatchNames {
		if err := st.changeLocked(appstate.PatchInfo{Type: name}); err != nil {
			return err
		}
	}
	return nil
}

func (st *appState) changeLocked(patch appstate.PatchInfo) error {
	ctx := context.Background()
	version, hash, err := st.store.AppState.GetAppStateVersion(ctx, string(patch.Type))
	if err != nil {
		return fmt.Errorf("read app state version: %w", err)
	}
	raw, err := st.reader.EncodePatch(ctx, st.keyID, appstate.HashState{Version: version, Hash: hash}, patch)
	if err != nil {
		return fmt.Errorf("encode app state: %w", err)
	}
	next, err := st.appendLocked(patch.Type, raw)
	if err == nil {
		st.tellLocked(patch.Type, next, nil)
	}
	return err
}

// appendLocked gives a patch its version, lets the phone decode it, and keeps it.
func (st *appState) appendLocked(name appstate.WAPatchName, raw []byte) (uint64, error) {
	ctx := context.Background()
	patch := &waServerSync.SyncdPatch{}
	if err := proto.Unmarshal(raw, patch); err != nil {
		return 0, fmt.Errorf("decode app state patch: %w", err)
	}
	next := uint64(len(st.log[name]) + 1)
	patch.Version = &waServerSync.SyncdVersion{Version: &next}
	version, hash, err := st.store.AppState.GetAppStateVersion(ctx, string(name))
	if err != nil {
		return 0, fmt.Errorf("read app state version: %w", err)
	}
	list := &appstate.PatchList{Name: name, Patches: []*waServerSync.SyncdPatch{patch}}
	mutations, _, err := st.reader.DecodePatches(ctx, list, appstate.HashState{Version: version, Hash: hash}, true)
	if err != nil {
		return 0, fmt.Errorf("read app state patch: %w", err)
	}
	for _, m := range mutations {
		st.seen = append(st.seen, seenMutation{m, name})
	}
	stamped, err := proto.Marshal(patch)
	if err != nil {
		return 0, fmt.Errorf("encode app state patch: %w", err)
	}
	st.log[name] = append(st.log[name], stamped)
	return next, nil
}

// tellLocked announces a new version to the devices that have the key, but not to the one that made it.
func (st *appState) tellLocked(name appstate.WAPatchName, version uint64, except *Device) {
	for d := range st.synced {
		if d != except {
			d.enqueue(element("notification", attrs{"from": types.ServerJID, "type": "server_sync", "id": d.srv.nextID(), "t": now()},
				element("collection", attrs{"name": string(name), "version": strconv.FormatUint(version, 10)})))
		}
	}
}

// answer handles w:sync:app:state: patches to read, or one to add.
func (st *appState) answer(sync *waBinary.Node, from *Device) reply {
	st.mu.Lock()
	defer st.mu.Unlock()
	var list []waBinary.Node
	var changed []appstate.WAPatchName
	for _, collection := range sync.GetChildren() {
		name := appstate.WAPatchName(attrText(&collection, "name"))
		answer, added := st.answerOneLocked(&collection, name)
		list = append(list, answer)
		if added {
			changed = append(changed, name)
		}
	}
	return result(element("sync", nil, list...)).andThen(func() {
		st.mu.Lock()
		defer st.mu.Unlock()
		for _, name := range changed {
			st.tellLocked(name, uint64(len(st.log[name])), from)
		}
	})
}

func (st *appState) answerOneLocked(collection *waBinary.Node, name appstate.WAPatchName) (answer waBinary.Node, added bool) {
	have, current := uint64(max(0, attrNumber(collection, "version"))), uint64(len(st.log[name]))
	patch, posted := collection.GetOptionalChildByTag("patch")
	if !posted {
		answer, err := st.collectionLocked(name, have, attrText(collection, "return_snapshot") == "true", st.delivery.PageSize)
		if err != nil {
			return collectionError(name, 500, err.Error()), false
		}
		return answer, false
	}
	if have != current {
		missed, err := st.collectionLocked(name, have, false, 0)
		if err != nil {
			return collectionError(name, 500, err.Error()), false
		}
		return collectionError(name, 409, "conflict", missed.GetChildren()...), false
	}
	next, err := st.appendLocked(name, content(patch))
	if err != nil {
		return collectionError(name, 400, err.Error()), false
	}
	return element("collection", attrs{"name": string(name), "version": int(next)}), true
}

// collectionError refuses a collection; what the device lacks stands beside the error.
func collectionError(name appstate.WAPatchName, code int, text string, more ...waBinary.Node) waBinary.Node {
	children := append([]waBinary.Node{element("error", attrs{"code": code, "text": text})}, more...)
	return element("collection", attrs{"name": string(name), "type": "error"}, children...)
}
