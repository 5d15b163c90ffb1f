package control

import (
	"context"
	"math"

	"wapost/internal/simulator"
)

// read follows a feed as the query parameters say.
func read[T any](ctx context.Context, c *call, feed *simulator.Feed[T], keep func(*T) bool) (simulator.Page[T], error) {
	after, err := c.number("after", 0, 0, math.MaxInt64)
	if err != nil {
		return simulator.Page[T]{}, err
	}
	limit, err := c.number("limit", 100, 1, 1000)
	if err != nil {
		return simulator.Page[T]{}, err
	}
	timeout, err := c.wait(0)
	if err != nil {
		return simulator.Page[T]{}, err
	}
	return feed.Read(ctx, simulator.Query[T]{After: after, Limit: int(limit), Timeout: timeout, Keep: keep}), nil
}

// feedEnd is the end of every feed's reply.
type feedEnd struct {
	Next          uint64 `json:"next" doc:"after for the next call"`
	DroppedBefore uint64 `json:"dropped_before" doc:"number of the oldest entry still kept"`
}
