package simulator

import (
	"maps"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Names of privacy settings, as WhatsApp has them.
const (
	PrivacyGroupAdd     = "groupadd"
	PrivacyLastSeen     = "last"
	PrivacyAbout        = "status"
	PrivacyPicture      = "profile"
	PrivacyReadReceipts = "readreceipts"
	PrivacyOnline       = "online"
	PrivacyCallAdd      = "calladd"
	PrivacyMessages     = "messages"
	PrivacyDefense      = "defense"
	PrivacyStickers     = "stickers"
)

// Values of privacy settings; not every setting takes every one.
const (
	everyone = "all"
	contacts = "contacts"
	except   = "contact_blacklist" // contacts but for some; the simulator keeps no list of them
	nobody   = "none"
	asLast   = "match_last_seen"
)

// privacyValues lists what each setting takes, its default first.
func privacyValues() map[string][]string {
	people := []string{everyone, contacts, except, nobody}
	return map[string][]string{
		PrivacyGroupAdd: people, PrivacyLastSeen: people, PrivacyAbout: people, PrivacyPicture: people,
		PrivacyReadReceipts: {everyone, nobody}, PrivacyOnline: {everyone, asLast}, PrivacyCallAdd: {everyone, "known"},
		PrivacyMessages: {everyone, contacts}, PrivacyDefense: {"off", "on_standard"}, PrivacyStickers: {contacts, "contact_allowlist", nobody},
	}
}

func checkPrivacy(change map[string]string) error {
	known := privacyValues()
	for name, value := range change {
		if values, ok := known[name]; !ok {
			return fail(CodeInvalid, "there is no privacy setting %q", name)
		} else if !slices.Contains(values, value) {
			return fail(CodeInvalid, "the privacy setting %s must be one of %q, not %q", name, values, value)
		}
	}
	return nil
}

// setting is the value of a privacy setting.
func (p *Person) setting(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settingLocked(name)
}

func (p *Person) settingLocked(name string) string {
	if value, ok := p.privacy[name]; ok {
		return value
	}
	return privacyValues()[name][0]
}

func (p *Person) settingsLocked() map[string]string {
	all := map[string]string{}
	for name := range privacyValues() {
		all[name] = p.settingLocked(name)
	}
	return all
}

// shows reports whether the person lets another one see what a setting is about. Whom it blocks sees nothing.
func (p *Person) shows(name string, to *Person) bool {
	if p == to {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blocked[to.phone] {
		return false
	}
	value := p.settingLocked(name)
	if value == asLast {
		value = p.settingLocked(PrivacyLastSeen)
	}
	switch value {
	case everyone:
		return true
	case contacts, except:
		return slices.Contains(p.contacts, to.phone)
	}
	return false
}

// answerPrivacy reads and changes the account's settings.
func (d *Device) answerPrivacy(kind string, child *waBinary.Node) reply {
	p := d.person
	if kind == "get" {
		p.mu.Lock()
		defer p.mu.Unlock()
		return result(privacyNode(p.settingsLocked()))
	}
	change := map[string]string{}
	for _, category := range child.GetChildrenByTag("category") {
		change[attrText(&category, "name")] = attrText(&category, "value")
	}
	if len(change) == 0 || checkPrivacy(change) != nil {
		return queryError(400, "bad-request")
	}
	return result(privacyNode(change)).andThen(func() { p.setPrivacy(change, d) })
}

func privacyNode(settings map[string]string) waBinary.Node {
	var list []waBinary.Node
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		list = append(list, element("category", attrs{"name": name, "value": settings[name]}))
	}
	return element("privacy", nil, list...)
}

// setPrivacy applies a change and tells the account's devices, but not the one that made it.
func (p *Person) setPrivacy(change map[string]string, by *Device) {
	p.mu.Lock()
	changed := map[string]string{}
	for name, value := range change {
		if p.settingLocked(name) != value {
			changed[name] = value
			p.privacy[name] = value
		}
	}
	p.mu.Unlock()
	if len(changed) > 0 {
		p.syncAccount(privacyNode(changed), by)
	}
}

// syncAccount tells the account's devices of a change of the account, but not the one that made it.
func (p *Person) syncAccount(change waBinary.Node, by *Device) {
	for _, d := range p.Devices() {
		if d != by {
			d.enqueue(element("notification", attrs{"from": p.pn, "type": "account_sync", "id": p.srv.nextID(), "t": now()}, change))
		}
	}
}

// watchers are the devices that hear of a change of the person: of people who have it in the address book or have heard from
// it, if the person lets them see what a setting is about.
func (p *Person) watchers(setting string) (list []*Device) {
	p.mu.Lock()
	met := maps.Clone(p.acquainted)
	p.mu.Unlock()
	for _, other := range p.srv.Persons() {
		if other == p || !p.shows(setting, other) {
			continue
		}
		known := slices.Contains(other.Info().Contacts, p.phone)
		for _, d := range other.Devices() {
			if known || met[d] {
				list = append(list, d)
			}
		}
	}
	return list
}

// tellWatchers queues a notification of the person.
func (p *Person) tellWatchers(setting, kind string, change waBinary.Node) {
	for _, d := range p.watchers(setting) {
		d.enqueue(element("notification", attrs{"from": p.lid, "type": kind, "id": p.srv.nextID(), "t": now()}, change))
	}
}

// answerTokens takes the word of a client that it trusts somebody: the other's devices get a token, to show that they are no
// strangers.
func (d *Device) answerTokens(child *waBinary.Node) reply {
	return result().andThen(func() {
		for _, token := range child.GetChildren() {
			if other := d.srv.byJID(attrJID(&token, "jid")); other != nil && other != d.person {
				d.person.passToken(other)
			}
		}
	})
}

// IssueToken is the person's word that it trusts a linked number: its devices get a privacy token. It returns how many.
// Errors: ErrUnknownPerson.
func (p *Person) IssueToken(to string) (queued int, err error) {
	other, err := p.srv.Person(to)
	if err != nil {
		return 0, err
	}
	return p.passToken(other), nil
}

func (p *Person) passToken(to *Person) int {
	token := element("token", attrs{"type": "trusted_contact", "t": now()})
	token.Content = []byte("token of " + p.phone)
	devices := to.Devices()
	for _, d := range devices {
		d.enqueue(element("notification", attrs{"from": p.pn, "sender_lid": p.lid, "type": "privacy_token", "id": p.srv.nextID(), "t": now()},
			element("tokens", nil, token)))
	}
	return len(devices)
}

// account is the one that a JID of a query names, the device's own when there is none.
func (d *Device) account(j types.JID) *Person {
	if j.IsEmpty() {
		return d.person
	}
	return d.srv.byJID(j)
}
