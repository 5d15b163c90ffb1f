package event

import "time"

func exampleOfHistory(t Type) any {
	progress := 100
	switch t {
	case HistorySync:
		return HistorySynced{SyncType: "recent", Chunk: 3, Progress: &progress, Conversations: 42, Messages: 1811, Statuses: 2,
			OldestAt: &Time{exampleTime.Add(-90 * 24 * time.Hour)}}
	case HistorySyncComplete:
		return HistoryComplete{SyncType: "recent", Messages: 5204}
	case HistorySyncFailed:
		return HistoryFailed{SyncType: "full", Chunk: 7, Error: "The file is not on WhatsApp's servers any more", WillRetry: true}
	case HistoryMessageType:
		m, ok := example(MessageReceived).(Message)
		if !ok {
			return nil
		}
		return HistoryMessage{Message: m}
	}
	return nil
}
