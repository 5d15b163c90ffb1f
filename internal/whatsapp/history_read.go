package whatsapp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"wapost/internal/session"
)

// The fields of HistorySync that may be large.
const (
	fieldConversations protowire.Number = 2
	fieldStatuses      protowire.Number = 3
)

const (
	maxField = 256 << 20 // of one chat, or of everything that is no chat
	slice    = 100       // messages that are committed together
)

// historyReader converts a part of the history, piece by piece.
type historyReader struct {
	line *Line
	ctx  context.Context //nolint:containedctx // lives as long as one call
	raw  bool
	take func(session.HistorySlice) error

	sum   session.HistorySummary
	piece session.HistorySlice
	seen  int // messages so far
}

// readHead reads everything but chats and stories, and keeps what the library wants to know: addresses, names, tokens.
func (r *historyReader) readHead(in *bufio.Reader) error {
	var rest []byte
	err := eachField(in, func(n protowire.Number) bool { return n != fieldConversations && n != fieldStatuses }, func(_ protowire.Number, field []byte) error {
		if len(rest)+len(field) > maxField {
			return errTooLong
		}
		rest = append(rest, field...)
		return nil
	})
	if err != nil {
		return err
	}
	var head waHistorySync.HistorySync
	if err := (proto.UnmarshalOptions{AllowPartial: true, DiscardUnknown: true}).Unmarshal(rest, &head); err != nil {
		return err
	}
	inner := r.line.cli.DangerousInternals() //nolint:staticcheck // the library has no other door to it
	if err := inner.StoreNCTSalt(r.ctx, head.GetNctSalt()); err != nil {
		r.line.log.Warn("salt of the history not kept", "device_id", r.line.deviceID(), "error", err)
	}
	if len(head.GetPhoneNumberToLidMappings()) > 0 {
		inner.StoreHistoricalPNLIDMappings(r.ctx, head.GetPhoneNumberToLidMappings()) // our directory learns them by the guard
	}
	if head.GetSyncType() == waHistorySync.HistorySync_PUSH_NAME {
		inner.HandleHistoricalPushNames(r.ctx, head.GetPushnames())
	}
	if head.GlobalSettings != nil {
		inner.StoreGlobalSettings(r.ctx, head.GlobalSettings)
	}
	if head.CompanionMetaNonce != nil {
		inner.StoreCompanionMetaNonce(r.ctx, head.GetCompanionMetaNonce())
	}
	r.sum.PushNames = len(head.GetPushnames())
	return nil
}

// readChats reads chat by chat.
func (r *historyReader) readChats(in *bufio.Reader) error {
	wanted := func(n protowire.Number) bool { return n == fieldConversations || n == fieldStatuses }
	return eachField(in, wanted, func(n protowire.Number, field []byte) error {
		content, _ := protowire.ConsumeBytes(field[protowire.SizeTag(n):])
		if n == fieldStatuses {
			var m waWeb.WebMessageInfo
			if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(content, &m); err != nil {
				return err
			}
			r.sum.Statuses++
			return r.message(types.StatusBroadcastJID, &m)
		}
		var c waHistorySync.Conversation
		if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(content, &c); err != nil {
			return err
		}
		return r.conversation(&c)
	})
}

var errTooLong = errors.New("a field is too long")

// eachField calls f with every wanted field of a protobuf message, its tag included, and passes over the others.
func eachField(in *bufio.Reader, wanted func(protowire.Number) bool, f func(n protowire.Number, field []byte) error) error {
	for {
		tag, err := binary.ReadUvarint(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		n, kind := protowire.DecodeTag(tag)
		if n < 1 {
			return fmt.Errorf("field %d", n)
		}
		field := protowire.AppendVarint(nil, tag)
		size := 0
		switch kind {
		case protowire.VarintType:
			v, err := binary.ReadUvarint(in)
			if err != nil {
				return unexpected(err)
			}
			field = protowire.AppendVarint(field, v)
		case protowire.Fixed32Type:
			size = 4
		case protowire.Fixed64Type:
			size = 8
		case protowire.BytesType:
			v, err := binary.ReadUvarint(in)
			if err != nil {
				return unexpected(err)
			}
			if v > maxField {
				return errTooLong
			}
			field, size = protowire.AppendVarint(field, v), int(v)
		default:
			return fmt.Errorf("field %d has wire type %d", n, kind)
		}
		if !wanted(n) {
			if _, err := io.CopyN(io.Discard, in, int64(size)); err != nil {
				return unexpected(err)
			}
			continue
		}
		whole := bytes.NewBuffer(field) // grows with what comes, whatever the length claims
		if _, err := io.CopyN(whole, in, int64(size)); err != nil {
			return unexpected(err)
		}
		if err := f(n, whole.Bytes()); err != nil {
			return err
		}
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
