package simulator

import (
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/types/events"
)

// names tells what a client has reported behind a mark, without the brackets of the offline queue, which may come at any
// time.
func (c *client) names(after uint64) []string {
	var list []string
	for _, e := range c.events.Read(c.w.t.Context(), Query[any]{After: after, Limit: 1000}).Entries {
		switch v := e.(type) {
		case *events.LoggedOut:
			list = append(list, fmt.Sprintf("LoggedOut %v %d", v.OnConnect, v.Reason))
		case *events.TemporaryBan:
			list = append(list, fmt.Sprintf("TemporaryBan %d %s", v.Code, v.Expire))
		case *events.ConnectFailure:
			list = append(list, fmt.Sprintf("ConnectFailure %d", v.Reason))
		case *events.StreamError:
			list = append(list, "StreamError "+v.Code)
		default:
			list = append(list, strings.TrimPrefix(fmt.Sprintf("%T", e), "*events."))
		}
	}
	return slices.DeleteFunc(list, func(name string) bool { return strings.HasPrefix(name, "OfflineSync") })
}
