package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/fault"
)

// In returns messages of a chat: the newest first, going back from p.Before; or those after p.After, oldest first. The cursor
// goes on in the same direction; "" = there is nothing more.
//
// Errors: fault.NotFound for an unknown chat; fault.Invalid when the place is no message of the chat.
func (s *Messages) In(ctx context.Context, accountID int64, deviceID, jid string, p chat.Page) ([]chat.Kept, string, error) {
	row, err := s.chat(ctx, accountID, deviceID, jid)
	if err != nil {
		return nil, "", err
	}
	q := arguments{row.id, string(p.Kind), p.Limit + 1}
	where, order := "", "DESC"
	switch {
	case p.After != "":
		order = "ASC"
		where, err = s.place(ctx, &q, row.id, "after", p.After, ">")
	case p.Before != "":
		where, err = s.place(ctx, &q, row.id, "before", p.Before, "<")
	}
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.read.QueryContext(ctx, `SELECT m.id, m.sent_at, `+kept+` FROM messages m`+keptJoins+`
WHERE m.chat_id = $1 AND ($2 = '' OR m.kind = $2)`+where+` ORDER BY m.sent_at `+order+`, m.id `+order+` LIMIT $3`, q...)
	if err != nil {
		return nil, "", wrap("list messages", err)
	}
	list, err := scanAll(rows, scanPlaced)
	if err != nil {
		return nil, "", wrap("list messages", err)
	}
	next := ""
	if len(list) > p.Limit {
		list = list[:p.Limit]
		last := list[p.Limit-1]
		next = cursorOf(time.UnixMilli(last.sentAt), strconv.FormatInt(last.id, 10))
	}
	messages, err := readable(list)
	return messages, next, wrap("list messages", err)
}

// place adds the condition that a message lies behind another one, which is given by its id or by a cursor.
func (s *Messages) place(ctx context.Context, q *arguments, chatID int64, name, text, compare string) (string, error) {
	var sentAt, id int64
	err := s.db.read.QueryRowContext(ctx, `SELECT sent_at, id FROM messages WHERE chat_id = $1 AND message_id = $2`, chatID, text).Scan(&sentAt, &id)
	if errors.Is(err, sql.ErrNoRows) {
		var after string
		if sentAt, after, err = readCursor(text); err == nil {
			id, err = strconv.ParseInt(after, 10, 64)
		}
		if err != nil {
			return "", fault.New(fault.Invalid, "%s is neither a message of this chat nor a cursor", name)
		}
	}
	n := len(*q)
	*q = append(*q, sentAt, id)
	return ` AND (m.sent_at, m.id) ` + compare + ` ($` + strconv.Itoa(n+1) + `, $` + strconv.Itoa(n+2) + `)`, wrap("read a place", err)
}

// placed is a message with its place in the chat.
type placed struct {
	id     int64
	sentAt int64
	chat.Stored
}

func scanPlaced(row scanner) (p placed, err error) {
	p.Stored, err = scanStored(prefixed{row, []any{&p.id, &p.sentAt}})
	return p, err
}

// readable leaves out what has left the log meanwhile.
func readable(list []placed) ([]chat.Kept, error) {
	messages := make([]chat.Kept, 0, len(list))
	for i := range list {
		if list[i].Body == nil {
			continue
		}
		k, err := list[i].Message()
		if err != nil {
			return nil, err
		}
		messages = append(messages, k)
	}
	return messages, nil
}

// Receipts returns who has got, read and played an own message.
func (s *Messages) Receipts(ctx context.Context, accountID int64, deviceID, jid, messageID string) ([]chat.PersonReceipt, error) {
	row, err := s.chat(ctx, accountID, deviceID, jid)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.read.QueryContext(ctx, `SELECT r.person, r.delivered_at, r.read_at, r.played_at, i.phone FROM receipts r
LEFT JOIN identities i ON i.account_id = $1 AND i.lid = CASE WHEN r.person LIKE '%@lid' THEN substr(r.person, 1, length(r.person) - 4) END
WHERE r.chat_id = $2 AND r.message_id = $3 ORDER BY r.id`, accountID, row.id, messageID)
	if err != nil {
		return nil, wrap("list receipts", err)
	}
	list, err := scanAll(rows, scanReceipt)
	return list, wrap("list receipts", err)
}

func scanReceipt(row scanner) (r chat.PersonReceipt, err error) {
	var (
		key                     string
		delivered, read, played sql.NullInt64
		phone                   sql.NullString
	)
	if err := row.Scan(&key, &delivered, &read, &played, &phone); err != nil {
		return r, err
	}
	r.Person = personOf(key, phone.String, "")
	r.DeliveredAt, r.ReadAt, r.PlayedAt = instant(delivered), instant(read), instant(played)
	return r, nil
}

// personOf returns someone by the canonical address, and by the user part of the other one; "" = not known.
func personOf(key, phone, lid string) event.Person {
	p := event.Person{JID: key}
	switch user, server, _ := strings.Cut(key, "@"); server {
	case "lid":
		p.LID = &key
	case "s.whatsapp.net":
		phone = user
		if lid != "" {
			p.LID = event.Text(lid + "@lid")
		}
	}
	if phone != "" {
		p.Phone = event.Text("+" + phone)
	}
	return p
}

// Oldest returns the oldest message of a chat that is kept. Errors: fault.NotFound "No such chat", "No such message".
func (s *Messages) Oldest(ctx context.Context, accountID int64, deviceID, jid string) (chat.Kept, error) {
	row, err := s.chat(ctx, accountID, deviceID, jid)
	if err != nil {
		return chat.Kept{}, err
	}
	stored, err := scanStored(s.db.read.QueryRowContext(ctx, `SELECT `+kept+` FROM messages m`+keptJoins+`
WHERE m.chat_id = $1 ORDER BY m.sent_at, m.id LIMIT 1`, row.id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && stored.Body == nil {
		return chat.Kept{}, fault.New(fault.NotFound, "No such message")
	}
	if err != nil {
		return chat.Kept{}, wrap("read message", err)
	}
	k, err := stored.Message()
	return k, wrap("read message", err)
}
