package simulator

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mau.fi/util/random"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// inviteBase is what an invite link begins with.
const inviteBase = "https://chat.whatsapp.com/"

// maxSubject is what real servers allow, in characters.
const maxSubject = 100

// Group is a group chat.
type Group struct {
	srv     *Server
	jid     types.JID
	created time.Time

	mu        sync.Mutex // also orders the notifications of changes
	subject   string
	topic     string
	topicID   string
	owner     *Person
	announce  bool
	locked    bool
	approval  bool
	ephemeral int // seconds
	invite    string
	members   []member
	requests  []*Person // wait for an admin's approval
	picture   *picture  // nil = none
	deleted   bool
	known     messageLog
}

type member struct {
	person *Person
	role   string
}

// CreateGroup makes a group and, unless Quiet, tells its members. Errors: ErrInvalid, ErrUnknownPerson.
func (s *Server) CreateGroup(spec GroupSpec) (*Group, error) {
	owner, err := s.Person(spec.Owner)
	if err != nil {
		return nil, err
	}
	people, err := s.people(spec.Participants)
	if err != nil {
		return nil, err
	}
	if err = checkSubject(spec.Subject); err != nil {
		return nil, err
	}
	g := s.newGroup(spec, owner, people)
	if !spec.Quiet {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.tellLocked(owner, g.createNodeLocked("new"), "create", nil)
	}
	return g, nil
}

func (s *Server) newGroup(spec GroupSpec, owner *Person, people []*Person) *Group {
	serial, err := rand.Int(rand.Reader, big.NewInt(100_000_000_000))
	if err != nil {
		serial = big.NewInt(time.Now().UnixNano() % 100_000_000_000) // no entropy: the clock is unique enough
	}
	g := &Group{srv: s, created: time.Now(), jid: types.NewJID("1203630"+leftPad(serial.String(), 11), types.GroupServer), subject: spec.Subject,
		topic: spec.Topic, owner: owner, announce: spec.Announce, locked: spec.Locked, approval: spec.Approval, ephemeral: spec.EphemeralS,
		invite: newInvite(), members: []member{{owner, RoleOwner}}}
	if g.topic != "" {
		g.topicID = newMessageID()
	}
	for _, p := range people {
		g.addLocked(p)
	}
	s.mu.Lock()
	s.groups[g.jid.User] = g
	s.mu.Unlock()
	return g
}

func leftPad(digits string, width int) string {
	return strings.Repeat("0", max(0, width-len(digits))) + digits
}

func newInvite() string { return base64.RawURLEncoding.EncodeToString(random.Bytes(16)) }

func checkSubject(subject string) error {
	if n := len([]rune(subject)); n == 0 || n > maxSubject {
		return fail(CodeInvalid, "a subject has 1 to %d characters", maxSubject)
	}
	return nil
}

func (s *Server) people(ids []string) ([]*Person, error) {
	list := make([]*Person, len(ids))
	for i, id := range ids {
		var err error
		if list[i], err = s.Person(id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Group finds a group by id, with or without "@g.us". Errors: ErrUnknownGroup.
func (s *Server) Group(id string) (*Group, error) {
	user := strings.TrimSuffix(id, "@"+types.GroupServer)
	if g := s.groupByJID(types.NewJID(user, types.GroupServer)); g != nil {
		return g, nil
	}
	return nil, fail(CodeUnknownGroup, "no group %q", id)
}

// groupByJID is nil when there is no such group, or the JID is not one of a group.
func (s *Server) groupByJID(j types.JID) *Group {
	if j.Server != types.GroupServer {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.groups[j.User]
}

// Groups lists all, oldest first.
func (s *Server) Groups() []*Group {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]*Group, 0, len(s.groups))
	for _, g := range s.groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *Group) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.jid.User, b.jid.User))
	})
	return list
}

// JID is the group's id.
func (g *Group) JID() types.JID { return g.jid }

// Info is the group's state.
func (g *Group) Info() GroupInfo {
	g.mu.Lock()
	defer g.mu.Unlock()
	info := GroupInfo{ID: g.jid.String(), Subject: g.subject, Topic: g.topic, Owner: g.owner.phone, Announce: g.announce, Locked: g.locked,
		Approval: g.approval, EphemeralS: g.ephemeral, InviteLink: inviteBase + g.invite, CreatedAt: g.created}
	for _, m := range g.members {
		info.Participants = append(info.Participants, Member{Phone: m.person.phone, LID: m.person.lid.User, Role: m.role})
	}
	return info
}

// people lists the members.
func (g *Group) people() []*Person {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.peopleLocked()
}

func (g *Group) peopleLocked() []*Person {
	list := make([]*Person, len(g.members))
	for i, m := range g.members {
		list[i] = m.person
	}
	return list
}

// role is "" for who is not a member.
func (g *Group) role(p *Person) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.roleLocked(p)
}

func (g *Group) roleLocked(p *Person) string {
	if i := g.indexLocked(p); i >= 0 {
		return g.members[i].role
	}
	return ""
}

func (g *Group) indexLocked(p *Person) int {
	return slices.IndexFunc(g.members, func(m member) bool { return m.person == p })
}

func (g *Group) isAdmin(p *Person) bool {
	role := g.role(p)
	return role == RoleOwner || role == RoleAdmin
}

// mayWrite is the error code for a message of a member or stranger; 0 when it is allowed.
func (g *Group) mayWrite(p *Person) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch g.roleLocked(p) {
	case "":
		return 403
	case RoleMember:
		if g.announce {
			return 401
		}
	}
	return 0
}

func (g *Group) addLocked(p *Person) bool {
	if g.indexLocked(p) >= 0 {
		return false
	}
	g.members = append(g.members, member{p, RoleMember})
	g.requests = slices.DeleteFunc(g.requests, func(r *Person) bool { return r == p })
	return true
}

func (g *Group) removeLocked(p *Person) bool {
	i := g.indexLocked(p)
	if i < 0 {
		return false
	}
	g.members = slices.Delete(g.members, i, i+1)
	return true
}

// forget takes a deleted person out without telling anybody.
func (g *Group) forget(p *Person) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.removeLocked(p)
}

func (g *Group) remember(m knownMessage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known.add(m)
}

func (g *Group) recall(id string) (knownMessage, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m, ok := g.known.byID[id]
	return m, ok
}

// tellLocked notifies the devices and the inboxes of members, and of others whom the change concerns too; it returns how
// many devices were told.
func (g *Group) tellLocked(actor *Person, change waBinary.Node, name string, others []*Person) (notified int) {
	actorName, _ := actor.profile()
	told := g.peopleLocked()
	for _, p := range others {
		if !slices.Contains(told, p) {
			told = append(told, p)
		}
	}
	for _, p := range told {
		p.note(Entry{Kind: KindGroup, From: Sender{Phone: actor.phone, LID: actor.lid.User}, Chat: g.jid.String(), Change: name})
		for _, d := range p.Devices() {
			notified++
			d.enqueue(element("notification", attrs{"from": g.jid, "type": "w:gp2", "id": g.srv.nextID(), "t": now(), "participant": actor.lid,
				"participant_pn": actor.pn, "addressing_mode": "lid", "notify": actorName}, change))
		}
	}
	return notified
}
