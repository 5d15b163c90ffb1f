package simulator

import (
	"bytes"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// picture is a profile picture. The preview of a real one is smaller; here both are the same.
type picture struct{ id, path string }

// newPicture keeps the bytes on the media host.
func (s *Server) newPicture(data []byte) *picture {
	return &picture{id: strconv.FormatInt(now(), 10) + strconv.FormatUint(s.lastID.Add(1), 10), path: s.blobs.put(data, 0)}
}

// SetPicture is the phone setting its picture; none removes it. Linked devices and who may see it are told.
func (p *Person) SetPicture(data []byte) { p.setPicture(data, nil) }

// setPicture returns the id of the new picture, "" for none.
func (p *Person) setPicture(data []byte, by *Device) string {
	var set *picture
	if len(data) > 0 {
		set = p.srv.newPicture(data)
	}
	p.mu.Lock()
	p.picture = set
	p.mu.Unlock()
	p.tellWatchers(PrivacyPicture, "picture", set.change(p.lid, p.lid))
	p.syncAccount(element("picture", nil), by)
	return set.idOrNone()
}

func (pic *picture) idOrNone() string {
	if pic == nil {
		return ""
	}
	return pic.id
}

// change is the element by which others hear of a picture.
func (pic *picture) change(of, author types.JID) waBinary.Node {
	if pic == nil {
		return element("delete", attrs{"jid": of, "author": author})
	}
	return element("set", attrs{"jid": of, "id": pic.id, "author": author})
}

// answer tells where a picture is, or that the client has it.
func (pic *picture) answer(n *waBinary.Node) reply {
	if pic == nil {
		return queryError(404, "item-not-found")
	}
	if attrText(n, "id") == pic.id {
		return result(element("picture", attrs{"status": 304}))
	}
	kind := attrText(n, "type")
	if kind == "" {
		kind = "image"
	}
	return result(element("picture", attrs{"id": pic.id, "type": kind, "url": "https://" + hostPictures + pic.path, "direct_path": pic.path}))
}

// answerPicture reads and sets the pictures of people and of groups.
func (d *Device) answerPicture(n *waBinary.Node, kind string) reply {
	target, asked := attrJID(n, "target"), n.GetChildByTag("picture")
	g := d.srv.groupByJID(target)
	if kind == "get" {
		return d.readPicture(d.account(target), g, &asked)
	}
	data := content(asked)
	if len(data) > 0 && !bytes.HasPrefix(data, []byte{0xff, 0xd8}) {
		return queryError(406, "not-acceptable") // WhatsApp takes JPEG alone
	}
	if g != nil {
		return d.setGroupPicture(g, data)
	}
	if d.account(target) != d.person {
		return queryError(403, "forbidden")
	}
	return pictureSet(d.person.setPicture(data, d))
}

// pictureSet names a new picture; removing one has an empty answer.
func pictureSet(id string) reply {
	if id == "" {
		return result()
	}
	return result(element("picture", attrs{"id": id}))
}

func (d *Device) readPicture(p *Person, g *Group, asked *waBinary.Node) reply {
	switch {
	case g != nil && g.role(d.person) == "", p != nil && !p.shows(PrivacyPicture, d.person):
		return queryError(401, "not-authorized")
	case g != nil:
		return g.currentPicture().answer(asked)
	case p != nil:
		return p.currentPicture().answer(asked)
	}
	return queryError(404, "item-not-found")
}

func (p *Person) currentPicture() *picture {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.picture
}

func (g *Group) currentPicture() *picture {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.picture
}

// setGroupPicture obeys the same rule as the subject.
func (d *Device) setGroupPicture(g *Group, data []byte) reply {
	if role := g.role(d.person); role == "" || role == RoleMember && g.Info().Locked {
		return queryError(403, "forbidden")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.setPictureLocked(d.person, data)
	return pictureSet(g.picture.idOrNone())
}

// setPictureLocked tells all members of a new picture, the one who has set it too.
func (g *Group) setPictureLocked(actor *Person, data []byte) (notified int) {
	g.picture = nil
	if len(data) > 0 {
		g.picture = g.srv.newPicture(data)
	}
	for _, p := range g.peopleLocked() {
		p.note(Entry{Kind: KindGroup, From: Sender{Phone: actor.phone, LID: actor.lid.User}, Chat: g.jid.String(), Change: GroupPicture})
		for _, d := range p.Devices() {
			notified++
			d.enqueue(element("notification", attrs{"from": g.jid, "type": "picture", "id": g.srv.nextID(), "t": now()}, g.picture.change(g.jid, actor.lid)))
		}
	}
	return notified
}
