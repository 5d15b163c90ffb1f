package simulator

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// CreatePerson registers a person; of one that exists the given fields are changed and created is false. Errors:
// ErrInvalid.
func (s *Server) CreatePerson(spec PersonSpec) (p *Person, created bool, err error) {
	phone, err := cleanPhone(spec.Phone)
	if err != nil {
		return nil, false, err
	}
	change, err := spec.change()
	if err != nil {
		return nil, false, err
	}
	fresh := s.newPerson(phone)
	s.mu.Lock()
	if p = s.persons[phone]; p == nil {
		p, created = fresh, true
		s.persons[phone], s.lids[p.lid.User] = p, p
	}
	s.mu.Unlock()
	return p, created, p.Change(change)
}

func (spec PersonSpec) change() (PersonChange, error) {
	var c PersonChange
	for from, to := range map[*string]**string{&spec.Name: &c.Name, &spec.BusinessName: &c.BusinessName, &spec.About: &c.About, &spec.Link: &c.Link} {
		if *from != "" {
			*to = from
		}
	}
	if spec.Contacts != nil {
		c.Contacts = &spec.Contacts
	}
	if spec.NotOnWhatsApp {
		on := false
		c.OnWhatsApp = &on
	}
	if spec.History != 0 {
		c.History = &spec.History
	}
	c.Auto = spec.Auto
	_, err := c.clean()
	return c, err
}

// clean refuses a change before anything of it is done, and returns it with phones as digits. Errors: ErrInvalid.
func (c PersonChange) clean() (PersonChange, error) {
	if c.Link != nil && !slices.Contains([]string{LinkNormal, LinkPasskey, LinkRefuse}, *c.Link) {
		return c, fail(CodeInvalid, "link must be normal, passkey or refuse, not %q", *c.Link)
	}
	if c.History != nil && (*c.History < 0 || *c.History > 1000) {
		return c, fail(CodeInvalid, "history must be 0 to 1000 messages per contact")
	}
	if err := checkPrivacy(c.Privacy); err != nil {
		return c, err
	}
	if c.StatusPrivacy != nil {
		if err := c.StatusPrivacy.clean(); err != nil {
			return c, err
		}
	}
	var err error
	if c.Block, err = cleanPhones(c.Block); err != nil {
		return c, err
	}
	if c.Unblock, err = cleanPhones(c.Unblock); err != nil {
		return c, err
	}
	if c.Contacts != nil {
		contacts, err := cleanPhones(*c.Contacts)
		if err != nil {
			return c, err
		}
		c.Contacts = &contacts
	}
	return c, nil
}

// Change sets fields. Linked devices are told of what is the account's, others of what they may see. Errors: ErrInvalid, then
// nothing is changed.
func (p *Person) Change(c PersonChange) error {
	c, err := c.clean()
	if err != nil {
		return err
	}
	p.mu.Lock()
	renamed := c.Name != nil && *c.Name != p.name
	assign(&p.name, c.Name)
	assign(&p.business, c.BusinessName)
	assign(&p.link, c.Link)
	assign(&p.statusPrivacy, c.StatusPrivacy)
	assign(&p.auto, c.Auto)
	assign(&p.history, c.History)
	if c.Contacts != nil {
		p.contacts = *c.Contacts
	}
	if c.OnWhatsApp != nil {
		p.notOn = !*c.OnWhatsApp
	}
	p.mu.Unlock()
	p.setBlocked(c.Block, c.Unblock, nil)
	p.setPrivacy(c.Privacy, nil)
	if c.About != nil {
		p.setAbout(*c.About)
	}
	if c.Picture != nil {
		p.SetPicture(*c.Picture)
	}
	if renamed {
		return p.state.rename()
	}
	return nil
}

func assign[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// cleanPhone drops what people write between the digits of a number.
func cleanPhone(phone string) (string, error) {
	clean := strings.NewReplacer("+", "", " ", "", "-", "").Replace(phone)
	if len(clean) < 7 || len(clean) > 15 || strings.Trim(clean, "0123456789") != "" {
		return "", fail(CodeInvalid, "%q is not a phone number of 7 to 15 digits", phone)
	}
	return clean, nil
}

func cleanPhones(list []string) ([]string, error) {
	clean := make([]string, len(list))
	for i, phone := range list {
		var err error
		if clean[i], err = cleanPhone(phone); err != nil {
			return nil, err
		}
	}
	return clean, nil
}

// Person finds by phone, LID or JID. Errors: ErrUnknownPerson.
func (s *Server) Person(id string) (*Person, error) {
	if p := s.lookup(id); p != nil {
		return p, nil
	}
	return nil, fail(CodeUnknownPerson, "no person with phone or LID %q", id)
}

// lookup finds a person by phone, LID or JID; nil when there is none.
func (s *Server) lookup(id string) *Person {
	if user, server, ok := strings.Cut(id, "@"); ok {
		user, _, _ = strings.Cut(user, ":")
		return s.byJID(types.NewJID(user, server))
	}
	clean, err := cleanPhone(id)
	if err != nil {
		return nil
	}
	return s.byJID(types.NewJID(clean, types.DefaultUserServer))
}

// byJID finds a person by any of the account's ids; nil when there is none.
func (s *Server) byJID(j types.JID) *Person {
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch j.Server {
	case types.DefaultUserServer, types.LegacyUserServer:
		return s.persons[j.User]
	case types.HiddenUserServer:
		return s.lids[j.User]
	}
	return nil
}

// Persons lists all, by phone.
func (s *Server) Persons() []*Person {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]*Person, 0, len(s.persons))
	for _, p := range s.persons {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *Person) int { return cmp.Compare(a.phone, b.phone) })
	return list
}

// DeletePerson removes a person, also from groups; its linked devices are unlinked. Errors: ErrUnknownPerson.
func (s *Server) DeletePerson(id string) (devicesRemoved int, err error) {
	p, err := s.Person(id)
	if err != nil {
		return 0, err
	}
	p.StopBurst()
	s.mu.Lock()
	delete(s.persons, p.phone)
	delete(s.lids, p.lid.User)
	s.mu.Unlock()
	for _, g := range s.Groups() {
		g.forget(p)
	}
	for _, l := range s.Newsletters() {
		l.forget(p)
	}
	devices := p.Devices()
	for _, d := range devices {
		d.Unlink()
	}
	return len(devices), nil
}

// Device finds a linked device by "phone:n", JID or LID. Errors: ErrUnknownDevice.
func (s *Server) Device(id string) (*Device, error) {
	name, _, _ := strings.Cut(id, "@")
	user, number, ok := strings.Cut(name, ":")
	if ok {
		if server := id[len(name):]; server == "@"+types.HiddenUserServer {
			user += server
		}
		for _, d := range s.devicesOf(user) {
			if number == strconv.Itoa(int(d.number)) {
				return d, nil
			}
		}
	}
	return nil, fail(CodeUnknownDevice, "no linked device %q", id)
}

func (s *Server) devicesOf(person string) []*Device {
	if p := s.lookup(person); p != nil {
		return p.Devices()
	}
	return nil
}

// Devices lists the linked devices of all persons.
func (s *Server) Devices() []*Device {
	var list []*Device
	for _, p := range s.Persons() {
		list = append(list, p.Devices()...)
	}
	return list
}
