package simulator

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// handle is the one door for what a client sends. Before the login only queries are heard.
func (c *conn) handle(n *waBinary.Node) {
	if n.Tag == "iq" {
		c.handleQuery(n)
		return
	}
	d := c.device.Load()
	if d == nil {
		return
	}
	switch n.Tag {
	case "ack":
		d.handleAck(n)
	case "receipt":
		d.handleReceipt(c, n)
	case "message":
		d.handleMessage(c, n)
	case "call":
		d.handleCall(c, n)
	case "presence":
		d.handlePresence(c, n)
	case "chatstate":
		d.handleTyping(n)
	case "ib": // information without an answer
	default:
		c.srv.unknown.query(n.Tag, "", firstChild(n).Tag, n)
		c.send(element("ack", attrs{"class": n.Tag, "id": attrText(n, "id"), "from": types.ServerJID, "error": 501}))
	}
}

// reply is the answer to a query; then runs after it was handed to the connection.
type reply struct {
	node waBinary.Node
	then func()
}

func result(children ...waBinary.Node) reply {
	return reply{node: element("iq", attrs{"type": "result"}, children...)}
}

func queryError(code int, text string) reply {
	return reply{node: element("iq", attrs{"type": "error"}, element("error", attrs{"code": code, "text": text}))}
}

// andThen adds what follows the answer.
func (r reply) andThen(f func()) reply {
	r.then = f
	return r
}

func (c *conn) handleQuery(n *waBinary.Node) {
	kind := attrText(n, "type")
	if kind == "result" || kind == "error" {
		c.handlePairReply(n)
		return
	}
	answer, ok := c.answer(n, kind)
	if !ok {
		return
	}
	answer.node.Attrs["id"] = attrText(n, "id")
	answer.node.Attrs["from"] = types.ServerJID
	if to := attrJID(n, "to"); !to.IsEmpty() {
		answer.node.Attrs["from"] = to
	}
	c.send(answer.node)
	if answer.then != nil {
		answer.then()
	}
}

// answer finds the reply to a query; false means silence, which only a fault may ask for.
func (c *conn) answer(n *waBinary.Node, kind string) (reply, bool) {
	xmlns, child, d := attrText(n, "xmlns"), firstChild(n), c.device.Load()
	if code, silent := c.srv.faults.takeQuery(d, xmlns, child.Tag); silent {
		return reply{}, false
	} else if code != 0 {
		return queryError(code, "fault"), true
	}
	if xmlns == "w:p" {
		return result(), !c.srv.faults.forConn(c).MutePings
	}
	if xmlns == "md" {
		if r, ok := c.answerLinking(d, &child); ok {
			return r, true
		}
	}
	if d == nil {
		return queryError(401, "not-authorized"), true
	}
	if r, ok := d.answer(c, n, xmlns, kind, &child); ok {
		return r, true
	}
	c.srv.unknown.query(kind, xmlns, child.Tag, n)
	return queryError(501, "feature-not-implemented"), true
}

// answer handles the queries of a logged-in device; false means that the simulator does not know the query.
func (d *Device) answer(c *conn, n *waBinary.Node, xmlns, kind string, child *waBinary.Node) (reply, bool) {
	switch xmlns {
	case "encrypt":
		return d.answerKeys(n, kind), true
	case "passive":
		if child.Tag == "active" {
			return result().andThen(func() {
				d.activate(c)
				d.person.afterLink(d)
			}), true
		}
		return result(), true
	case "usync":
		return d.answerLookup(n), true
	case "w:g2":
		return d.answerGroup(n, kind, child)
	case "w:m":
		return result(element("media_conn", attrs{"auth": "simulator", "ttl": 3600, "auth_ttl": 3600, "max_buckets": 12},
			element("host", attrs{"hostname": hostMedia}))), true
	case "w:sync:app:state":
		return d.person.state.answer(child, d), true
	case "w:profile:picture":
		return d.answerPicture(n, kind), true
	case "privacy":
		switch child.Tag {
		case "privacy":
			return d.answerPrivacy(kind, child), true
		case "tokens":
			return d.answerTokens(child), true
		}
	case "blocklist":
		return d.answerBlocklist(kind, child), true
	case "status":
		if kind == "get" && child.Tag == "privacy" {
			return d.answerStatusPrivacy(), true
		}
	case "newsletter":
		return d.answerNewsletter(n, kind, child)
	case "tos":
		return result(), true // taken, and never asked for
	case "w:mex":
		return d.answerMex(child)
	case "urn:xmpp:whatsapp:dirty", "urn:xmpp:whatsapp:push":
		return result(), true // nothing is ever dirty, and nobody is woken by a push
	}
	return reply{}, false
}
