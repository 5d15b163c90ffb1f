package chat

// Status is how far an own message has come. The set is open.
type Status string

// The states, in the order in which a message passes them.
const (
	Queued    Status = "queued"
	Failed    Status = "failed"
	Sent      Status = "sent"
	Delivered Status = "delivered"
	Read      Status = "read"
	Played    Status = "played"
)

// Further returns the state that is further on.
func (s Status) Further(other Status) Status {
	if rank(other) > rank(s) {
		return other
	}
	return s
}

func rank(s Status) int {
	switch s {
	case Queued:
		return 1
	case Failed:
		return 2
	case Sent:
		return 3
	case Delivered:
		return 4
	case Read:
		return 5
	case Played:
		return 6
	}
	return 0
}
