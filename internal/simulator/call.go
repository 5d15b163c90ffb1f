package simulator

import (
	"encoding/hex"
	"strings"

	"go.mau.fi/util/random"
	waBinary "go.mau.fi/whatsmeow/binary"
)

// Call queues one step of a call for every device of a linked number and returns the call's id. Errors: ErrInvalid,
// ErrUnknownPerson, ErrUnknownGroup.
func (p *Person) Call(c Call) (callID string, err error) {
	to, err := p.srv.Person(c.To)
	if err != nil {
		return "", err
	}
	if c.ID == "" {
		c.ID = strings.ToUpper(hex.EncodeToString(random.Bytes(16)))
	}
	if c.State == "" {
		c.State = CallOffer
	}
	step := element(callTag(c.State), attrs{"call-id": c.ID, "call-creator": p.lid, "caller_pn": p.pn})
	if c.Group != "" {
		g, err := p.srv.Group(c.Group)
		if err != nil {
			return "", err
		}
		step.Attrs["group-jid"] = g.jid
	}
	switch c.State {
	case CallOffer:
		step.Content = offerContent(c.Video)
	case CallTerminate:
		step.Attrs["reason"] = c.Reason
		if c.Reason == "" {
			step.Attrs["reason"] = "timeout"
		}
	case CallOfferNotice:
		step.Attrs["media"], step.Attrs["type"] = "audio", "group"
		if c.Video {
			step.Attrs["media"] = "video"
		}
	case CallAccept, CallPreAccept, CallReject, CallTransport, CallLatency:
	default:
		return "", fail(CodeInvalid, "state must be offer, offer_notice, pre_accept, accept, reject, terminate, transport or relay_latency, not %q", c.State)
	}
	if to.blocks(p) {
		return c.ID, nil
	}
	for _, d := range to.Devices() {
		d.enqueue(element("call", attrs{"from": p.lid, "id": p.srv.nextID(), "t": now(), "platform": "android", "version": "2.26.1"}, step))
	}
	return c.ID, nil
}

// callTag is WhatsApp's name of a step.
func callTag(state string) string {
	switch state {
	case CallPreAccept:
		return "preaccept"
	case CallLatency:
		return "relaylatency"
	}
	return state
}

func offerContent(video bool) []waBinary.Node {
	streams := []waBinary.Node{element("audio", attrs{"enc": "opus", "rate": "16000"})}
	if video {
		streams = append(streams, element("video", attrs{"enc": "vp8"}))
	}
	return streams
}

// handleCall takes a client's step of a call, such as a rejection.
func (d *Device) handleCall(c *conn, n *waBinary.Node) {
	to, step := attrJID(n, "to"), firstChild(n)
	c.send(element("ack", attrs{"class": "call", "id": attrText(n, "id"), "from": to, "type": step.Tag}))
	if p := d.srv.byJID(to); p != nil && !p.blocks(d.person) {
		p.note(Entry{Kind: KindCall, From: d.sender(), Chat: d.person.phone, CallID: attrText(&step, "call-id"), State: step.Tag})
	}
}
