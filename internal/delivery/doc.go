// Package delivery decides when and whether an event is sent to a webhook: lanes that keep order, retries by two clocks, the
// breaker, holds. How one attempt is made is the business of httppost.
//
//	             ┌──────────── refused, tries left ───────────┐
//	             ▼                                            │
//	log ──► waiting ──► in flight ──► settling ──► settled    │
//	             ▲           │                                │
//	             │           ├── message clock ──► backing off┘──► dead (12 tries)
//	             │           └── endpoint down ──► breaker open: one probe at a time, no try spent
//	             └── probe succeeds: the breaker closes, 1, 2, 4 … in flight
//
// One goroutine, Engine.Run, owns all lanes, so that no state here has a lock. The table is the truth: what memory holds is
// rebuilt at start from each webhook's cursor, the rows of refused deliveries and the packed outcomes above the cursor.
//
// It promises at least once, per ordering key in recorded order (webhook.Ordered, Strict, FIFO), and never more in flight
// than the webhook allows. A delivery counts as done only when its outcome is on disk; its lane waits for that.
package delivery
