package whatsapp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"wapost/internal/session"
)

// The fields of HistorySync that hold messages, and where a chat has its own.
const (
	fieldConversations protowire.Number = 2
	fieldStatuses      protowire.Number = 3
	fieldMessages      protowire.Number = 2
)

// headFields are those that the library wants to know: type, names, settings, addresses, nonce and salt.
func headFields() limits {
	return limits{1: 16, 7: maxHead, 8: maxHead, 15: maxHead, 16: maxHead, 19: maxHead}
}

// chatFields are those that say what is true of a chat, as far as it is used: see conversation and secrets.
func chatFields() limits {
	head := limits{}
	for _, n := range []protowire.Number{1, 5, 6, 9, 12, 13, 16, 19, 21, 22, 24, 25, 28, 38, 39, 42} {
		head[n] = maxMessage
	}
	return head
}

const slice = 100 // messages that are committed together

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

// readHead keeps what the library wants to know beside chats and stories: addresses, names, tokens.
func (r *historyReader) readHead(in *bufio.Reader) error {
	var rest []byte
	err := eachField(in, headFields(), func(_ protowire.Number, field []byte) error {
		if len(rest)+len(field) > maxHead {
			return errFieldTooLarge
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
	head := chatFields()
	return eachField(in, limits{fieldConversations: maxChat, fieldStatuses: maxMessage}, func(n protowire.Number, field []byte) error {
		content, _ := protowire.ConsumeBytes(field[protowire.SizeTag(n):])
		if n == fieldConversations {
			return r.chat(content, head)
		}
		var m waWeb.WebMessageInfo
		if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(content, &m); err != nil {
			return err
		}
		r.sum.Statuses++
		return r.message(types.StatusBroadcastJID, &m)
	})
}

// chat reads one chat: what is true of it first, wherever it stands, and the secrets of all its messages, which edits need
// that stand before; then message by message, so that never more than one is decoded.
func (r *historyReader) chat(content []byte, head limits) error {
	var about []byte
	err := eachField(bufio.NewReader(bytes.NewReader(content)), head, func(_ protowire.Number, field []byte) error {
		if len(about)+len(field) > maxMessage {
			return errFieldTooLarge
		}
		about = append(about, field...)
		return nil
	})
	if err != nil {
		return err
	}
	var c waHistorySync.Conversation
	if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(about, &c); err != nil {
		return err
	}
	return r.conversation(&c, func(f func(*waHistorySync.HistorySyncMsg) error) error { return eachMessage(content, f) })
}

// eachMessage decodes the messages of a chat one by one.
func eachMessage(content []byte, f func(*waHistorySync.HistorySyncMsg) error) error {
	return eachField(bufio.NewReader(bytes.NewReader(content)), limits{fieldMessages: maxMessage}, func(n protowire.Number, field []byte) error {
		raw, _ := protowire.ConsumeBytes(field[protowire.SizeTag(n):])
		var m waHistorySync.HistorySyncMsg
		if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(raw, &m); err != nil {
			return err
		}
		return f(&m)
	})
}

// eachField calls f with every wanted field of a protobuf message, its tag included, and passes over the others.
func eachField(in *bufio.Reader, wanted limits, f func(n protowire.Number, field []byte) error) error {
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
			if most, ok := wanted[n]; v > math.MaxInt32 || ok && v > uint64(most) { //nolint:gosec // not negative
				return errFieldTooLarge
			}
			field, size = protowire.AppendVarint(field, v), int(v)
		default:
			return fmt.Errorf("field %d has wire type %d", n, kind)
		}
		if _, ok := wanted[n]; !ok {
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
