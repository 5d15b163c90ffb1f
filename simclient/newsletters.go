package simclient

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Newsletter is a channel.
type Newsletter struct {
	ID          string     `json:"id"` // …@newsletter
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Owner       string     `json:"owner"` // phone
	Verified    bool       `json:"verified"`
	InviteLink  string     `json:"invite_link"`
	Followers   []Follower `json:"followers"`
	Posts       []Post     `json:"posts"` // oldest first
	CreatedAt   time.Time  `json:"created_at"`
}

// Follower is a person that follows a newsletter.
type Follower struct {
	Phone string `json:"phone"`
	Role  string `json:"role"` // "owner", "admin", "subscriber"
	Muted bool   `json:"muted"`
}

// Post is the state of a post.
type Post struct {
	ID        string          `json:"id"`
	ServerID  int             `json:"server_id"`
	At        time.Time       `json:"at"`
	Deleted   bool            `json:"deleted"`
	Views     int             `json:"views"`
	Reactions []ReactionCount `json:"reactions"`
}

// ReactionCount says how many reacted with an emoji.
type ReactionCount struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
}

// NewNewsletter describes a newsletter.
type NewNewsletter struct {
	Name        string   `json:"name"`
	Owner       string   `json:"owner"` // phone
	Description string   `json:"description,omitempty"`
	Verified    bool     `json:"verified,omitempty"`
	Followers   []string `json:"followers,omitempty"` // phones
}

// NewPost is a post with exactly one content.
type NewPost struct {
	ID       string    `json:"id,omitempty"`
	Text     string    `json:"text,omitempty"`
	Image    *File     `json:"image,omitempty"`
	Video    *File     `json:"video,omitempty"`
	Audio    *File     `json:"audio,omitempty"`
	Document *File     `json:"document,omitempty"`
	Sticker  *File     `json:"sticker,omitempty"`
	Edit     *Edit     `json:"edit,omitempty"`
	Raw      []byte    `json:"raw,omitempty"` // waE2E.Message
	At       time.Time `json:"at,omitzero"`
	Story    bool      `json:"story,omitempty"`

	Revoke *Revoke `json:"revoke,omitempty"`
}

// Counters sets what is counted of a post.
type Counters struct {
	ServerID int    `json:"server_id"`
	Views    *int   `json:"views,omitempty"`
	Emoji    string `json:"emoji,omitempty"`
	Count    int    `json:"count,omitempty"` // reactions with Emoji
}

// CreateNewsletter makes a newsletter.
func (c *Client) CreateNewsletter(ctx context.Context, n NewNewsletter) (made Newsletter, err error) {
	_, err = c.call(ctx, http.MethodPost, "/newsletters", nil, n, &made)
	return made, err
}

// Newsletters lists all, oldest first.
func (c *Client) Newsletters(ctx context.Context) ([]Newsletter, error) {
	var reply struct{ Newsletters []Newsletter }
	_, err := c.call(ctx, http.MethodGet, "/newsletters", nil, nil, &reply)
	return reply.Newsletters, err
}

// Newsletter returns one with its posts.
func (c *Client) Newsletter(ctx context.Context, id string) (n Newsletter, err error) {
	_, err = c.call(ctx, http.MethodGet, path("newsletters", id), nil, nil, &n)
	return n, err
}

// Publish has the owner write or change a post. With a wait it returns once every linked follower has acknowledged, or at the
// end of the wait with acked false.
func (c *Client) Publish(ctx context.Context, id string, p NewPost, wait time.Duration) (post Post, acked bool, err error) {
	query := url.Values{}
	if wait > 0 {
		query.Set("wait", "acked")
		query.Set("timeout", wait.String())
	}
	var reply struct {
		Post  Post
		Acked bool
	}
	_, err = c.call(ctx, http.MethodPost, path("newsletters", id, "messages"), query, p, &reply)
	return reply.Post, reply.Acked, err
}

// ChangeFollower has a person's phone "follow", "unfollow", "mute" or "unmute" a newsletter.
func (c *Client) ChangeFollower(ctx context.Context, id, phone, action string) (n Newsletter, err error) {
	_, err = c.call(ctx, http.MethodPost, path("newsletters", id, "followers"), nil, map[string]string{"phone": phone, "action": action}, &n)
	return n, err
}

// SetCounters sets what is counted of a post; clients that asked for live updates are told.
func (c *Client) SetCounters(ctx context.Context, id string, counters Counters) (p Post, err error) {
	_, err = c.call(ctx, http.MethodPost, path("newsletters", id, "counters"), nil, counters, &p)
	return p, err
}
