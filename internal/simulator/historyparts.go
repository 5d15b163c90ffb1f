package simulator

import (
	"bytes"
	"compress/zlib"
	"fmt"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"google.golang.org/protobuf/proto"
)

// How a part of a history comes to a device.
const (
	HistoryAuto   = "auto"   // inline when it is small
	HistoryInline = "inline" // inside the notice
	HistoryMedia  = "media"  // as a file on the media host
)

// inlineLimit is the size up to which a part goes inside its notice.
const inlineLimit = 64 << 10

// HistoryPart says how a part is handed over.
type HistoryPart struct {
	Via     string // "" = auto
	Chunk   uint32 // 0 = 1
	Request string // what it answers; "" = nobody asked
	Gone    int    // fault: the media host answers so instead of the file, until it is uploaded again
}

// historyUpload is a part that lies on the media host.
type historyUpload struct {
	packed []byte
	notice *waE2E.HistorySyncNotification
	device *Device
}

// historyName is what the keys of such a file are derived with.
const historyName = "WhatsApp History Keys"

// SendHistory hands a part of the history to one of the person's devices, and returns the id of the notice.
func (p *Person) SendHistory(d *Device, part *waHistorySync.HistorySync, how HistoryPart) (string, error) {
	packed, err := pack(part)
	if err != nil {
		return "", err
	}
	kind := waE2E.HistorySyncType(part.GetSyncType())
	notice := &waE2E.HistorySyncNotification{SyncType: &kind, ChunkOrder: proto.Uint32(max(1, how.Chunk)), Progress: part.Progress}
	if how.Request != "" {
		notice.PeerDataRequestSessionID = &how.Request
	}
	if how.Via == HistoryInline || how.Via != HistoryMedia && len(packed) <= inlineLimit {
		notice.InitialHistBootstrapInlinePayload = packed
		id := newMessageID()
		return id, p.sendNotice(d, id, notice)
	}
	return p.uploadHistory(&historyUpload{packed: packed, notice: notice, device: d}, how.Gone)
}

func pack(part *waHistorySync.HistorySync) ([]byte, error) {
	raw, err := proto.Marshal(part)
	if err != nil {
		return nil, fmt.Errorf("encode history: %w", err)
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err = w.Write(raw); err != nil {
		return nil, fmt.Errorf("compress history: %w", err)
	}
	if err = w.Close(); err != nil {
		return nil, fmt.Errorf("compress history: %w", err)
	}
	return packed.Bytes(), nil
}

func (p *Person) sendNotice(d *Device, id string, notice *waE2E.HistorySyncNotification) error {
	return p.sayToDeviceAs(d, id, &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION.Enum(), HistorySyncNotification: notice})
}

// uploadHistory encrypts a part, puts it on the media host and tells the device.
func (p *Person) uploadHistory(u *historyUpload, gone int) (string, error) {
	up, err := p.srv.store(&Media{Data: u.packed, Gone: gone}, historyName)
	if err != nil {
		return "", err
	}
	n := u.notice
	n.DirectPath, n.MediaKey, n.FileSHA256, n.FileEncSHA256, n.FileLength, n.EncHandle = &up.path, up.key, up.plainSum, up.encSum, &up.size, proto.String("simulated")
	id := newMessageID()
	p.mu.Lock()
	p.uploads[id] = u
	p.mu.Unlock()
	return id, p.sendNotice(u.device, id, n)
}

// settleHistory is what a phone does when a device has taken a part, or could not get its file.
func (d *Device) settleHistory(n *waBinary.Node, id, kind string) {
	p := d.person
	p.mu.Lock()
	u := p.uploads[id]
	if kind == "hist_sync" || kind == receiptServerError {
		delete(p.uploads, id)
	}
	p.mu.Unlock()
	if u == nil || kind != receiptServerError {
		return
	}
	if err := checkServerError(n, id, u.notice.GetMediaKey()); err != nil {
		p.noteError(d, p.pn, id, err)
		return
	}
	p.tryTo("upload a part of the history again", func() error {
		again := &historyUpload{packed: u.packed, device: u.device, notice: proto.CloneOf(u.notice)}
		again.notice.OriginalMessageID = &id
		_, err := p.uploadHistory(again, 0)
		return err
	})
}
