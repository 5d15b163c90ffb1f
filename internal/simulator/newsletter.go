package simulator

import (
	"cmp"
	"crypto/rand"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// channelBase is what the invite link of a newsletter begins with.
const channelBase = "https://whatsapp.com/channel/"

// Roles in a newsletter.
const (
	LetterOwner      = "owner"
	LetterAdmin      = "admin"
	LetterSubscriber = "subscriber"
	LetterGuest      = "guest" // does not follow it
)

// NewsletterSpec describes a newsletter to be created.
type NewsletterSpec struct {
	Name        string
	Owner       string // phone
	Description string
	Verified    bool
	Followers   []string // phones
}

// NewsletterInfo is the state of a newsletter.
type NewsletterInfo struct {
	ID          string // …@newsletter
	Name        string
	Description string
	Owner       string // phone
	Verified    bool
	InviteLink  string
	Followers   []Follower // the owner among them
	Posts       []PostInfo // oldest first
	CreatedAt   time.Time
}

// Follower is a person that follows a newsletter.
type Follower struct {
	Phone, Role string
	Muted       bool
}

// PostInfo is the state of a post.
type PostInfo struct {
	ID        string
	ServerID  int
	At        time.Time
	Deleted   bool
	Views     int
	Reactions map[string]int // by emoji
}

// Newsletter is a channel: posts of a few for many, not encrypted.
type Newsletter struct {
	srv     *Server
	jid     types.JID
	owner   *Person
	invite  string
	created time.Time

	mu          sync.Mutex // also orders the posts
	name        string
	description string
	verified    bool
	followers   map[*Person]*follower
	posts       []*post               // by server id, from 1
	live        map[*Device]time.Time // until when a device wants the counters
}

type follower struct {
	role  string
	muted bool
}

// CreateNewsletter makes a newsletter. Errors: ErrInvalid, ErrUnknownPerson.
func (s *Server) CreateNewsletter(spec NewsletterSpec) (*Newsletter, error) {
	owner, err := s.Person(spec.Owner)
	if err != nil {
		return nil, err
	}
	followers, err := s.people(spec.Followers)
	if err != nil {
		return nil, err
	}
	if err = checkSubject(spec.Name); err != nil {
		return nil, fail(CodeInvalid, "a name has 1 to %d characters", maxSubject)
	}
	l := s.newNewsletter(spec, owner)
	for _, p := range followers {
		l.follow(p, nil)
	}
	return l, nil
}

func (s *Server) newNewsletter(spec NewsletterSpec, owner *Person) *Newsletter {
	serial, err := rand.Int(rand.Reader, big.NewInt(100_000_000_000))
	if err != nil {
		serial = big.NewInt(time.Now().UnixNano() % 100_000_000_000) // no entropy: the clock is unique enough
	}
	l := &Newsletter{srv: s, owner: owner, created: time.Now(), jid: types.NewJID("1203631"+leftPad(serial.String(), 11), types.NewsletterServer),
		invite: newInvite(), name: spec.Name, description: spec.Description, verified: spec.Verified,
		followers: map[*Person]*follower{owner: {role: LetterOwner}}, live: map[*Device]time.Time{}}
	s.mu.Lock()
	s.newsletters[l.jid.User] = l
	s.mu.Unlock()
	return l
}

// Newsletter finds a newsletter by id, with or without "@newsletter". Errors: ErrUnknownNewsletter.
func (s *Server) Newsletter(id string) (*Newsletter, error) {
	user := strings.TrimSuffix(id, "@"+types.NewsletterServer)
	if l := s.newsletterByJID(types.NewJID(user, types.NewsletterServer)); l != nil {
		return l, nil
	}
	return nil, fail(CodeUnknownNewsletter, "no newsletter %q", id)
}

func (s *Server) newsletterByJID(j types.JID) *Newsletter {
	if j.Server != types.NewsletterServer {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.newsletters[j.User]
}

// Newsletters lists all, oldest first.
func (s *Server) Newsletters() []*Newsletter {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]*Newsletter, 0, len(s.newsletters))
	for _, l := range s.newsletters {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *Newsletter) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.jid.User, b.jid.User))
	})
	return list
}

// JID is the newsletter's id.
func (l *Newsletter) JID() types.JID { return l.jid }

// Info is the newsletter's state.
func (l *Newsletter) Info() NewsletterInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	info := NewsletterInfo{ID: l.jid.String(), Name: l.name, Description: l.description, Owner: l.owner.phone, Verified: l.verified,
		InviteLink: channelBase + l.invite, CreatedAt: l.created}
	for p, f := range l.followers {
		info.Followers = append(info.Followers, Follower{Phone: p.phone, Role: f.role, Muted: f.muted})
	}
	slices.SortFunc(info.Followers, func(a, b Follower) int { return cmp.Compare(a.Phone, b.Phone) })
	for _, p := range l.posts {
		info.Posts = append(info.Posts, p.infoLocked())
	}
	return info
}

// role is LetterGuest for who does not follow it.
func (l *Newsletter) role(p *Person) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.roleLocked(p)
}

func (l *Newsletter) roleLocked(p *Person) string {
	if f := l.followers[p]; f != nil {
		return f.role
	}
	return LetterGuest
}

// Follow is a person's phone following the newsletter; its linked devices are told. Errors: ErrUnknownPerson.
func (l *Newsletter) Follow(phone string) error {
	return l.asPerson(phone, func(p *Person) { l.follow(p, nil) })
}

// Unfollow is the opposite; an owner stays. Errors: ErrUnknownPerson.
func (l *Newsletter) Unfollow(phone string) error {
	return l.asPerson(phone, func(p *Person) { l.unfollow(p, nil) })
}

// Mute is a person's phone muting the newsletter or not; its linked devices are told. Errors: ErrUnknownPerson.
func (l *Newsletter) Mute(phone string, muted bool) error {
	return l.asPerson(phone, func(p *Person) { l.mute(p, muted, nil) })
}

func (l *Newsletter) asPerson(phone string, do func(*Person)) error {
	p, err := l.srv.Person(phone)
	if err == nil {
		do(p)
	}
	return err
}

func (l *Newsletter) follow(p *Person, by *Device) {
	l.mu.Lock()
	changed := l.followers[p] == nil
	if changed {
		l.followers[p] = &follower{role: LetterSubscriber}
	}
	l.mu.Unlock()
	if changed {
		p.tellMex(by, "NotificationNewsletterJoin", map[string]any{"xwa2_notify_newsletter_on_join": l.metadata(p)})
	}
}

func (l *Newsletter) unfollow(p *Person, by *Device) {
	l.mu.Lock()
	f := l.followers[p]
	changed := f != nil && f.role != LetterOwner
	if changed {
		delete(l.followers, p)
	}
	l.mu.Unlock()
	if changed {
		p.tellMex(by, "NotificationNewsletterLeave", map[string]any{"xwa2_notify_newsletter_on_leave": map[string]any{
			"id": l.jid.String(), "role": strings.ToUpper(LetterGuest)}})
	}
}

// mute changes the state of a follower; a guest has none.
func (l *Newsletter) mute(p *Person, muted bool, by *Device) {
	l.mu.Lock()
	f := l.followers[p]
	changed := f != nil && f.muted != muted
	if changed {
		f.muted = muted
	}
	l.mu.Unlock()
	if changed {
		p.tellMex(by, "NotificationNewsletterMuteChange", map[string]any{"xwa2_notify_newsletter_on_mute_change": map[string]any{
			"id": l.jid.String(), "mute": muteState(muted)}})
	}
}

// forget takes a deleted person out without telling anybody.
func (l *Newsletter) forget(p *Person) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.followers, p)
}
