package control

import (
	"context"
	"net/http"

	"wapost/internal/simulator"
)

func groupRoutes() []route {
	return []route{
		post("/groups", "createGroup", "Make a group, or a community with its announcement group.", createGroup).answers(http.StatusCreated).
			fails(simulator.CodeUnknownPerson, simulator.CodeUnknownGroup),
		look("/groups", "listGroups", "All groups, oldest first.", listGroups),
		look("/groups/{group}", "getGroup", "One group.", getGroup).fails(simulator.CodeUnknownGroup),
		post("/groups/{group}/changes", "changeGroup", "A person changes a group.", changeGroup).
			fails(simulator.CodeUnknownGroup, simulator.CodeUnknownPerson, simulator.CodeNotAMember),
	}
}

type groupBody struct {
	Subject      string   `json:"subject"`
	Owner        string   `json:"owner" doc:"phone"`
	Participants []string `json:"participants" doc:"phones"`
	Topic        string   `json:"topic,omitempty"`
	Announce     bool     `json:"announce,omitempty" doc:"only admins may write"`
	Locked       bool     `json:"locked,omitempty" doc:"only admins may change subject and picture"`
	Approval     bool     `json:"approval,omitempty" doc:"admins must approve who joins"`
	MemberAdd    string   `json:"member_add_mode,omitempty" enum:"admin,all" doc:"who may add members"`
	EphemeralS   int      `json:"ephemeral_s,omitempty" doc:"messages disappear after so many seconds"`
	Community    bool     `json:"community,omitempty" doc:"a community; its announcement group is made with it"`
	Parent       string   `json:"parent,omitempty" doc:"id of the community that it is put into"`
	Notify       bool     `json:"notify" default:"true" doc:"tell the members"`
}

type group struct {
	ID           string   `json:"id"`
	Subject      string   `json:"subject"`
	Topic        string   `json:"topic"`
	Owner        string   `json:"owner" doc:"phone"`
	Announce     bool     `json:"announce"`
	Locked       bool     `json:"locked"`
	Approval     bool     `json:"approval"`
	MemberAdd    string   `json:"member_add_mode" enum:"admin,all"`
	EphemeralS   int      `json:"ephemeral_s"`
	Suspended    bool     `json:"suspended"`
	PictureID    string   `json:"picture_id" doc:"empty: none"`
	Community    bool     `json:"community"`
	DefaultSub   bool     `json:"default_subgroup" doc:"the announcement group of its community"`
	Parent       string   `json:"parent" doc:"id of its community; empty: none"`
	Participants []member `json:"participants"`
	Requests     []joiner `json:"requests" doc:"who wait for an admin's word"`
	InviteLink   string   `json:"invite_link"`
	CreatedAt    moment   `json:"created_at"`
}

type joiner struct {
	Phone  string `json:"phone"`
	Method string `json:"method" enum:"InviteLink,LinkedGroupJoin,NonAdminAdd"`
	At     moment `json:"at"`
}

type member struct {
	Phone string `json:"phone"`
	LID   string `json:"lid"`
	Role  string `json:"role" enum:"owner,admin,member"`
}

func viewGroup(g *simulator.Group) group {
	i := g.Info()
	view := group{ID: i.ID, Subject: i.Subject, Topic: i.Topic, Owner: i.Owner, Announce: i.Announce, Locked: i.Locked, Approval: i.Approval,
		MemberAdd: i.MemberAdd, EphemeralS: i.EphemeralS, Suspended: i.Suspended, PictureID: i.PictureID, Community: i.Community,
		DefaultSub: i.DefaultSubgroup, Parent: i.Parent, Participants: []member{}, Requests: []joiner{}, InviteLink: i.InviteLink, CreatedAt: at(i.CreatedAt)}
	for _, m := range i.Participants {
		view.Participants = append(view.Participants, member(m))
	}
	for _, r := range i.Requests {
		view.Requests = append(view.Requests, joiner{Phone: r.Phone, Method: r.Method, At: at(r.At)})
	}
	return view
}

func createGroup(_ context.Context, c *call, b *groupBody) (group, error) {
	if b.EphemeralS < 0 {
		return group{}, invalid("ephemeral_s must not be negative")
	}
	g, err := c.sim.CreateGroup(simulator.GroupSpec{Subject: b.Subject, Owner: b.Owner, Participants: b.Participants, Topic: b.Topic,
		Announce: b.Announce, Locked: b.Locked, Approval: b.Approval, MemberAdd: b.MemberAdd, EphemeralS: b.EphemeralS,
		Community: b.Community, Parent: b.Parent, Quiet: !b.Notify})
	if err != nil {
		return group{}, err
	}
	return viewGroup(g), nil
}

type groupsReply struct {
	Groups []group `json:"groups"`
}

func listGroups(_ context.Context, c *call) (groupsReply, error) {
	reply := groupsReply{Groups: []group{}}
	for _, g := range c.sim.Groups() {
		reply.Groups = append(reply.Groups, viewGroup(g))
	}
	return reply, nil
}

func getGroup(_ context.Context, c *call) (group, error) {
	g, err := c.group()
	if err != nil {
		return group{}, err
	}
	return viewGroup(g), nil
}

type groupChangeBody struct {
	Actor        string   `json:"actor" doc:"phone"`
	Action       string   `json:"action" enum:"add,remove,promote,demote,join,leave,request,withdraw,approve,reject,subject,topic,announce,locked,ephemeral,approval,member_add_mode,suspended,picture,reset_invite,link,unlink,delete"`
	Participants []string `json:"participants,omitempty" doc:"phones, for add, remove, promote, demote, approve and reject"`
	Group        string   `json:"group,omitempty" doc:"for link and unlink: id of the other group"`
	Value        string   `json:"value,omitempty" doc:"subject, topic; on or off for announce, locked, approval and suspended; the JPEG as base64 for picture, empty removes it; seconds for ephemeral; admin or all for member_add_mode; for request how it came"`
}

type groupChangeReply struct {
	Group    group `json:"group"`
	Notified int   `json:"notified" doc:"devices"`
}

func changeGroup(_ context.Context, c *call, b *groupChangeBody) (groupChangeReply, error) {
	g, err := c.group()
	if err != nil {
		return groupChangeReply{}, err
	}
	notified, err := g.Change(simulator.GroupChange{Actor: b.Actor, Action: b.Action, Participants: b.Participants, Group: b.Group, Value: b.Value})
	if err != nil {
		return groupChangeReply{}, err
	}
	return groupChangeReply{Group: viewGroup(g), Notified: notified}, nil
}
