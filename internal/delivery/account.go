package delivery

// account is what the webhooks of an account share.
type account struct {
	hooks   []*endpoint
	members int    // hooks, and those that have left but still have attempts under way
	held    [2]int // places, by speed
	denied  [2][]*endpoint
}

func (e *Engine) hooksOf(id int64) []*endpoint {
	if a := e.byAccount[id]; a != nil {
		return a.hooks
	}
	return nil
}

// join puts a webhook among those of its account.
func (e *Engine) join(p *endpoint) {
	a := e.byAccount[p.hook.AccountID]
	if a == nil {
		a = &account{}
		e.byAccount[p.hook.AccountID] = a
	}
	a.hooks, a.members, p.account = append(a.hooks, p), a.members+1, a
}

// part forgets a webhook that has left and has nothing under way any more.
func (e *Engine) part(p *endpoint) {
	if p.account.members--; p.account.members == 0 {
		delete(e.byAccount, p.hook.AccountID)
	}
}
