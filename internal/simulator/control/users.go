package control

import (
	"context"
	"net/http"

	"wapost/internal/simulator"
)

func userRoutes() []route {
	return []route{
		post("/users", "createUser", "Create a person; of one that exists the given fields are changed (200).", createUser).
			answers(http.StatusCreated, http.StatusOK),
		look("/users", "listUsers", "All persons, by phone.", listUsers),
		look("/users/{phone}", "getUser", "One person.", getUser).fails(simulator.CodeUnknownPerson),
		change(http.MethodPatch, "/users/{phone}", "changeUser", "Change the given fields of a person.", changeUser).fails(simulator.CodeUnknownPerson),
		change(http.MethodDelete, "/users/{phone}", "deleteUser", "Remove a person; its linked devices see 401.", deleteUser).fails(simulator.CodeUnknownPerson),
		post("/users/{phone}/token", "issueToken", "The person trusts a linked number: its devices get a privacy token.", issueToken).
			fails(simulator.CodeUnknownPerson),
		post("/users/{phone}/reinstall", "reinstallUser", "Give the phone a new Signal identity, as after a change of phones.", reinstallUser).
			fails(simulator.CodeUnknownPerson),
	}
}

// autoBody sets what a phone does by itself; what is not given stays.
type autoBody struct {
	Deliver *bool   `json:"deliver,omitempty" doc:"send a delivery receipt; default true"`
	Read    *bool   `json:"read,omitempty" doc:"send a read receipt; default false"`
	Reply   *string `json:"reply,omitempty" doc:"empty, echo (answers: you said: {text}), or a text with {text} and {name}"`
}

// over returns the settings with the given ones changed; nil when nothing is given.
func (b *autoBody) over(base simulator.Auto) *simulator.Auto {
	if b == nil {
		return nil
	}
	if b.Deliver != nil {
		base.Deliver = *b.Deliver
	}
	if b.Read != nil {
		base.Read = *b.Read
	}
	if b.Reply != nil {
		base.Reply = *b.Reply
	}
	return &base
}

type profileBody struct {
	Name         *string   `json:"name,omitempty" doc:"push name; needed for a new person"`
	BusinessName *string   `json:"business_name,omitempty"`
	About        *string   `json:"about,omitempty"`
	Contacts     *[]string `json:"contacts,omitempty" doc:"phones in the address book"`
	OnWhatsApp   *bool     `json:"on_whatsapp,omitempty" doc:"default true; false: number lookups say no"`
	Link         *string   `json:"link,omitempty" enum:"normal,passkey,refuse" doc:"how the phone behaves when a client wants to be linked; default normal"`
	Auto         *autoBody `json:"auto,omitempty"`
	History      *int      `json:"history,omitempty" doc:"old messages per contact that the phone hands over after linking, 0 to 1000; default 0"`
}

func (b profileBody) change(auto simulator.Auto) simulator.PersonChange {
	return simulator.PersonChange{Name: b.Name, BusinessName: b.BusinessName, About: b.About, Contacts: b.Contacts,
		OnWhatsApp: b.OnWhatsApp, Link: b.Link, Auto: b.Auto.over(auto), History: b.History}
}

type createUserBody struct {
	Phone string `json:"phone" doc:"7 to 15 digits; +, spaces and dashes are dropped"`
	profileBody
}

type userChangeBody struct {
	profileBody
	Block   []string     `json:"block,omitempty" doc:"phones"`
	Unblock []string     `json:"unblock,omitempty" doc:"phones"`
	Picture *faceBody    `json:"picture,omitempty" doc:"the profile picture"`
	Status  *statusBody  `json:"status_privacy,omitempty" doc:"who sees status updates"`
	Privacy *privacyBody `json:"privacy,omitempty" doc:"who may see what; the given settings are changed"`
}

type user struct {
	Phone        string         `json:"phone"`
	JID          string         `json:"jid"`
	LID          string         `json:"lid"`
	Name         string         `json:"name"`
	BusinessName string         `json:"business_name"`
	About        string         `json:"about"`
	OnWhatsApp   bool           `json:"on_whatsapp"`
	Link         string         `json:"link" enum:"normal,passkey,refuse"`
	Auto         simulator.Auto `json:"auto"`
	Contacts     []string       `json:"contacts" doc:"phones"`
	Blocked      []string       `json:"blocked" doc:"phones"`
	Devices      []string       `json:"devices" doc:"JIDs of the linked devices"`
	Companions   []int          `json:"companions" doc:"numbers of the simulated second devices"`
	PictureID    string         `json:"picture_id" doc:"empty: no picture"`
	Privacy      privacyView    `json:"privacy"`
	InboxNext    uint64         `json:"inbox_next" doc:"after, for a reader who wants only what comes now"`
}

func viewUser(p *simulator.Person) user {
	i := p.Info()
	return user{Phone: i.Phone, JID: i.JID, LID: i.LID, Name: i.Name, BusinessName: i.BusinessName, About: i.About, OnWhatsApp: i.OnWhatsApp,
		Link: i.Link, Auto: i.Auto, Contacts: list(i.Contacts), Blocked: list(i.Blocked), Devices: list(i.Devices), Companions: numbers(p), PictureID: i.PictureID, Privacy: viewPrivacy(i.Privacy), InboxNext: i.InboxNext}
}

func numbers(p *simulator.Person) []int {
	all := []int{}
	for _, n := range p.Companions() {
		all = append(all, int(n))
	}
	return all
}

// list makes JSON's [] of a nil slice.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// createUser sets up a new person in one step, so that a wrong field leaves none behind.
func createUser(_ context.Context, c *call, b *createUserBody) (user, error) {
	if old, err := c.sim.Person(b.Phone); err == nil {
		c.status = http.StatusOK
		return viewChanged(old, b.change(old.Info().Auto))
	}
	if b.Name == nil {
		return user{}, invalid("name is missing")
	}
	spec := simulator.PersonSpec{Phone: b.Phone, Name: *b.Name, BusinessName: orZero(b.BusinessName), About: orZero(b.About),
		Contacts: orZero(b.Contacts), NotOnWhatsApp: b.OnWhatsApp != nil && !*b.OnWhatsApp, Link: orZero(b.Link),
		Auto: b.Auto.over(simulator.Auto{Deliver: true}), History: orZero(b.History)}
	p, _, err := c.sim.CreatePerson(spec)
	if err != nil {
		return user{}, err
	}
	return viewUser(p), nil
}

func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func viewChanged(p *simulator.Person, c simulator.PersonChange) (user, error) {
	if err := p.Change(c); err != nil {
		return user{}, err
	}
	return viewUser(p), nil
}

type usersReply struct {
	Users []user `json:"users"`
}

func listUsers(_ context.Context, c *call) (usersReply, error) {
	reply := usersReply{Users: []user{}}
	for _, p := range c.sim.Persons() {
		reply.Users = append(reply.Users, viewUser(p))
	}
	return reply, nil
}

func getUser(_ context.Context, c *call) (user, error) {
	p, err := c.person()
	if err != nil {
		return user{}, err
	}
	return viewUser(p), nil
}

func changeUser(_ context.Context, c *call, b *userChangeBody) (user, error) {
	p, err := c.person()
	if err != nil {
		return user{}, err
	}
	change := b.change(p.Info().Auto)
	change.Block, change.Unblock, change.Privacy = b.Block, b.Unblock, b.Privacy.settings()
	if b.Status != nil {
		change.StatusPrivacy = &simulator.StatusPrivacy{Type: b.Status.Type, List: b.Status.List}
	}
	if b.Picture != nil {
		change.Picture = &b.Picture.Data
	}
	return viewChanged(p, change)
}

type deleteUserReply struct {
	DevicesRemoved int `json:"devices_removed"`
}

func deleteUser(_ context.Context, c *call, _ *nothing) (deleteUserReply, error) {
	removed, err := c.sim.DeletePerson(c.request.PathValue("phone"))
	return deleteUserReply{removed}, err
}

type reinstallBody struct {
	Notify bool `json:"notify" default:"true" doc:"tell the devices that know the old identity"`
}

type reinstallReply struct {
	IdentityChanged bool `json:"identity_changed"`
}

func reinstallUser(_ context.Context, c *call, b *reinstallBody) (reinstallReply, error) {
	p, err := c.person()
	if err != nil {
		return reinstallReply{}, err
	}
	p.Reinstall(b.Notify)
	return reinstallReply{IdentityChanged: true}, nil
}
