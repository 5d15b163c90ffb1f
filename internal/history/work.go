package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// fetchLimit bounds one try of one part.
const fetchLimit = 15 * time.Minute

// mostTries of a part; then it has failed.
const mostTries = 8

// errNoticeDamaged: what the phone announced cannot be opened any more, and with it the key of the file is lost.
var errNoticeDamaged = errors.New("the kept notice cannot be opened")

// work takes a part one step further.
func (s *Service) work(ctx context.Context, p *Part) error {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	if p.State == Stored {
		return s.tellPhone(ctx, p)
	}
	dev, err := s.Sessions.Get(ctx, 0, p.DeviceID)
	if fault.Is(err, fault.NotFound) {
		return nil // the device is gone, and the part with it
	}
	if err != nil {
		return err
	}
	mode := dev.Settings.HistoryMode()
	if mode == session.HistoryOff {
		p.State, p.Error = Stored, ""
		return s.Store.Save(ctx, p)
	}
	if p.Damaged {
		return s.notNow(ctx, p, errNoticeDamaged)
	}
	sum, err := s.Sessions.History(ctx, p.DeviceID, p.Notice, mode == session.HistoryEvents, func(ctx context.Context, piece session.HistorySlice, announced []*event.Event) error {
		return s.keep(ctx, p, mode, piece, announced)
	})
	if err != nil {
		return s.notNow(ctx, p, err)
	}
	return s.stored(ctx, p, sum)
}

// keep puts a piece on disk, in one transaction.
func (s *Service) keep(ctx context.Context, p *Part, mode session.HistoryMode, piece session.HistorySlice, announced []*event.Event) error {
	err := s.Store.Atomic(ctx, "store history", func(ctx context.Context) error {
		for _, e := range announced {
			if err := s.Sink.Append(ctx, e); err != nil {
				return err
			}
		}
		if err := s.Store.Keep(ctx, p, piece.Chats, piece.Messages); err != nil || mode != session.HistoryEvents {
			return err
		}
		for _, e := range piece.Messages {
			if err := s.Sink.Append(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	s.Crash("history-piece")
	return err
}

// stored ends the fetching of a part.
func (s *Service) stored(ctx context.Context, p *Part, sum session.HistorySummary) error {
	p.State, p.Error, p.NextAt = Stored, "", time.Now()
	list, err := s.announce(ctx, p, "", event.HistorySync, event.HistorySynced{SyncType: p.Type, Chunk: p.Chunk, Progress: p.Progress,
		Conversations: sum.Conversations, Messages: sum.Messages, Statuses: sum.Statuses, PushNames: sum.PushNames, OldestAt: event.TimeOf(sum.OldestAt)})
	if err != nil {
		return err
	}
	return s.Store.Atomic(ctx, "end part of the history", func(ctx context.Context) error {
		if err := s.Store.Save(ctx, p); err != nil {
			return err
		}
		if p.Progress != nil && *p.Progress >= 100 {
			total, err := s.Store.Total(ctx, p.DeviceID, p.Type)
			if err != nil {
				return err
			}
			e, err := s.announce(ctx, p, "", event.HistorySyncComplete, event.HistoryComplete{SyncType: p.Type, Messages: total})
			if err != nil {
				return err
			}
			list = append(list, e...)
		}
		for _, e := range list {
			if err := s.Sink.Append(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// announce makes an event of a part; which tells several of one type apart.
func (s *Service) announce(ctx context.Context, p *Part, which string, t event.Type, data any) ([]*event.Event, error) {
	e, err := s.Sessions.Event(ctx, p.DeviceID, t, data)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e.Origin, e.SourceKey = event.History, string(t)+"|"+p.MessageID+which
	return []*event.Event{e}, nil
}

// notNow decides what becomes of a part that could not be fetched.
func (s *Service) notNow(ctx context.Context, p *Part, cause error) error {
	switch {
	case fault.Is(cause, fault.Conflict): // not connected: it is woken when it is
		p.NextAt = time.Now().Add(time.Hour)
		return s.Store.Save(context.WithoutCancel(ctx), p)
	case fault.Is(cause, fault.Unavailable), errors.Is(cause, context.Canceled): // our own storage, or our own end
		return cause
	}
	p.Attempts++
	p.Error = sentence(cause)
	retry := p.Attempts < mostTries && !final(cause)
	if p.NextAt = time.Now().Add(backoff(p.Attempts)); !retry {
		p.State = Failed
	}
	s.Logger.Warn("part of the history not fetched", "device_id", p.DeviceID, "type", p.Type, "chunk", p.Chunk, "attempt", p.Attempts, "error", cause)
	if retry && lost(cause) {
		if err := s.Sessions.HistoryAgain(ctx, p.DeviceID, p.MessageID, p.Notice); err != nil {
			s.Logger.Warn("phone not asked for a part of the history", "device_id", p.DeviceID, "error", err)
		}
	}
	ctx = context.WithoutCancel(ctx) // the try may have used up its time
	list, err := s.announce(ctx, p, fmt.Sprintf("|%d", p.Attempts), event.HistorySyncFailed,
		event.HistoryFailed{SyncType: p.Type, Chunk: p.Chunk, Error: p.Error, WillRetry: retry})
	if err != nil {
		return err
	}
	return s.Store.Atomic(ctx, "put off part of the history", func(ctx context.Context) error {
		for _, e := range list {
			if err := s.Sink.Append(ctx, e); err != nil {
				return err
			}
		}
		return s.Store.Save(ctx, p)
	})
}

// final reports whether another try would end as this one.
func final(cause error) bool {
	return errors.Is(cause, errNoticeDamaged) || errors.Is(cause, session.ErrHistoryTooLarge)
}

// lost reports whether only the phone can bring the part back.
func lost(cause error) bool {
	return errors.Is(cause, session.ErrFileGone) || errors.Is(cause, session.ErrFileDamaged) || errors.Is(cause, session.ErrHistoryDamaged)
}

func sentence(cause error) string {
	var f *fault.Error
	switch {
	case errors.Is(cause, session.ErrFileGone):
		return "The file is not on WhatsApp's servers any more"
	case errors.Is(cause, session.ErrFileDamaged), errors.Is(cause, session.ErrHistoryDamaged):
		return "The file cannot be read"
	case errors.Is(cause, session.ErrHistoryTooLarge):
		return "The part is larger than is taken"
	case errors.Is(cause, errNoticeDamaged):
		return "The kept notice of the part cannot be opened"
	case errors.As(cause, &f):
		return f.Sentence
	}
	return "The part could not be fetched"
}

// backoff is the wait after a try: 10 s, doubled up to half an hour.
func backoff(tries int) time.Duration {
	return min(10*time.Second<<min(tries-1, 10), 30*time.Minute)
}

// tellPhone says that the part is stored. After some tries it is left: the phone finds out by itself, or tells us again.
func (s *Service) tellPhone(ctx context.Context, p *Part) error {
	if p.Damaged {
		s.Logger.Warn("history file not deleted at WhatsApp: its notice cannot be opened", "device_id", p.DeviceID, "type", p.Type, "chunk", p.Chunk)
	}
	err := s.Sessions.HistoryStored(ctx, p.DeviceID, p.MessageID, p.Notice)
	switch {
	case fault.Is(err, fault.Conflict):
		p.NextAt = time.Now().Add(time.Hour)
		return s.Store.Save(ctx, p)
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil && p.Attempts < mostTries:
		p.Attempts++
		p.NextAt = time.Now().Add(backoff(p.Attempts))
		return s.Store.Save(ctx, p)
	case err != nil:
		s.Logger.Warn("phone not told of a stored part of the history", "device_id", p.DeviceID, "error", err)
	}
	p.State, p.Notice = Done, nil
	return s.Store.Save(ctx, p)
}
