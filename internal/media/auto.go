package media

import (
	"context"
	"time"
)

// lookAgain is how often files that are due are looked for when nothing says that there are some.
const lookAgain = 30 * time.Second

// fetchDue fetches what is to be fetched without anybody asking: new files, if that is wanted, and those that a phone has
// uploaded once more. What is due stands in the database, so a restart forgets none.
func (a *Archive) fetchDue(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-a.woken:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		timer.Reset(lookAgain)
		list, err := a.Store.Due(ctx, time.Now(), page)
		if err != nil && ctx.Err() == nil {
			a.log.Warn("files that are due cannot be found", "error", err)
		}
		for i := range list {
			if a.flying(list[i].ID) == nil && !a.launch(ctx, &list[i]) {
				return
			}
		}
	}
}

// launch begins the flight of a file once there is a place for it; false = we are stopping.
func (a *Archive) launch(ctx context.Context, r *Record) bool {
	select {
	case a.auto <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	f, err := a.join(Scope{AccountID: r.AccountID}, r.ID)
	if err != nil {
		<-a.auto
		return false
	}
	a.group.Go(func() {
		<-f.done
		<-a.auto
		if f.err == nil {
			a.wake() // more than a page may be due
		}
	})
	return true
}
