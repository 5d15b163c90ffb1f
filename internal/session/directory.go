package session

import "sync"

// Identity says that a LID and a phone number are one person.
type Identity struct {
	LID   string // user part
	Phone string // digits
}

// Directory is what one account's devices have learnt about who is who. It is never shared between accounts: it could show
// one customer a number that only another one knows.
type Directory struct {
	mu     sync.RWMutex
	phones map[string]string // by LID
	lids   map[string]string // by phone
}

// NewDirectory returns a directory with what is known already.
func NewDirectory(known []Identity) *Directory {
	d := &Directory{phones: make(map[string]string, len(known)), lids: make(map[string]string, len(known))}
	for _, i := range known {
		d.put(i)
	}
	return d
}

// LIDOf returns the LID of a number, "" when it is not known. Both are user parts.
func (d *Directory) LIDOf(phone string) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.lids[phone]
}

// PhoneOf returns the number of a LID, "" when it is not known. Both are user parts.
func (d *Directory) PhoneOf(lid string) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.phones[lid]
}

// Knows reports whether the pair is known as it is.
func (d *Directory) Knows(i Identity) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.phones[i.LID] == i.Phone && d.lids[i.Phone] == i.LID
}

func (d *Directory) learn(list []Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, i := range list {
		d.put(i)
	}
}

func (d *Directory) put(i Identity) {
	delete(d.lids, d.phones[i.LID]) // the person has a new number
	d.phones[i.LID], d.lids[i.Phone] = i.Phone, i.LID
}
