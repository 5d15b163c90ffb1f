package simulator

import (
	"maps"
	"slices"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// editAdmin marks the new content of a post.
const editAdmin = "3"

// post is one message of a newsletter; guarded by the newsletter.
type post struct {
	id        string
	serverID  int
	at        time.Time
	edited    time.Time // zero = never
	story     bool
	deleted   bool
	kind      string
	media     string
	body      []byte // waE2E.Message
	views     int
	viewers   map[*Person]bool
	reactions map[string]int // that the control side has set
	reacted   map[*Person]string
}

// countsLocked are the reactions of all.
func (p *post) countsLocked() map[string]int {
	counts := maps.Clone(p.reactions)
	if counts == nil {
		counts = map[string]int{}
	}
	for _, emoji := range p.reacted {
		counts[emoji]++
	}
	return counts
}

func (p *post) infoLocked() PostInfo {
	return PostInfo{ID: p.id, ServerID: p.serverID, At: p.at, Deleted: p.deleted, Views: p.views + len(p.viewers), Reactions: p.countsLocked()}
}

// Post is something that the owner of a newsletter publishes. Of the contents of a Message it takes Text, Media, Raw, Edit
// and Revoke.
type Post struct {
	Message
	Story bool // shown as a story: it comes as another stanza
}

// Publish writes a post, or changes one, and returns once it is in the queue of every linked follower. Errors: ErrInvalid,
// ErrUnknownMsg.
func (l *Newsletter) Publish(m Post) (PostInfo, *Delivery, error) {
	switch {
	case m.Edit != nil:
		return l.edit(l.owner, m.Edit.ID, &waE2E.Message{Conversation: &m.Edit.Text}, nil)
	case m.Revoke != nil:
		return l.revoke(l.owner, m.Revoke.ID, nil)
	case m.Reaction != nil:
		return PostInfo{}, nil, fail(CodeInvalid, "reactions to posts are counters")
	}
	body, err := l.owner.compose(&m.Message, l.jid)
	if err != nil {
		return PostInfo{}, nil, err
	}
	return l.publish(l.owner, m.ID, m.At, body, m.Story, nil)
}

// publish adds a post of a person; by is the client that wrote it, nil for the phone.
func (l *Newsletter) publish(author *Person, id string, at time.Time, body *waE2E.Message, story bool, by *Device) (PostInfo, *Delivery, error) {
	raw, err := proto.Marshal(body)
	if err != nil {
		return PostInfo{}, nil, fail(CodeInvalid, "the post cannot be encoded: %v", err)
	}
	if id == "" {
		id = newMessageID()
	}
	if at.IsZero() {
		at = time.Now()
	}
	kind, media, _ := classify(body)
	l.mu.Lock()
	defer l.mu.Unlock()
	p := &post{id: id, serverID: len(l.posts) + 1, at: at, story: story, kind: kind, media: media, body: raw,
		viewers: map[*Person]bool{}, reacted: map[*Person]string{}}
	l.posts = append(l.posts, p)
	return p.infoLocked(), l.deliverLocked(author, p, "", by), nil
}

// edit replaces the content of a post.
func (l *Newsletter) edit(author *Person, id string, body *waE2E.Message, by *Device) (PostInfo, *Delivery, error) {
	raw, err := proto.Marshal(body)
	if err != nil {
		return PostInfo{}, nil, fail(CodeInvalid, "the post cannot be encoded: %v", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.postLocked(id)
	if p == nil {
		return PostInfo{}, nil, fail(CodeUnknownMsg, "no post %q in this newsletter", id)
	}
	p.kind, p.media, _ = classify(body)
	p.body, p.edited = raw, time.Now()
	return p.infoLocked(), l.deliverLocked(author, p, editAdmin, by), nil
}

// revoke deletes a post. Its place stays, without a content.
func (l *Newsletter) revoke(author *Person, id string, by *Device) (PostInfo, *Delivery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.postLocked(id)
	if p == nil {
		return PostInfo{}, nil, fail(CodeUnknownMsg, "no post %q in this newsletter", id)
	}
	raw, err := proto.Marshal(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(),
		Key: &waCommon.MessageKey{RemoteJID: proto.String(l.jid.String()), ID: &p.id}}})
	if err != nil {
		return PostInfo{}, nil, fail(CodeInvalid, "the post cannot be encoded: %v", err)
	}
	p.deleted, p.body, p.kind, p.media = true, raw, "text", ""
	return p.infoLocked(), l.deliverLocked(author, p, editAdminRevoke, by), nil
}

func (l *Newsletter) postLocked(id string) *post {
	i := slices.IndexFunc(l.posts, func(p *post) bool { return p.id == id && !p.deleted })
	if i < 0 {
		return nil
	}
	return l.posts[i]
}

// numberLocked finds a post by its server id; nil when there is none.
func (l *Newsletter) numberLocked(serverID int) *post {
	if serverID < 1 || serverID > len(l.posts) {
		return nil
	}
	return l.posts[serverID-1]
}

// deliverLocked queues a post for the followers' devices, but not for the one that wrote it, and shows it to their phones.
func (l *Newsletter) deliverLocked(author *Person, p *post, edit string, by *Device) *Delivery {
	n := l.postNode(p, edit)
	delivery := &Delivery{ID: p.id, To: l.jid, At: p.at}
	for reader := range l.followers {
		if by != nil {
			reader.notePost(author, by, l, p, edit)
		}
		for _, d := range reader.Devices() {
			if d != by {
				delivery.targets = append(delivery.targets, target{jid: d.jid, stanza: d.enqueue(n)})
			}
		}
	}
	return delivery
}

// postNode is a post as followers get it: a message, or a status for stories.
func (l *Newsletter) postNode(p *post, edit string) waBinary.Node {
	n := element("message", attrs{"from": l.jid, "id": p.id, "server_id": p.serverID, "t": p.at.Unix(), "type": p.kind, "edit": edit}, plaintext(p))
	if p.story {
		n.Tag = "status"
	}
	if edit == editAdmin {
		n.Content = append(n.GetChildren(), element("meta", attrs{"msg_edit_t": p.edited.UnixMilli(), "original_msg_t": p.at.Unix()}))
	}
	return n
}

func plaintext(p *post) waBinary.Node {
	n := element("plaintext", attrs{"mediatype": p.media})
	n.Content = p.body
	return n
}

// notePost shows a client's post to the phone of a follower.
func (p *Person) notePost(author *Person, by *Device, l *Newsletter, wrote *post, edit string) {
	var body waE2E.Message
	if proto.Unmarshal(wrote.body, &body) != nil {
		return // it was encoded here
	}
	p.note(Entry{Kind: KindMessage, From: by.sender(), Chat: l.jid.String(), ID: wrote.id, FromMe: author == p, Text: textOf(&body), Raw: wrote.body,
		Type: wrote.kind, Edit: edit, Encryption: "none"})
}

// Counters sets what is counted of a post: views, and how many others reacted with an emoji. Who subscribed is told. Errors:
// ErrUnknownMsg, ErrInvalid.
func (l *Newsletter) Counters(serverID int, views *int, emoji string, count int) (PostInfo, error) {
	if views != nil && *views < 0 || count < 0 {
		return PostInfo{}, fail(CodeInvalid, "counters must not be negative")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.numberLocked(serverID)
	if p == nil {
		return PostInfo{}, fail(CodeUnknownMsg, "no post %d in this newsletter", serverID)
	}
	assign(&p.views, views)
	if emoji != "" {
		if p.reactions == nil {
			p.reactions = map[string]int{}
		}
		p.reactions[emoji] = count
	}
	l.tellCountersLocked(p)
	return p.infoLocked(), nil
}

// TellCounters tells a device how a post stands, whether it asked for that or not. Errors: ErrUnknownMsg.
func (l *Newsletter) TellCounters(d *Device, serverID int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.numberLocked(serverID)
	if p == nil {
		return fail(CodeUnknownMsg, "no post %d in this newsletter", serverID)
	}
	d.enqueue(l.countersNodeLocked(p))
	return nil
}

func (l *Newsletter) countersNodeLocked(p *post) waBinary.Node {
	return element("notification", attrs{"from": l.jid, "type": "newsletter", "id": l.srv.nextID(), "t": now()},
		element("live_updates", nil, p.counterNodeLocked(false)))
}

// tellCountersLocked tells the devices that subscribed; it is queued like every notification.
func (l *Newsletter) tellCountersLocked(p *post) {
	for d, until := range l.live {
		if time.Now().After(until) {
			delete(l.live, d)
			continue
		}
		d.enqueue(l.countersNodeLocked(p))
	}
}

// counterNodeLocked is a post with its counters, and with its content if asked for.
func (p *post) counterNodeLocked(whole bool) waBinary.Node {
	info := p.infoLocked()
	children := []waBinary.Node{element("views_count", attrs{"count": info.Views})}
	if whole {
		children = append(children, plaintext(p))
	}
	var reactions []waBinary.Node
	for _, emoji := range slices.Sorted(maps.Keys(info.Reactions)) {
		if n := info.Reactions[emoji]; n > 0 {
			reactions = append(reactions, element("reaction", attrs{"code": emoji, "count": n}))
		}
	}
	children = append(children, element("reactions", nil, reactions...))
	return element("message", attrs{"id": p.id, "server_id": p.serverID, "t": p.at.Unix(), "type": p.kind}, children...)
}
