package whatsapp

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// notice is the announcement of a part of the history, as a job that the session keeps.
func notice(m *types.MessageInfo, n *waE2E.HistorySyncNotification) (session.Notice, error) {
	payload, err := proto.Marshal(n)
	if err != nil {
		return session.Notice{}, err
	}
	out := session.Notice{MessageID: m.ID, Payload: payload, Type: lower(n.GetSyncType()), Chunk: int(n.GetChunkOrder()),
		RequestID: n.GetPeerDataRequestSessionID(), Replaces: n.GetOriginalMessageID()}
	if n.Progress != nil {
		progress := int(n.GetProgress())
		out.Progress = &progress
	}
	return out, nil
}

// History fetches a part of the history. It implements session.Historian.
//
// The file lies in a temporary file, encrypted texts and all, and is read twice: first everything but the chats, because the
// addresses in it say which chats belong together; then chat by chat, so that never more than one is in memory.
func (l *Line) History(ctx context.Context, payload []byte, raw bool, take func(session.HistorySlice) error) (session.HistorySummary, error) {
	var n waE2E.HistorySyncNotification
	if err := proto.Unmarshal(payload, &n); err != nil {
		return session.HistorySummary{}, fmt.Errorf("%w: %w", session.ErrHistoryDamaged, err)
	}
	open, done, err := l.historyFile(ctx, &n)
	if err != nil {
		return session.HistorySummary{}, err
	}
	defer done()
	r := &historyReader{line: l, ctx: ctx, raw: raw, take: take}
	for _, pass := range []func(*bufio.Reader) error{r.readHead, r.readChats} {
		if err := through(open, l.d.historyFile*unpackedTimes, pass); err != nil {
			return session.HistorySummary{}, err
		}
	}
	return r.sum, r.flush()
}

// through unpacks the file, most bytes at most, and reads it from its beginning to its end.
func through(open func() (io.Reader, error), most int64, pass func(*bufio.Reader) error) error {
	packed, err := open()
	if err != nil {
		return err
	}
	z, err := zlib.NewReader(packed)
	if err != nil {
		return sortHistoryError(err)
	}
	return sortHistoryError(pass(bufio.NewReaderSize(&atMost{z, most}, 64<<10)))
}

// takeError is an error of the one who takes the pieces, not of the file.
type takeError struct{ error }

// historyFile fetches the file of a part; open begins to read it, done removes it.
func (l *Line) historyFile(ctx context.Context, n *waE2E.HistorySyncNotification) (open func() (io.Reader, error), done func(), err error) {
	if inline := n.GetInitialHistBootstrapInlinePayload(); inline != nil {
		return func() (io.Reader, error) { return bytes.NewReader(inline), nil }, func() {}, nil
	}
	if n.GetFileLength() > uint64(l.d.historyFile) { //nolint:gosec // not negative
		return nil, nil, errFileTooLarge
	}
	f, err := os.CreateTemp(l.d.scratch, "history-*") // 0600; removed at once where that works, so that a crash leaves nothing
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.Unavailable, "Storage is unavailable")
	}
	_ = os.Remove(f.Name())
	done = func() {
		_ = f.Close()           // nothing of it is needed any more
		_ = os.Remove(f.Name()) // where an open file cannot be removed
	}
	file := event.Attachment{Keys: event.HistoryKeys, DirectPath: n.GetDirectPath(), Key: n.GetMediaKey(), SHA256: n.GetFileSHA256(), EncSHA256: n.GetFileEncSHA256()}
	if err := l.Download(ctx, file, &bounded{Target: f, most: l.d.historyFile}); err != nil {
		done()
		return nil, nil, err
	}
	return func() (io.Reader, error) {
		_, err := f.Seek(0, io.SeekStart)
		return f, err
	}, done, nil
}

// HistoryStored tells the phone, and deletes the file. It implements session.Historian.
func (l *Line) HistoryStored(ctx context.Context, messageID string, payload []byte) error {
	var n waE2E.HistorySyncNotification
	if err := proto.Unmarshal(payload, &n); err != nil {
		return nil //nolint:nilerr // what cannot be read was not stored either, and has no file that we know of
	}
	if err := l.cli.SendProtocolMessageReceipt(ctx, messageID, types.ReceiptTypeHistorySync); err != nil {
		return fault.Wrap(err, fault.Unavailable, "WhatsApp could not be told")
	}
	if n.GetDirectPath() == "" {
		return nil
	}
	err := l.cli.DeleteMedia(ctx, whatsmeow.MediaHistory, n.GetDirectPath(), n.GetFileEncSHA256(), n.GetEncHandle())
	if err != nil { // the file ends by itself after some days
		l.log.Warn("history file not deleted at WhatsApp", "device_id", l.deviceID(), "error", err)
	}
	return nil
}

// HistoryAgain asks the phone to upload a part once more. It implements session.Historian.
func (l *Line) HistoryAgain(ctx context.Context, messageID string, payload []byte) error {
	var n waE2E.HistorySyncNotification
	if err := proto.Unmarshal(payload, &n); err != nil || len(n.GetMediaKey()) == 0 {
		return fault.New(fault.Conflict, "The phone cannot be asked for this part")
	}
	if err := l.cli.SendHistorySyncServerErrorReceipt(ctx, messageID, n.GetMediaKey()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "WhatsApp could not be asked")
	}
	return nil
}

// askHistoryLimit bounds how long WhatsApp may take to accept a request to the phone.
const askHistoryLimit = 30 * time.Second

// AskHistory asks the phone for older messages. It implements session.Historian.
func (l *Line) AskHistory(ctx context.Context, a session.HistoryAsk) (string, error) {
	chat, err := types.ParseJID(a.Chat)
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "Not a phone number or JID: %q", a.Chat)
	}
	ctx, cancel := context.WithTimeout(ctx, askHistoryLimit)
	defer cancel()
	known := &types.MessageInfo{ID: a.MessageID, Timestamp: a.At, MessageSource: types.MessageSource{Chat: chat, IsFromMe: a.FromMe}}
	sent, err := l.cli.SendPeerMessage(ctx, l.cli.BuildHistorySyncRequest(known, a.Count))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "", fault.Wrap(err, fault.GatewayTimeout, "WhatsApp did not answer within %d s", int(askHistoryLimit/time.Second))
	case err != nil:
		return "", fault.Wrap(err, fault.BadGateway, "The phone could not be asked")
	}
	return sent.ID, nil
}
