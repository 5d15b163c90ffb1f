package simclient

import "time"

// Card is a card of the address book: of a phone, or a vCard as it is.
type Card struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	VCard string `json:"vcard,omitempty"`
}

// Vote chooses options of a poll by name; none withdraws the vote.
type Vote struct {
	ID      string   `json:"id"`
	Options []string `json:"options"`
}

// Event is a date.
type Event struct {
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Place       string    `json:"place,omitempty"`
	StartsAt    time.Time `json:"starts_at,omitzero"`
}

// Answer is an answer to an event: going, not_going or maybe.
type Answer struct {
	ID       string `json:"id"`
	Response string `json:"response"`
	Guests   int    `json:"guests,omitempty"`
}

// Pin pins a message for everyone, or unpins it.
type Pin struct {
	ID      string `json:"id"`
	Unpin   bool   `json:"unpin,omitempty"`
	Seconds int    `json:"seconds,omitempty"` // 0 = seven days
}

// Comment is an encrypted comment on a message.
type Comment struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}
