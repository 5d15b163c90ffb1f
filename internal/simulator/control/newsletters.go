package control

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"wapost/internal/simulator"
)

func newsletterRoutes() []route {
	return []route{
		post("/newsletters", "createNewsletter", "Make a newsletter.", createNewsletter).answers(http.StatusCreated).fails(simulator.CodeUnknownPerson),
		look("/newsletters", "listNewsletters", "All newsletters, oldest first.", listNewsletters),
		look("/newsletters/{newsletter}", "getNewsletter", "One newsletter with its posts.", getNewsletter).fails(simulator.CodeUnknownNewsletter),
		post("/newsletters/{newsletter}/messages", "publish", "The owner publishes or changes a post.", publish).answers(http.StatusCreated).
			takes(parameter{"wait", "text", "acked: answer once every linked follower has acknowledged, or at the timeout"},
				parameter{"timeout", "duration", "with wait=acked, at most 60s; default 10s"}).
			fails(simulator.CodeUnknownNewsletter, simulator.CodeUnknownMsg),
		post("/newsletters/{newsletter}/followers", "changeFollower", "A person's phone follows, leaves or mutes a newsletter.", changeFollower).
			fails(simulator.CodeUnknownNewsletter, simulator.CodeUnknownPerson),
		post("/newsletters/{newsletter}/counters", "setCounters", "Set what is counted of a post.", setCounters).
			fails(simulator.CodeUnknownNewsletter, simulator.CodeUnknownMsg),
	}
}

// newsletter is the one that the path names.
func (c *call) newsletter() (*simulator.Newsletter, error) {
	return c.sim.Newsletter(c.request.PathValue("newsletter"))
}

type newsletterBody struct {
	Name        string   `json:"name"`
	Owner       string   `json:"owner" doc:"phone"`
	Description string   `json:"description,omitempty"`
	Verified    bool     `json:"verified,omitempty"`
	Followers   []string `json:"followers,omitempty" doc:"phones"`
}

type newsletter struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Owner       string     `json:"owner" doc:"phone"`
	Verified    bool       `json:"verified"`
	InviteLink  string     `json:"invite_link"`
	Followers   []reader   `json:"followers"`
	Posts       []postView `json:"posts" doc:"oldest first"`
	CreatedAt   moment     `json:"created_at"`
}

type reader struct {
	Phone string `json:"phone"`
	Role  string `json:"role" enum:"owner,admin,subscriber"`
	Muted bool   `json:"muted"`
}

type postView struct {
	ID        string         `json:"id"`
	ServerID  int            `json:"server_id"`
	At        moment         `json:"at"`
	Deleted   bool           `json:"deleted"`
	Views     int            `json:"views"`
	Reactions []reactionView `json:"reactions"`
}

type reactionView struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
}

func viewNewsletter(l *simulator.Newsletter) newsletter {
	i := l.Info()
	view := newsletter{ID: i.ID, Name: i.Name, Description: i.Description, Owner: i.Owner, Verified: i.Verified, InviteLink: i.InviteLink,
		Followers: []reader{}, Posts: []postView{}, CreatedAt: at(i.CreatedAt)}
	for _, f := range i.Followers {
		view.Followers = append(view.Followers, reader(f))
	}
	for _, p := range i.Posts {
		view.Posts = append(view.Posts, viewPost(p))
	}
	return view
}

func viewPost(p simulator.PostInfo) postView {
	view := postView{ID: p.ID, ServerID: p.ServerID, At: at(p.At), Deleted: p.Deleted, Views: p.Views, Reactions: []reactionView{}}
	for _, emoji := range slices.Sorted(maps.Keys(p.Reactions)) {
		view.Reactions = append(view.Reactions, reactionView{emoji, p.Reactions[emoji]})
	}
	return view
}

func createNewsletter(_ context.Context, c *call, b *newsletterBody) (newsletter, error) {
	l, err := c.sim.CreateNewsletter(simulator.NewsletterSpec{Name: b.Name, Owner: b.Owner, Description: b.Description, Verified: b.Verified, Followers: b.Followers})
	if err != nil {
		return newsletter{}, err
	}
	return viewNewsletter(l), nil
}

type newslettersReply struct {
	Newsletters []newsletter `json:"newsletters"`
}

func listNewsletters(_ context.Context, c *call) (newslettersReply, error) {
	reply := newslettersReply{Newsletters: []newsletter{}}
	for _, l := range c.sim.Newsletters() {
		reply.Newsletters = append(reply.Newsletters, viewNewsletter(l))
	}
	return reply, nil
}

func getNewsletter(_ context.Context, c *call) (newsletter, error) {
	l, err := c.newsletter()
	if err != nil {
		return newsletter{}, err
	}
	return viewNewsletter(l), nil
}

// postBody is a post; exactly one content must be given.
type postBody struct {
	ID       string        `json:"id,omitempty" doc:"default: a new one"`
	Text     string        `json:"text,omitempty" doc:"content: plain text"`
	Image    *pictureBody  `json:"image,omitempty" doc:"content"`
	Video    *videoBody    `json:"video,omitempty" doc:"content"`
	Audio    *audioBody    `json:"audio,omitempty" doc:"content"`
	Document *documentBody `json:"document,omitempty" doc:"content"`
	Sticker  *stickerBody  `json:"sticker,omitempty" doc:"content"`
	Edit     *editBody     `json:"edit,omitempty" doc:"content: a new text for an earlier post"`
	Revoke   *revokeBody   `json:"revoke,omitempty" doc:"content: delete an earlier post"`
	Raw      []byte        `json:"raw,omitempty" doc:"content: a waE2E.Message protobuf, for everything else"`

	At    string `json:"at,omitempty" doc:"time of the post; default now"`
	Story bool   `json:"story,omitempty" doc:"shown as a story"`
}

// content is the post as a message has it.
func (b *postBody) content() *contentBody {
	return &contentBody{Text: b.Text, Image: b.Image, Video: b.Video, Audio: b.Audio, Document: b.Document, Sticker: b.Sticker, Edit: b.Edit,
		Revoke: b.Revoke, Raw: b.Raw}
}

type publishedReply struct {
	Post  postView `json:"post"`
	Acked bool     `json:"acked" doc:"every linked follower has acknowledged"`
}

func publish(ctx context.Context, c *call, b *postBody) (publishedReply, error) {
	l, err := c.newsletter()
	if err != nil {
		return publishedReply{}, err
	}
	waits, err := c.oneOf("wait", "", "acked")
	if err != nil {
		return publishedReply{}, err
	}
	timeout, err := c.wait(10 * time.Second)
	if err != nil {
		return publishedReply{}, err
	}
	p := simulator.Post{Message: simulator.Message{ID: b.ID}, Story: b.Story}
	if _, err = b.content().one(); err != nil {
		return publishedReply{}, err
	}
	if p.At, err = instant("at", b.At); err != nil {
		return publishedReply{}, err
	}
	if err = b.content().fill(&p.Message); err != nil {
		return publishedReply{}, err
	}
	info, delivery, err := l.Publish(p)
	if err != nil {
		return publishedReply{}, err
	}
	if waits == "acked" {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		_ = delivery.Wait(ctx) // whether it came in time is what Acked tells
	}
	return publishedReply{Post: viewPost(info), Acked: delivery.Acked()}, nil
}

type followerBody struct {
	Phone  string `json:"phone"`
	Action string `json:"action" enum:"follow,unfollow,mute,unmute"`
}

func changeFollower(_ context.Context, c *call, b *followerBody) (newsletter, error) {
	l, err := c.newsletter()
	if err != nil {
		return newsletter{}, err
	}
	switch b.Action {
	case "follow":
		err = l.Follow(b.Phone)
	case "unfollow":
		err = l.Unfollow(b.Phone)
	default:
		err = l.Mute(b.Phone, b.Action == "mute")
	}
	if err != nil {
		return newsletter{}, err
	}
	return viewNewsletter(l), nil
}

type countersBody struct {
	ServerID int    `json:"server_id" doc:"of the post"`
	Views    *int   `json:"views,omitempty"`
	Emoji    string `json:"emoji,omitempty" doc:"of the reaction that is counted"`
	Count    int    `json:"count,omitempty" doc:"reactions with this emoji"`
}

func setCounters(_ context.Context, c *call, b *countersBody) (postView, error) {
	l, err := c.newsletter()
	if err != nil {
		return postView{}, err
	}
	info, err := l.Counters(b.ServerID, b.Views, b.Emoji, b.Count)
	if err != nil {
		return postView{}, err
	}
	return viewPost(info), nil
}
