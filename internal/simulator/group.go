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
	"go.mau.fi/whatsmeow/types"
)

// inviteBase is what an invite link begins with.
const inviteBase = "https://chat.whatsapp.com/"

// maxSubject is what real servers allow, in characters.
const maxSubject = 100

// Group is a group chat, or a community.
type Group struct {
	srv       *Server
	jid       types.JID
	created   time.Time
	community bool
	isDefault bool // the announcement group of its community

	mu        sync.Mutex // also orders the notifications of changes; of two groups never both are held
	subject   string
	topic     string
	topicID   string
	owner     *Person
	announce  bool
	locked    bool
	approval  bool
	memberAdd string
	ephemeral int // seconds
	suspended bool
	picture   *picture // nil = none
	parent    *Group
	invite    string
	revoked   map[string]bool    // codes of invites that were reset
	personal  map[string]*Person // invites for one person, by code
	members   []member
	version   int           // of the list of members
	requests  []joinRequest // wait for an admin's approval
	deleted   bool
	known     messageLog
}

type member struct {
	person *Person
	role   string
}

// CreateGroup makes a group and, unless Quiet, tells its members. Errors: ErrInvalid, ErrUnknownPerson, ErrUnknownGroup.
func (s *Server) CreateGroup(spec GroupSpec) (*Group, error) {
	owner, err := s.Person(spec.Owner)
	if err != nil {
		return nil, err
	}
	people, err := s.people(spec.Participants)
	if err != nil {
		return nil, err
	}
	parent, err := s.parentOf(&spec)
	if err != nil {
		return nil, err
	}
	g := s.newGroup(spec, parent, owner, people)
	s.keepGroup(g)
	g.begin(owner, spec.Quiet)
	return g, nil
}

// parentOf checks the settings of a group to be, and finds the community that it is put into; nil = none.
func (s *Server) parentOf(spec *GroupSpec) (*Group, error) {
	if err := checkSubject(spec.Subject); err != nil {
		return nil, err
	}
	switch spec.MemberAdd {
	case "", AddByAdmins, AddByAll:
	default:
		return nil, fail(CodeInvalid, "member_add_mode is %s or %s, not %q", AddByAdmins, AddByAll, spec.MemberAdd)
	}
	if spec.Parent == "" {
		return nil, nil
	}
	parent, err := s.Group(spec.Parent)
	if err != nil {
		return nil, err
	}
	if !parent.community || spec.Community {
		return nil, fail(CodeInvalid, "only a group can be put into a community, and only into a community")
	}
	return parent, nil
}

// begin makes what belongs to a new group, the announcement group of a community, and tells of it.
func (g *Group) begin(owner *Person, quiet bool) {
	parent := g.parentGroup()
	if g.community {
		board := g.srv.newGroup(GroupSpec{Subject: g.Info().Subject, Announce: true}, g, owner, g.people()[1:])
		board.isDefault = true
		g.srv.keepGroup(board)
		defer board.tellCreated(owner, quiet)
	}
	g.tellCreated(owner, quiet)
	if parent != nil && !quiet {
		parent.tellLink(owner, g, "link", "")
	}
}

func (g *Group) tellCreated(owner *Person, quiet bool) {
	if quiet {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tellLocked(notice{owner, g.createNodeLocked("new", ""), "create"}, g.peopleLocked())
}

// newGroup makes a group that nobody knows yet; keepGroup puts it into the world.
func (s *Server) newGroup(spec GroupSpec, parent *Group, owner *Person, people []*Person) *Group {
	serial, err := rand.Int(rand.Reader, big.NewInt(100_000_000_000))
	if err != nil {
		serial = big.NewInt(time.Now().UnixNano() % 100_000_000_000) // no entropy: the clock is unique enough
	}
	g := &Group{srv: s, created: time.Now(), jid: types.NewJID("1203630"+leftPad(serial.String(), 11), types.GroupServer), subject: spec.Subject,
		topic: spec.Topic, owner: owner, announce: spec.Announce, locked: spec.Locked, approval: spec.Approval, ephemeral: spec.EphemeralS,
		memberAdd: cmp.Or(spec.MemberAdd, AddByAdmins), community: spec.Community, parent: parent, invite: newInvite(), revoked: map[string]bool{},
		personal: map[string]*Person{}, members: []member{{owner, RoleOwner}}}
	if g.topic != "" {
		g.topicID = newMessageID()
	}
	for _, p := range people {
		g.addLocked(p)
	}
	g.version = 1
	return g
}

func (s *Server) keepGroup(g *Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[g.jid.User] = g
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
		Approval: g.approval, MemberAdd: g.memberAdd, EphemeralS: g.ephemeral, Suspended: g.suspended, PictureID: g.picture.idOrNone(),
		Community: g.community, DefaultSubgroup: g.isDefault, InviteLink: inviteBase + g.invite, CreatedAt: g.created}
	if g.parent != nil {
		info.Parent = g.parent.jid.String()
	}
	for _, m := range g.members {
		info.Participants = append(info.Participants, Member{Phone: m.person.phone, LID: m.person.lid.User, Role: m.role})
	}
	for _, r := range g.requests {
		info.Requests = append(info.Requests, JoinRequest{Phone: r.person.phone, Method: r.method, At: r.at})
	}
	return info
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
