package session

import "sync"

// Identity says that a LID and a phone number are one person.
type Identity struct {
	LID   string // user part; "" = a number that was seen before its LID was known
	Phone string // digits; "" = the number has gone to another LID
	// Key is the number under which the person's events are kept in order, in digits; "" = the LID. A chat that began under a
	// number keeps it for ever, so that its order and its occurrences survive the move to the LID.
	Key string `json:",omitempty"`
}

// Directory is what one account's devices have learnt about who is who. It is never shared between accounts: it could show
// one customer a number that only another one knows.
type Directory struct {
	learning sync.Mutex // held from the judgement about new identities until they are on disk

	mu      sync.RWMutex
	phones  map[string]string // by LID
	lids    map[string]string // by phone
	keys    map[string]string // by LID: Identity.Key
	numbers map[string]bool   // numbers that are keys and have no LID yet; false = not on disk
}

// NewDirectory returns a directory with what is known already, the oldest first.
func NewDirectory(known []Identity) *Directory {
	d := &Directory{phones: make(map[string]string, len(known)), lids: make(map[string]string, len(known)),
		keys: make(map[string]string, len(known)), numbers: map[string]bool{}}
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

// Key returns the one address under which a person's events are kept in order and told apart, whichever of the two addresses
// was used. Both are user parts, "" = not known. A number without a LID becomes the key for good, even when its LID is learnt
// the next moment; fresh says that this is not on disk yet: Identity{Phone: phone} must be learnt with the event.
func (d *Directory) Key(lid, phone string) (key string, fresh bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if lid == "" {
		lid = d.lids[phone]
	}
	if lid == "" {
		kept := d.numbers[phone]
		d.numbers[phone] = kept
		return phone + "@s.whatsapp.net", !kept
	}
	number, known := d.keys[lid]
	if !known {
		number = d.waiting(phone, lid)
	}
	if number != "" {
		return number + "@s.whatsapp.net", false
	}
	return lid + "@lid", false
}

// waiting returns the number if it is a key that has found its LID only now.
func (d *Directory) waiting(phone, lid string) string {
	if _, ok := d.numbers[phone]; ok && (d.lids[phone] == "" || d.lids[phone] == lid) {
		return phone
	}
	return ""
}

// news is an identity that was not known, and what was known instead.
type news struct {
	Identity
	wasPhone string // the LID's number before, "" = none
	wasLID   string // the number's LID before
	met      bool   // there were events under the number already
}

// judge returns what is new of a list, with its key.
func (d *Directory) judge(list []Identity) (fresh []news) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	seen := map[Identity]bool{}
	for _, i := range list {
		if seen[i] {
			continue
		}
		seen[i] = true
		if i.LID == "" {
			if kept := d.numbers[i.Phone]; !kept && d.lids[i.Phone] == "" {
				fresh = append(fresh, news{Identity: i})
			}
			continue
		}
		if d.phones[i.LID] == i.Phone && d.lids[i.Phone] == i.LID {
			continue
		}
		n := news{Identity: i, wasPhone: d.phones[i.LID], wasLID: d.lids[i.Phone]}
		number, known := d.keys[i.LID]
		if !known {
			number = d.waiting(i.Phone, i.LID)
			n.met = number != ""
		}
		n.Key = number
		fresh = append(fresh, n)
	}
	return fresh
}

func (d *Directory) learn(list []Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, i := range list {
		d.put(i)
	}
}

func (d *Directory) put(i Identity) {
	if i.LID == "" {
		if d.lids[i.Phone] == "" {
			d.numbers[i.Phone] = true
		}
		return
	}
	delete(d.lids, d.phones[i.LID]) // the person has a new number
	if old := d.lids[i.Phone]; old != "" {
		d.phones[old] = "" // the number has gone to another person
	}
	d.phones[i.LID], d.keys[i.LID] = i.Phone, i.Key
	if i.Phone != "" {
		d.lids[i.Phone] = i.LID
	}
	delete(d.numbers, i.Phone)
}
