package simclient

import (
	"context"
	"net/http"
	"strconv"
)

// Link modes of an account.
const (
	LinkNormal  = "normal"
	LinkPasskey = "passkey"
	LinkRefuse  = "refuse"
)

// User is a person with a simulated phone.
type User struct {
	Phone        string   `json:"phone"`
	JID          string   `json:"jid"`
	LID          string   `json:"lid"`
	Name         string   `json:"name"`
	BusinessName string   `json:"business_name"`
	About        string   `json:"about"`
	OnWhatsApp   bool     `json:"on_whatsapp"`
	Link         string   `json:"link"`
	Auto         Auto     `json:"auto"`
	Contacts     []string `json:"contacts"`
	Blocked      []string `json:"blocked"`
	Devices      []string `json:"devices"`
	Companions   []int    `json:"companions"` // numbers of the simulated second devices
	PictureID    string   `json:"picture_id"` // "" = none
	Privacy      Privacy  `json:"privacy"`
	InboxNext    uint64   `json:"inbox_next"` // After, for a reader who wants only what comes now
}

// Auto is what a phone does by itself with messages of linked numbers.
type Auto struct {
	Deliver bool   `json:"deliver"`
	Read    bool   `json:"read"`
	Reply   string `json:"reply"` // "", "echo", or a text with {text} and {name}
}

// AutoChange changes the given fields of Auto.
type AutoChange struct {
	Deliver *bool   `json:"deliver,omitempty"`
	Read    *bool   `json:"read,omitempty"`
	Reply   *string `json:"reply,omitempty"`
}

// NewUser describes a person. Name is needed unless the person exists.
type NewUser struct {
	Phone        string      `json:"phone"`
	Name         *string     `json:"name,omitempty"`
	BusinessName *string     `json:"business_name,omitempty"`
	About        *string     `json:"about,omitempty"`
	Contacts     *[]string   `json:"contacts,omitempty"`
	OnWhatsApp   *bool       `json:"on_whatsapp,omitempty"`
	Link         *string     `json:"link,omitempty"`
	Auto         *AutoChange `json:"auto,omitempty"`
	History      *int        `json:"history,omitempty"`
}

// UserChange changes the given fields of a person.
type UserChange struct {
	Name         *string     `json:"name,omitempty"`
	BusinessName *string     `json:"business_name,omitempty"`
	About        *string     `json:"about,omitempty"`
	Contacts     *[]string   `json:"contacts,omitempty"`
	OnWhatsApp   *bool       `json:"on_whatsapp,omitempty"`
	Link         *string     `json:"link,omitempty"`
	Auto         *AutoChange `json:"auto,omitempty"`
	History      *int        `json:"history,omitempty"`
	Block        []string    `json:"block,omitempty"`
	Unblock      []string    `json:"unblock,omitempty"`
	Picture      *Picture    `json:"picture,omitempty"`
	Privacy      *Privacy    `json:"privacy,omitempty"`

	StatusPrivacy *StatusPrivacy `json:"status_privacy,omitempty"`
}

// StatusPrivacy says who sees status updates: "contacts", "blacklist" (contacts but for the list), "whitelist" (the list).
type StatusPrivacy struct {
	Type string   `json:"type"`
	List []string `json:"list,omitempty"` // phones
}

// Picture is a profile picture; without data it is removed.
type Picture struct {
	Data []byte `json:"data,omitempty"` // JPEG
}

// Privacy is who may see what: "all", "contacts", "contact_blacklist", "none" and some words of single settings. In a change
// the empty ones stay as they are.
type Privacy struct {
	GroupAdd     string `json:"group_add,omitempty"`
	LastSeen     string `json:"last_seen,omitempty"`
	About        string `json:"about,omitempty"`
	Picture      string `json:"picture,omitempty"`
	ReadReceipts string `json:"read_receipts,omitempty"` // "all", "none"
	Online       string `json:"online,omitempty"`        // "all", "match_last_seen"
	CallAdd      string `json:"call_add,omitempty"`      // "all", "known"
	Messages     string `json:"messages,omitempty"`      // "all", "contacts"
	Defense      string `json:"defense,omitempty"`       // "off", "on_standard"
	Stickers     string `json:"stickers,omitempty"`      // "contacts", "contact_allowlist", "none"
}

// CreateUser creates a person; of one that exists the given fields are changed, and created is false.
func (c *Client) CreateUser(ctx context.Context, u NewUser) (user User, created bool, err error) {
	status, err := c.call(ctx, http.MethodPost, "/users", nil, u, &user)
	return user, status == http.StatusCreated, err
}

// Users lists all persons, by phone.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	var reply struct{ Users []User }
	_, err := c.call(ctx, http.MethodGet, "/users", nil, nil, &reply)
	return reply.Users, err
}

// User returns one person.
func (c *Client) User(ctx context.Context, phone string) (user User, err error) {
	_, err = c.call(ctx, http.MethodGet, path("users", phone), nil, nil, &user)
	return user, err
}

// ChangeUser changes the given fields of a person.
func (c *Client) ChangeUser(ctx context.Context, phone string, change UserChange) (user User, err error) {
	_, err = c.call(ctx, http.MethodPatch, path("users", phone), nil, change, &user)
	return user, err
}

// DeleteUser removes a person; its linked devices see 401.
func (c *Client) DeleteUser(ctx context.Context, phone string) (devicesRemoved int, err error) {
	var reply struct {
		DevicesRemoved int `json:"devices_removed"`
	}
	_, err = c.call(ctx, http.MethodDelete, path("users", phone), nil, nil, &reply)
	return reply.DevicesRemoved, err
}

// Companion is a simulated second device of a person.
type Companion struct {
	Number int    `json:"number"`
	LID    string `json:"lid"` // JID of the device
}

// AddCompanion links a simulated second device to a person.
func (c *Client) AddCompanion(ctx context.Context, phone string) (made Companion, err error) {
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "companions"), nil, nil, &made)
	return made, err
}

// RemoveCompanion unlinks it.
func (c *Client) RemoveCompanion(ctx context.Context, phone string, number int) (user User, err error) {
	_, err = c.call(ctx, http.MethodDelete, path("users", phone, "companions", strconv.Itoa(number)), nil, nil, &user)
	return user, err
}

// IssueToken says that the person trusts a linked number: its devices get a privacy token. It returns how many.
func (c *Client) IssueToken(ctx context.Context, phone, to string) (queued int, err error) {
	var reply struct{ Queued int }
	_, err = c.call(ctx, http.MethodPost, path("users", phone, "token"), nil, map[string]string{"to": to}, &reply)
	return reply.Queued, err
}

// Reinstall gives the phone a new Signal identity; notify tells the devices that know the old one.
func (c *Client) Reinstall(ctx context.Context, phone string, notify bool) error {
	_, err := c.call(ctx, http.MethodPost, path("users", phone, "reinstall"), nil, map[string]bool{"notify": notify}, nil)
	return err
}
