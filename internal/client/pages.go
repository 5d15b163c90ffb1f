package client

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// pageSize is the most that the lists give at once.
const pageSize = 200

// List reads a list page by page until it has limit entries (0 = all).
func (c *Client) List(ctx context.Context, path string, query url.Values, limit int) ([]json.RawMessage, error) {
	list := []json.RawMessage{}
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	for {
		size := pageSize
		if limit > 0 {
			size = min(size, limit-len(list))
		}
		query.Set("limit", strconv.Itoa(size))
		var page []json.RawMessage
		a, err := c.Do(ctx, http.MethodGet, path, query, nil, &page)
		if err != nil {
			return list, err
		}
		list = append(list, page...)
		if a.Next == "" || limit > 0 && len(list) >= limit {
			return list, nil
		}
		query.Set("after", a.Next)
	}
}
