package simulator

import (
	"slices"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// joinRequest is someone who waits for an admin's word.
type joinRequest struct {
	person *Person
	method string
	at     time.Time
}

// requestLocked notes that someone wants to join, and tells the admins; 0 when it was known.
func (g *Group) requestLocked(p *Person, method string) (notified int) {
	if g.roleLocked(p) != "" || slices.ContainsFunc(g.requests, func(r joinRequest) bool { return r.person == p }) {
		return 0
	}
	g.requests = append(g.requests, joinRequest{p, method, time.Now()})
	change := element("created_membership_requests", attrs{"request_method": method}, element("requested_user", attrs{"jid": p.lid, "phone_number": p.pn}))
	return g.tellLocked(notice{p, change, GroupRequest}, g.adminsLocked())
}

// takeRequestLocked ends a request; false when there was none.
func (g *Group) takeRequestLocked(p *Person) bool {
	i := slices.IndexFunc(g.requests, func(r joinRequest) bool { return r.person == p })
	if i < 0 {
		return false
	}
	g.requests = slices.Delete(g.requests, i, i+1)
	return true
}

// approveLocked lets people in who asked for it.
func (g *Group) approveLocked(actor *Person, people []*Person) (notified int) {
	var waiting []*Person
	for _, p := range people {
		if slices.ContainsFunc(g.requests, func(r joinRequest) bool { return r.person == p }) {
			waiting = append(waiting, p)
		}
	}
	_, notified = g.changeMembersLocked(actor, GroupAdd, waiting, "")
	return notified
}

// dropRequestsLocked ends requests without letting people in: the admins are told, and who asked.
func (g *Group) dropRequestsLocked(actor *Person, action string, people []*Person) (notified int) {
	var dropped []*Person
	for _, p := range people {
		if g.takeRequestLocked(p) {
			dropped = append(dropped, p)
		}
	}
	if len(dropped) == 0 {
		return 0
	}
	var list []waBinary.Node
	for _, p := range dropped {
		list = append(list, element("participant", attrs{"jid": p.lid}))
	}
	return g.tellLocked(notice{actor, element("revoked_membership_requests", nil, list...), action}, append(g.adminsLocked(), dropped...))
}

// changeRequestsLocked applies what a person does about requests; false = it is about something else.
func (g *Group) changeRequestsLocked(actor *Person, c GroupChange, people []*Person) (notified int, ok bool, err error) {
	switch c.Action {
	case GroupRequest:
		method := c.Value
		switch method {
		case "":
			method = JoinByLink
		case JoinByLink, JoinByCommunity, JoinByMember:
		default:
			return 0, true, fail(CodeInvalid, "a request comes by %s, %s or %s, not by %q", JoinByLink, JoinByCommunity, JoinByMember, method)
		}
		return g.requestLocked(actor, method), true, nil
	case GroupWithdraw:
		return g.dropRequestsLocked(actor, c.Action, []*Person{actor}), true, nil
	case GroupApprove, GroupReject:
		if len(people) == 0 {
			return 0, true, fail(CodeInvalid, "%s needs participants", c.Action)
		}
		if c.Action == GroupApprove {
			return g.approveLocked(actor, people), true, nil
		}
		return g.dropRequestsLocked(actor, c.Action, people), true, nil
	}
	return 0, false, nil
}
