package whatsapp

import (
	"slices"
	"strings"
	"unicode"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/event"
)

// settingsLeft is what the library leaves of a change of a group's settings.
type settingsLeft struct {
	memberAddMode string
	tags          []string // what nobody knows
}

// odd reads the changes that the library passes on as they came: it adds their events, and returns what are settings.
func (n *groupNotice) odd() (left settingsLeft) {
	for _, change := range n.v.UnknownChanges {
		switch change.Tag {
		case "created_membership_requests", "membership_approval_request":
			n.joinRequest(change, "created")
		case "revoked_membership_requests":
			n.joinRequest(change, "")
		case "modify":
			n.numbers(change)
		case "member_add_mode":
			left.memberAddMode = memberAddMode(nodeText(change))
		default:
			left.tags = append(left.tags, change.Tag)
		}
	}
	return left
}

// joinRequest adds that people asked to join, or that their requests are gone. Who is not named is the actor.
func (n *groupNotice) joinRequest(change *waBinary.Node, state string) {
	people := n.people(change)
	if len(people) == 0 && n.actor != nil {
		people = append(people, *n.actor)
	}
	if state == "" {
		state = "rejected"
		if n.actor != nil && !slices.ContainsFunc(people, func(p event.Person) bool { return !samePerson(p, *n.actor) }) {
			state = "withdrawn"
		}
	}
	method, _ := change.Attrs["request_method"].(string)
	n.add(event.GroupJoinRequested, change.Tag, event.GroupJoinRequest{Group: n.group, Actor: n.actor, Users: people, State: state, Method: event.Text(snake(method))})
}

// numbers adds that members have new phone numbers.
func (n *groupNotice) numbers(change *waBinary.Node) {
	people := n.people(change)
	if len(people) == 0 && n.actor != nil {
		people = append(people, *n.actor)
	}
	const action = "change_number"
	n.add(event.GroupParticipantUpdate, action, event.ParticipantUpdate{Group: n.group, Actor: n.actor, Action: action, Participants: people})
}

// people returns the persons that the children of an element name.
func (n *groupNotice) people(change *waBinary.Node) []event.Person {
	people := []event.Person{}
	for _, child := range change.GetChildren() {
		j, alt := nodeJID(&child, "jid"), nodeJID(&child, "phone_number")
		if j.Server == types.DefaultUserServer {
			alt = nodeJID(&child, "lid")
		}
		if j.IsEmpty() {
			continue
		}
		person := n.t.person(j, alt, "")
		if n.t.isMe(j) {
			person = n.t.me(j)
		}
		people = append(people, person)
		p := parties{learned: n.batch.Learned}
		p.learn(n.t.people, j, alt)
		n.batch.Learned = p.learned
	}
	return people
}

// samePerson compares two persons of one notice, whichever of their addresses it used.
func samePerson(a, b event.Person) bool {
	same := func(x, y *string) bool { return x != nil && y != nil && *x == *y }
	return a.JID == b.JID || same(a.LID, b.LID) || same(a.Phone, b.Phone)
}

// nodeJID reads an attribute that is an address, EmptyJID when there is none.
func nodeJID(n *waBinary.Node, name string) types.JID {
	switch v := n.Attrs[name].(type) {
	case types.JID:
		return v
	case string:
		return parse(v)
	}
	return types.EmptyJID
}

// nodeText reads the text of an element.
func nodeText(n *waBinary.Node) string {
	switch v := n.Content.(type) {
	case []byte:
		return string(v)
	case string: // words of WhatsApp's dictionary come decoded
		return v
	}
	return ""
}

// snake writes a name like InviteLink as our enums are written: invite_link.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
