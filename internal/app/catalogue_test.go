package app_test

import (
	"fmt"
	"slices"
	"testing"

	"wapost/internal/event"
	"wapost/internal/simulator"
	"wapost/simclient"
)

// scene causes events of some types, from the simulator's side or by our API.
type scene struct {
	kinds string // separated by spaces
	play  func(*stage)
}

// stage is a linked number with a friend, a group, and a webhook that takes every type there is.
type stage struct {
	t         *testing.T
	w         *world
	g         *gateway
	own       *linkedNumber
	group     string
	said      string // a message of the friend
	receivers []*signed
	numbers   int
}

// linkedNumber is an account with one device.
type linkedNumber struct {
	customer
	phone, device string
	receiver      *signed
}

// TestEveryTypeReachesAWebhook causes each type of the catalogue once, from a stanza of the simulator to a signed request, but
// for those that say why not.
func TestEveryTypeReachesAWebhook(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for some seconds")
	}
	st := newStage(t)
	played := map[string]bool{}
	for _, s := range scenes() {
		s.play(st)
		for _, kind := range words(s.kinds) {
			if _, known := event.Lookup(event.Type(kind)); !known || played[kind] {
				t.Errorf("%s is played twice, or not in the catalogue", kind)
			}
			played[kind] = true
			st.await(kind)
		}
	}
	for _, e := range event.Catalogue() {
		if why := event.Unplayed(e.Type); (why == "") != played[string(e.Type)] {
			t.Errorf("%s: played %v, and said why not: %q", e.Type, played[string(e.Type)], why)
		}
	}
	for _, r := range st.receivers {
		if _, refused := r.all(); len(refused) > 0 {
			t.Errorf("not signed, or changed on the way: %s", refused[0])
		}
	}
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := newWorldWith(t, simulator.Options{Authority: authority(), TraceLimit: 2000})
	st := &stage{t: t, w: w, g: newGateway(t, w)}
	name := "Friend"
	_, _, err := w.CreateUser(t.Context(), simclient.NewUser{Phone: friend, Name: &name, BusinessName: &name, Contacts: &[]string{ownPhone}})
	st.must(err)
	history := 3
	_, _, err = w.CreateUser(t.Context(), simclient.NewUser{Phone: ownPhone, Name: &name, Contacts: &[]string{friend}, History: &history})
	st.must(err)
	st.own = st.account(ownPhone)
	return st
}

// account makes an account with a device for a phone, and a webhook; it is not linked yet.
func (st *stage) account(phone string) *linkedNumber {
	st.t.Helper()
	n := &linkedNumber{phone: phone, receiver: newSigned(st.t, "secret of "+phone)}
	var key struct {
		APIKey string `json:"api_key"`
	}
	st.g.admin().must("POST", "/admin/api-keys", map[string]any{"customer_name": phone}, &key)
	n.customer = customer{st.t, st.g.url, "X-API-Key", key.APIKey}
	var all []string
	for _, e := range event.Catalogue() {
		all = append(all, string(e.Type))
	}
	n.must("POST", "/webhooks", map[string]any{"url": n.receiver.url, "secret": n.receiver.secret, "events": all}, nil)
	n.must("POST", "/devices", map[string]any{"device_name": phone, "settings": map[string]any{"history": "events"}}, nil)
	st.receivers = append(st.receivers, n.receiver)
	return n
}

// fresh links another number, whose connection may be spoiled.
func (st *stage) fresh() *linkedNumber {
	st.t.Helper()
	st.numbers++
	phone := fmt.Sprintf("49151000003%02d", st.numbers)
	st.w.person(phone, "Fresh")
	n := st.account(phone)
	n.device = n.link(st.w, phone)
	return n
}

func (st *stage) must(err error) {
	st.t.Helper()
	if err != nil {
		st.t.Fatal(err)
	}
}

func (st *stage) await(kind string) {
	st.t.Helper()
	is := func(e *envelope) bool { return e.Type == kind }
	eventually(st.t, kind, func() bool {
		return slices.ContainsFunc(st.receivers, func(r *signed) bool { return r.count(is) > 0 })
	})
}

// says has the friend write, directly or in the group, and waits for the acknowledgement.
func (st *stage) says(m simclient.Message) string {
	st.t.Helper()
	if m.To == "" {
		m.To = ownPhone
	}
	sent, err := st.w.SendAcked(st.t.Context(), friend, m, patience)
	st.must(err)
	return sent.ID
}

// node sends a stanza as it is, for what the simulator has no word for.
func (st *stage) node(n simclient.Node) {
	st.t.Helper()
	st.must(st.w.SendStanza(st.t.Context(), st.own.device, n, n.Attrs["id"] != nil))
}
