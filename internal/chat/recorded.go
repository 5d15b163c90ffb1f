package chat

import (
	"encoding/json"
	"time"

	"wapost/internal/event"
)

// Says reports whether events of a type are new messages.
func Says(t event.Type) bool {
	switch t {
	case event.MessageReceived, event.MessageSent, event.StatusPosted, event.HistoryMessageType:
		return true
	}
	return false
}

// Recorded returns what an event of the log means when its type Says that it is a new message: the same as Of meant before it
// was recorded. An error means that the body cannot be read.
func Recorded(r *event.Recorded) (Note, bool, error) {
	var body struct {
		At   time.Time `json:"timestamp"`
		Data struct {
			event.Message
			Status *string `json:"status"`
		} `json:"data"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return Note{}, false, err
	}
	e := event.Event{Type: r.Type, DeviceID: r.DeviceID, Key: r.Key, At: body.At, Data: body.Data.Message}
	if r.Type == event.HistoryMessageType {
		e.Data = event.HistoryMessage{Message: body.Data.Message, Status: body.Data.Status}
	}
	n, ok := Of(&e)
	return n, ok, nil
}
