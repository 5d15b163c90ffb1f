package simulator

import (
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// answerLookup handles usync: who has WhatsApp, which devices, which LID, what about text.
func (d *Device) answerLookup(n *waBinary.Node) reply {
	s := d.srv
	sync := n.GetChildByTag("usync")
	query, list := sync.GetChildByTag("query"), sync.GetChildByTag("list")
	wanted := map[string]bool{}
	for _, part := range query.GetChildren() {
		wanted[part.Tag] = true
	}
	var users []waBinary.Node
	for _, user := range list.GetChildren() {
		if number, ok := user.GetOptionalChildByTag("contact"); ok {
			users = append(users, s.lookupNumber(string(content(number)), wanted))
		} else {
			users = append(users, d.lookupUser(attrJID(&user, "jid"), wanted))
		}
	}
	return result(element("usync", attrs{"index": "0", "last": "true", "mode": sync.Attrs["mode"], "context": sync.Attrs["context"], "sid": sync.Attrs["sid"]},
		element("list", nil, users...)))
}

// lookupNumber tells whether a typed number has WhatsApp.
func (s *Server) lookupNumber(typed string, wanted map[string]bool) waBinary.Node {
	number, _, _ := strings.Cut(typed, "@")
	number = strings.TrimPrefix(number, "+")
	contact := waBinary.Node{Tag: "contact", Attrs: attrs{"type": "out"}, Content: []byte(typed)}
	a := attrs{"jid": types.NewJID(number, types.DefaultUserServer)}
	if p := s.byJID(types.NewJID(number, types.DefaultUserServer)); p != nil && p.onWhatsApp() {
		contact.Attrs["type"] = "in"
		a["jid"], a["pn_jid"] = p.lid, p.pn
		return element("user", a, append(p.businessNode(wanted), contact)...)
	}
	return element("user", a, contact)
}

// businessNode is the answer about the verified name; none for who has none or was not asked for it.
func (p *Person) businessNode(wanted map[string]bool) []waBinary.Node {
	if name, ok := p.verifiedName(); ok && wanted["business"] {
		return []waBinary.Node{element("business", nil, name)}
	}
	return nil
}

func (d *Device) lookupUser(jid types.JID, wanted map[string]bool) waBinary.Node {
	p := d.srv.byJID(jid)
	if p == nil || !p.onWhatsApp() {
		return element("user", attrs{"jid": jid}, element("devices", nil, element("error", attrs{"code": "404"})))
	}
	parts := p.businessNode(wanted)
	if wanted["devices"] {
		parts = append(parts, element("devices", nil, p.deviceList()))
	}
	if wanted["lid"] {
		parts = append(parts, element("lid", attrs{"val": p.lid}))
	}
	if pic := p.currentPicture(); wanted["picture"] && pic != nil && p.shows(PrivacyPicture, d.person) {
		parts = append(parts, element("picture", attrs{"id": pic.id}))
	}
	if about := p.Info().About; wanted["status"] && about != "" && p.shows(PrivacyAbout, d.person) {
		parts = append(parts, waBinary.Node{Tag: "status", Attrs: attrs{"t": now()}, Content: []byte(about)})
	}
	return element("user", attrs{"jid": jid}, parts...)
}

func (p *Person) deviceList() waBinary.Node {
	var list []waBinary.Node
	for _, number := range p.numbers() {
		list = append(list, element("device", attrs{"id": int(number), "key-index": int(number)}))
	}
	return element("device-list", nil, list...)
}
