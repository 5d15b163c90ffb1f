package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"

	"wapost/internal/simulator"
	"wapost/simclient"
)

const (
	dayPeople = 5
	dayHold   = 8 // most actions while a device is held
)

// side is one of the two linked numbers: an account of its own, with a device and a webhook.
type side struct {
	customer
	phone    string
	device   string // of the simulator
	receiver *signed
	begin    string // cursor of the log where the script begins
	wants    []want
	met      map[string]bool // whose two addresses the device was told
	named    map[string]bool // whose name too
	before   map[string]bool // made known before the script began
	held     bool
	kicks    int // since the gateway started
}

// expect adds an event to the script.
func (s *side) expect(w want) { s.wants = append(s.wants, w) }

// human is one of the simulated people.
type human struct {
	phone, lid, name string
	first            string // how it writes to who does not know both of its addresses
	listed           bool   // in the contacts or in a group of both sides from the begin
}

// crew is a group and what the script knows of it.
type crew struct {
	id     string
	owner  *human
	member map[string]bool // by phone
	admin  map[string]bool
}

// said is a message that people or devices can refer to.
type said struct {
	id, chat string
	by       *human // nil = an own message of side
	side     *side  // whose direct chat it is in, or who wrote it
	group    *crew
	options  []string
	gone     bool
}

// day is the script while it is made up.
type day struct {
	t      *testing.T
	w      *world
	rng    *rand.Rand
	gate   *child
	sides  []*side
	people []*human
	crews  []*crew
	paper  string            // newsletter of the first person, which the first side follows
	phones map[string]string // by LID
	said   []*said
	read   map[string]bool // receipts that were sent
	n      int             // number of the action
	count  map[string]int  // actions by name
}

func newDay(t *testing.T, seed uint64) *day {
	t.Helper()
	w := newWorldWith(t, simulator.Options{Authority: authority(), TraceLimit: 2000})
	d := &day{t: t, w: w, rng: rand.New(rand.NewPCG(seed, seed)), phones: map[string]string{}, read: map[string]bool{}, count: map[string]int{}}
	d.gate = newChild(t, w)
	d.gate.start("")
	d.gate.ready()
	d.populate()
	for i, s := range d.sides {
		s.device = s.link(w, s.phone)
		d.settled(s, fmt.Sprint("side ", i+1))
	}
	d.gather()
	return d
}

// populate makes the people and the two accounts.
func (d *day) populate() {
	auto := simclient.AutoChange{Deliver: new(bool)}
	var phones []string
	for i := range dayPeople {
		p := &human{phone: fmt.Sprintf("49151000002%02d", i), name: fmt.Sprint("Person ", i), first: [3]string{"lid", "pn_only", "lid_only"}[i%3], listed: i%3 == 0 || i == 4}
		phones = append(phones, p.phone)
		d.people = append(d.people, p)
	}
	own := []string{"4915100000011", "4915100000012"}
	for i, phone := range append(own, phones...) {
		name, contacts := fmt.Sprint("Own ", i), &[]string{phones[0], phones[3]} // the others are strangers
		if i >= len(own) {
			name, contacts = d.people[i-len(own)].name, &own
		}
		u, _, err := d.w.CreateUser(d.t.Context(), simclient.NewUser{Phone: phone, Name: &name, Contacts: contacts, Auto: &auto})
		d.must(err)
		d.phones[u.LID] = phone
		if i >= len(own) {
			d.people[i-len(own)].lid = u.LID
		}
	}
	for i, phone := range own {
		s := &side{customer: newCustomer(d.t, admin(d.t, d.gate.dir, "http://"+d.gate.listen)), phone: phone, met: map[string]bool{}, named: map[string]bool{}, before: map[string]bool{}}
		s.receiver = newSigned(d.t, fmt.Sprint("the secret of side ", i))
		s.must("POST", "/webhooks", map[string]any{"url": s.receiver.url, "secret": s.receiver.secret}, nil)
		_, s.begin = s.page("") // what came before the webhook does not go there
		d.sides = append(d.sides, s)
	}
}

// settled waits until the phone has handed over what it hands over after linking, and begins the script behind that.
func (d *day) settled(s *side, what string) {
	d.t.Helper()
	eventually(d.t, what+" has the app state and the history", func() bool {
		return s.receiver.count(func(e *envelope) bool { return e.Type == "appstate.sync_complete" }) == 5 &&
			s.receiver.count(func(e *envelope) bool { return e.Type == "history.sync_complete" }) >= 1
	})
	d.w.quiet(s.device)
}

// gather makes the groups and the newsletter, and notes where the script begins.
func (d *day) gather() {
	var known []string
	for _, s := range d.sides {
		known = append(known, s.phone)
	}
	for i := range 2 {
		owner := d.people[3*i] // who writes with both addresses from the first
		other := d.people[3+i]
		c := &crew{owner: owner, member: map[string]bool{}, admin: map[string]bool{owner.phone: true}}
		members := append([]string{other.phone}, known...)
		g, err := d.w.CreateGroup(d.t.Context(), simclient.NewGroup{Subject: fmt.Sprint("Crew ", i), Owner: owner.phone, Participants: members})
		d.must(err)
		c.id = g.ID
		for _, m := range append(members, owner.phone) {
			c.member[m] = true
		}
		d.crews = append(d.crews, c)
	}
	paper, err := d.w.CreateNewsletter(d.t.Context(), simclient.NewNewsletter{Name: "News", Owner: d.people[0].phone, Followers: []string{d.sides[0].phone}})
	d.must(err)
	d.paper = paper.ID
	for _, s := range d.sides {
		d.w.quiet(s.device)
		d.startScript(s)
	}
}

// startScript begins behind the last event that is recorded, once the webhook has it.
func (d *day) startScript(s *side) {
	log := s.log()
	for _, e := range log {
		s.begin = e.ID
		if e.Type == "contact.identity_resolved" {
			phone := d.phones[fmt.Sprint(e.at("contact", "lid"))]
			s.before[phone], s.met[phone] = true, true
		}
	}
	eventually(d.t, "the webhook has everything", func() bool { return s.receiver.has(log) })
	s.receiver.forget(log)
}

func (d *day) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatalf("action %d: %v", d.n, err)
	}
}

// list reads a page of a list and returns the cursor behind it.
func (c customer) list(path string, into any) (next string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set(c.header, c.key)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	var e struct {
		Data json.RawMessage
		Page struct{ Next string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&e); err != nil {
		c.t.Fatalf("GET %s: %v", path, err)
	}
	if err := json.Unmarshal(e.Data, into); err != nil {
		c.t.Fatalf("GET %s: %d %s", path, answer.StatusCode, e.Data)
	}
	return e.Page.Next
}
