package simclient

import (
	"context"
	"net/http"
	"time"
)

// NewGroup describes a group.
type NewGroup struct {
	Subject      string   `json:"subject"`
	Owner        string   `json:"owner"`
	Participants []string `json:"participants"`
	Topic        string   `json:"topic,omitempty"`
	Announce     bool     `json:"announce,omitempty"`
	Locked       bool     `json:"locked,omitempty"`
	Approval     bool     `json:"approval,omitempty"`
	MemberAdd    string   `json:"member_add_mode,omitempty"` // who may add members: admin (default) or all
	EphemeralS   int      `json:"ephemeral_s,omitempty"`
	Community    bool     `json:"community,omitempty"` // its announcement group is made with it
	Parent       string   `json:"parent,omitempty"`    // id of the community that it is put into
	Notify       *bool    `json:"notify,omitempty"`    // default true
}

// Group is a group chat.
type Group struct {
	ID           string        `json:"id"`
	Subject      string        `json:"subject"`
	Topic        string        `json:"topic"`
	Owner        string        `json:"owner"`
	Announce     bool          `json:"announce"`
	Locked       bool          `json:"locked"`
	Approval     bool          `json:"approval"`
	MemberAdd    string        `json:"member_add_mode"` // admin or all
	EphemeralS   int           `json:"ephemeral_s"`
	Suspended    bool          `json:"suspended"`
	PictureID    string        `json:"picture_id"` // "" = none
	Community    bool          `json:"community"`
	DefaultSub   bool          `json:"default_subgroup"` // the announcement group of its community
	Parent       string        `json:"parent"`           // id of its community; "" = none
	Participants []Member      `json:"participants"`
	Requests     []JoinRequest `json:"requests"` // who wait for an admin's word
	InviteLink   string        `json:"invite_link"`
	CreatedAt    time.Time     `json:"created_at"`
}

// JoinRequest is someone who wants to join a group; Method is InviteLink, LinkedGroupJoin or NonAdminAdd.
type JoinRequest struct {
	Phone  string    `json:"phone"`
	Method string    `json:"method"`
	At     time.Time `json:"at"`
}

// Member of a group; Role is owner, admin or member.
type Member struct {
	Phone string `json:"phone"`
	LID   string `json:"lid"`
	Role  string `json:"role"`
}

// GroupChange is one change of a group by a person. Actions: add, remove, promote, demote, join, leave, request, withdraw,
// approve, reject, subject, topic, announce, locked, ephemeral, approval, member_add_mode, suspended, picture, reset_invite,
// link, unlink, delete.
type GroupChange struct {
	Actor        string   `json:"actor"`
	Action       string   `json:"action"`
	Participants []string `json:"participants,omitempty"`
	Group        string   `json:"group,omitempty"` // for link and unlink: id of the other group
	Value        string   `json:"value,omitempty"`
}

// GroupChanged is the group afterwards, and how many devices were told.
type GroupChanged struct {
	Group    Group `json:"group"`
	Notified int   `json:"notified"`
}

// CreateGroup makes a group.
func (c *Client) CreateGroup(ctx context.Context, g NewGroup) (group Group, err error) {
	if g.Participants == nil {
		g.Participants = []string{}
	}
	_, err = c.call(ctx, http.MethodPost, "/groups", nil, g, &group)
	return group, err
}

// Groups lists all groups, oldest first.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	var reply struct{ Groups []Group }
	_, err := c.call(ctx, http.MethodGet, "/groups", nil, nil, &reply)
	return reply.Groups, err
}

// Group returns one group.
func (c *Client) Group(ctx context.Context, id string) (group Group, err error) {
	_, err = c.call(ctx, http.MethodGet, path("groups", id), nil, nil, &group)
	return group, err
}

// ChangeGroup lets a person change a group.
func (c *Client) ChangeGroup(ctx context.Context, id string, change GroupChange) (changed GroupChanged, err error) {
	_, err = c.call(ctx, http.MethodPost, path("groups", id, "changes"), nil, change, &changed)
	return changed, err
}
