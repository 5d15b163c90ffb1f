package webhook

// State is what a user is shown: the status, and whether the endpoint answers.
type State string

// The states (contract.md §3.2).
const (
	StateActive   State = "active"
	StateFailing  State = "failing"
	StatePaused   State = "paused"
	StateDisabled State = "disabled"
)

// FailingAfter is how many failed attempts in a row make an active webhook a failing one, if its breaker is still closed.
const FailingAfter = 4

// State joins the status with the breaker as it was stored last.
func (w *Webhook) State() State {
	if w.Status == Active && w.Breaker.failing() {
		return StateFailing
	}
	return State(w.Status)
}

func (b Breaker) failing() bool { return !b.OpenedAt.IsZero() || b.Failures >= FailingAfter }

func (s State) valid() bool {
	switch s {
	case "", StateActive, StateFailing, StatePaused, StateDisabled:
		return true
	}
	return false
}
