package simulator

import (
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// liveFor is how long a client gets counters after it asked for them.
const liveFor = 5 * time.Minute

// answerNewsletter handles the queries about posts; false means that the simulator does not know the query.
func (d *Device) answerNewsletter(n *waBinary.Node, kind string, child *waBinary.Node) (reply, bool) {
	j := attrJID(n, "to")
	if named := attrJID(child, "jid"); !named.IsEmpty() {
		j = named
	}
	l := d.srv.newsletterByJID(j)
	if l == nil {
		return queryError(404, "item-not-found"), true
	}
	switch {
	case kind == "get" && child.Tag == "messages":
		return result(l.page(child, "messages", true)), true
	case kind == "get" && child.Tag == "message_updates":
		return result(element("message_updates", nil, l.page(child, "messages", false))), true
	case kind == "set" && child.Tag == "live_updates":
		l.mu.Lock()
		defer l.mu.Unlock()
		l.live[d] = time.Now().Add(liveFor)
		return result(element("live_updates", attrs{"duration": int(liveFor.Seconds())})), true
	}
	return reply{}, false
}

// page lists posts, the newest last: before and after are server ids, since a time.
func (l *Newsletter) page(asked *waBinary.Node, tag string, whole bool) waBinary.Node {
	count, before, after, since := attrNumber(asked, "count"), attrNumber(asked, "before"), attrNumber(asked, "after"), attrNumber(asked, "since")
	if count <= 0 {
		count = 50
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []waBinary.Node
	for i := len(l.posts) - 1; i >= 0 && len(list) < count; i-- {
		p := l.posts[i]
		if p.deleted || before > 0 && p.serverID >= before || p.serverID <= after || p.at.Unix() < int64(since) {
			continue
		}
		list = append([]waBinary.Node{p.counterNodeLocked(whole)}, list...)
	}
	return element(tag, attrs{"jid": l.jid, "t": now()}, list...)
}

// see counts that a client has viewed posts.
func (d *Device) see(l *Newsletter, n *waBinary.Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := n.GetChildByTag("list")
	for _, item := range list.GetChildren() {
		if p := l.numberLocked(attrNumber(&item, "server_id")); p != nil && !p.viewers[d.person] {
			p.viewers[d.person] = true
			l.tellCountersLocked(p)
		}
	}
}

// handlePost takes a client's message to a newsletter: a post, an edit, a revoke or a reaction.
func (d *Device) handlePost(c *conn, n *waBinary.Node, to types.JID) {
	ack := attrs{"class": "message", "id": attrText(n, "id"), "from": to, "t": now()}
	var serverID, code int
	if fault := d.srv.faults.takeAckError(d, d.srv.names(to)); fault != nil {
		code = fault.Code
	} else {
		serverID, code = d.post(n, to)
	}
	if code != 0 {
		ack["error"] = code
	} else if serverID != 0 {
		ack["server_id"] = serverID
	}
	c.send(element("ack", ack))
}

// post returns the server id of what was written, or the error code.
func (d *Device) post(n *waBinary.Node, to types.JID) (serverID, code int) {
	l := d.srv.newsletterByJID(to)
	if l == nil {
		return 0, 404
	}
	id, edit := attrText(n, "id"), attrText(n, "edit")
	if reaction, ok := n.GetOptionalChildByTag("reaction"); ok {
		return l.reactTo(d.person, attrNumber(n, "server_id"), attrText(&reaction, "code"))
	}
	if role := l.role(d.person); role != LetterOwner && role != LetterAdmin {
		return 0, 401
	}
	var info PostInfo
	var err error
	var body waE2E.Message
	if proto.Unmarshal(childContent(n, "plaintext"), &body) != nil {
		return 0, 400
	}
	switch {
	case edit == editAdmin:
		info, _, err = l.edit(d.person, id, &body, d)
	case edit == editAdminRevoke:
		info, _, err = l.revoke(d.person, id, d)
	case !d.firstTime(id):
		return l.numberOf(id), 0 // sent again after a cut: it is there
	default:
		info, _, err = l.publish(d.person, id, time.Time{}, &body, false, d)
	}
	if err != nil {
		return 0, 404
	}
	return info.ServerID, 0
}

func (l *Newsletter) numberOf(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.postLocked(id); p != nil {
		return p.serverID
	}
	return 0
}

// reactTo sets the reaction of a person, or takes it back.
func (l *Newsletter) reactTo(p *Person, serverID int, emoji string) (int, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	target := l.numberLocked(serverID)
	if target == nil {
		return 0, 404
	}
	if emoji == "" {
		delete(target.reacted, p)
	} else {
		target.reacted[p] = emoji
	}
	l.tellCountersLocked(target)
	return 0, 0
}
