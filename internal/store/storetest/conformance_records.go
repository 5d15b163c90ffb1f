package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"wapost/internal/access"
	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/outbox"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/webhook"
)

func recordCases() []testCase {
	return []testCase{
		{"an account lives through its changes", accounts},
		{"accounts are paged and filtered", accountPages},
		{"a device lives through its changes", devices},
		{"devices are paged in order of their creation", devicePages},
		{"one number belongs to one device", numbers},
		{"a webhook keeps its secrets, headers and filters", webhooks},
		{"webhooks are paged and filtered", webhookPages},
		{"a change of a webhook sees the log", backlogs},
		{"webhooks that go with their device are announced", cascades},
		{"what goes with an account is gone", accountGone},
		{"a message goes through the outbox", outboxLife},
		{"the outbox keeps the order of submission", outboxOrder},
		{"an answer is kept once, with its effect", answers},
		{"identities are learnt and corrected", identities},
		{"a number that is a key stays one", identityKeys},
		{"an identity of any length fails nothing", longIdentities},
		{"meta values are set and replaced", meta},
		{"the figures count", figures},
		{"storage can be checked", check},
		{"what is no text is not found", notFound},
	}
}

func newKey(text string) access.NewKey {
	return access.NewKey{Text: text, Masked: "mask", Hash: access.HashSecret(text)}
}

func accounts(s *suite) {
	list := s.db.Accounts()
	a, err := list.CreateAccount(s.Context(), access.NewAccount{CustomerName: "Anna", MaxDevices: 3}, newKey("k1"))
	s.must(err)
	rate, name, off := 60, "Berta", false
	a, err = list.UpdateAccount(s.Context(), a.ID, access.AccountChange{RateLimitPerHour: &rate, CustomerName: &name, Active: &off})
	s.must(err)
	if a.RateLimitPerHour != 60 || a.CustomerName != "Berta" || a.MaxDevices != 3 || a.Active || len(a.Keys) != 1 {
		s.Errorf("updated: %+v", a)
	}
	k, err := list.KeyByHash(s.Context(), access.HashSecret("k1"))
	s.must(err)
	if k.AccountID != a.ID || k.Active || k.HourlyLimit != 60 {
		s.Errorf("key: %+v", k)
	}
	s.must(list.DeleteAccount(s.Context(), a.ID))
	_, err = list.GetAccount(s.Context(), a.ID)
	s.refused(err, fault.NotFound)
	_, err = list.GetAccount(s.Context(), 1<<40)
	s.refused(err, fault.NotFound)
	s.refused(list.DeleteAccount(s.Context(), account), fault.Conflict)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.accounts, []int64{a.ID}) {
		s.Errorf("announced: the accounts %v, want %d: one that has devices stays", s.accounts, a.ID)
	}
}

func accountPages(s *suite) {
	list := s.db.Accounts()
	var ids []int64
	for _, name := range []string{"a", "b", "c"} {
		a, err := list.CreateAccount(s.Context(), access.NewAccount{CustomerName: name, MaxDevices: 1}, newKey(name))
		s.must(err)
		ids = append(ids, a.ID)
	}
	off, on := false, true
	_, err := list.UpdateAccount(s.Context(), ids[1], access.AccountChange{Active: &off})
	s.must(err)
	for _, c := range []struct {
		f    access.AccountFilter
		want []int64
	}{
		{access.AccountFilter{Limit: 10}, []int64{account, ids[0], ids[1], ids[2]}},
		{access.AccountFilter{Limit: 10, After: account, Active: &on}, []int64{ids[0], ids[2]}},
		{access.AccountFilter{Limit: 10, Active: &off}, ids[1:2]},
		{access.AccountFilter{Limit: 1, After: ids[0]}, ids[1:2]},
	} {
		page, err := list.ListAccounts(s.Context(), c.f)
		s.must(err)
		var got []int64
		for _, a := range page {
			got = append(got, a.ID)
		}
		if !slices.Equal(got, c.want) {
			s.Errorf("%+v: %v, want %v", c.f, got, c.want)
		}
	}
}

func (s *suite) device(id string, created time.Time) session.Device {
	return session.Device{ID: id, AccountID: account, Name: "one", Metadata: json.RawMessage(`{"a":1}`), State: session.New, StateSince: created,
		CreatedAt: created, TokenVersion: 1}
}

func devices(s *suite) {
	list, ctx := s.db.Devices(), s.Context()
	const id = "00000000-0000-0000-0000-00000000000c"
	s.must(list.Create(ctx, s.device(id, time.Now()), []byte{1}))
	name := "two"
	d, err := list.Update(ctx, account, id, session.Change{Name: &name})
	s.must(err)
	if d.Name != "two" || string(d.Metadata) != `{"a":1}` {
		s.Errorf("updated: %+v", d)
	}
	s.settingsAtOnce(id)
	d, err = list.Update(ctx, 0, id, session.Change{Metadata: json.RawMessage(`{}`)})
	s.must(err)
	if d.Name != "two" || string(d.Metadata) != `{}` {
		s.Errorf("updated: %+v", d)
	}
	at := time.Now().Truncate(time.Millisecond)
	s.must(list.SetState(ctx, id, session.Turn{State: session.Connected, Since: at, ConnectedAt: at, PushName: "a\x00b"}))
	d, err = list.Get(ctx, account, id)
	s.must(err)
	if d.State != session.Connected || !d.ConnectedAt.Equal(at) || !d.StateUntil.IsZero() {
		s.Errorf("state: %+v", d)
	}
	if !d.HeardAt.IsZero() || !d.PhoneSeenAt.IsZero() {
		s.Errorf("seen before anybody looked: %+v", d)
	}
	s.must(list.Saw(ctx, id, session.Sightings{HeardAt: at, PhoneSeenAt: at.Add(-time.Hour)}))
	d, err = list.Get(ctx, account, id)
	s.must(err)
	if !d.HeardAt.Equal(at) || !d.PhoneSeenAt.Equal(at.Add(-time.Hour)) {
		s.Errorf("sightings: %+v", d)
	}
	deviceProxy(s, id)
	_, err = list.Get(ctx, account+1, id)
	s.refused(err, fault.NotFound)
	_, err = list.Get(ctx, 1<<40, id)
	s.refused(err, fault.NotFound)
	version, err := s.db.Accounts().RaiseTokenVersion(ctx, id)
	s.must(err)
	if version != 2 {
		s.Errorf("token version %d, want 2", version)
	}
	s.exec(`UPDATE accounts SET max_devices = 3`)
	s.refused(list.Create(ctx, s.device("00000000-0000-0000-0000-00000000000d", time.Now()), []byte{1}), fault.Conflict)
	s.must(list.Delete(ctx, id))
	_, err = list.Get(ctx, account, id)
	s.refused(err, fault.NotFound)
}

// deviceProxy: it is kept sealed, and one that cannot be opened is not taken for none.
func deviceProxy(s *suite, id string) {
	list, ctx := s.db.Devices(), s.Context()
	proxy := func() session.Proxy {
		s.Helper()
		d, err := list.Get(ctx, account, id)
		s.must(err)
		return d.Proxy
	}
	if p := proxy(); p.Set() {
		s.Errorf("a proxy from nowhere: %v", p)
	}
	const url = "socks5://user:hidden@proxy.example:1080"
	s.must(list.SetProxy(ctx, id, session.NewProxy(url)))
	if p := proxy(); p.URL() != url || !p.Set() || p.Damaged() {
		s.Errorf("proxy: %v", p)
	}
	var sealed []byte
	s.must(s.db.Read().QueryRowContext(ctx, `SELECT proxy FROM devices WHERE id = $1`, id).Scan(&sealed))
	if len(sealed) == 0 || bytes.Contains(sealed, []byte("hidden")) || bytes.Contains(sealed, []byte("proxy.example")) {
		s.Errorf("at rest: %q", sealed)
	}
	s.exec(`UPDATE devices SET proxy = $1 WHERE id = $2`, []byte("torn"), id)
	if p := proxy(); !p.Damaged() || !p.Set() || p.URL() != "" {
		s.Errorf("a damaged proxy: %v", p)
	}
	s.must(list.SetProxy(ctx, id, session.Proxy{}))
	if p := proxy(); p.Set() {
		s.Errorf("a proxy that was cleared: %v", p)
	}
	s.refused(list.SetProxy(ctx, "00000000-0000-0000-0000-0000000000ff", session.NewProxy(url)), fault.NotFound)
	made := s.device("00000000-0000-0000-0000-00000000000e", time.Now())
	made.Proxy = session.NewProxy(url)
	s.must(list.Create(ctx, made, []byte{1}))
	d, err := list.Get(ctx, account, made.ID)
	s.must(err)
	if d.Proxy != made.Proxy {
		s.Errorf("a new device's proxy: %v", d.Proxy)
	}
	s.must(list.Delete(ctx, made.ID))
}

func devicePages(s *suite) {
	list, ctx := s.db.Devices(), s.Context()
	at := time.Now()
	var want []string
	for i := range 5 { // some share their time: then the id decides
		id := fmt.Sprintf("00000000-0000-0000-0001-%012d", i)
		s.must(list.Create(ctx, s.device(id, at.Add(time.Duration(i/2)*time.Second)), []byte{1}))
		want = append(want, id)
	}
	var got []string
	for after := ""; ; {
		page, next, err := list.List(ctx, session.Filter{AccountID: account, State: session.New, After: after, Limit: 2})
		s.must(err)
		for _, d := range page {
			if d.ID != deviceA && d.ID != deviceB {
				got = append(got, d.ID)
			}
		}
		if after = next; after == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		s.Errorf("pages: %v, want %v", got, want)
	}
}

func numbers(s *suite) {
	list, ctx := s.db.Devices(), s.Context()
	linked := session.Linked{JID: "4915100000001:7@s.whatsapp.net", LID: "99@lid", Phone: "+4915100000001"}
	s.must(list.Link(ctx, deviceA, linked))
	s.refused(list.Link(ctx, deviceB, linked), fault.Conflict)
	s.must(list.Release(ctx, deviceA, false))
	s.must(list.Link(ctx, deviceB, linked))
	d, err := list.Get(ctx, account, deviceA)
	s.must(err)
	if d.JID == "" || d.Phone != "+4915100000001" {
		s.Errorf("released: %+v", d)
	}
	s.must(list.Release(ctx, deviceA, true))
	if d, err = list.Get(ctx, account, deviceA); err != nil || d.JID != "" || d.LID != "" {
		s.Errorf("forgotten: %+v, %v", d, err)
	}
}

func webhooks(s *suite) {
	s.append(deviceA, "m1")
	w := s.hook(deviceA)
	got, err := s.db.Webhooks().Get(s.Context(), webhook.Scope{AccountID: account}, w.ID)
	s.must(err)
	if got.Headers["X-A"] != "b" || len(got.Secrets) != 2 || got.Secrets[0].Text != "whsec_b" || got.Cursor != 1 || len(got.Filters) != 1 || got.Filters[0].From != 2 {
		s.Errorf("webhook: %+v", got)
	}
	_, err = s.db.Webhooks().Get(s.Context(), webhook.Scope{AccountID: account, DeviceID: deviceB}, w.ID)
	s.refused(err, fault.NotFound)
	s.refused(s.db.Webhooks().Delete(s.Context(), webhook.Scope{AccountID: account + 1}, w.ID, func(int64) {}), fault.NotFound)
	w.ID = 0
	_, err = s.db.Webhooks().Insert(s.Context(), w, 1, func(int64) {})
	s.refused(err, fault.Conflict)
}

func webhookPages(s *suite) {
	a, b, c := s.hook(""), s.hook(deviceA), s.hook(deviceB)
	_, err := s.db.Webhooks().Update(s.Context(), webhook.Scope{}, b.ID, func(_ context.Context, w *webhook.Webhook, _ webhook.Backlog) error {
		w.Status = webhook.Paused
		return nil
	}, func(int64) {})
	s.must(err)
	on, off := true, false
	for _, tc := range []struct {
		scope webhook.Scope
		page  webhook.Page
		want  []int64
	}{
		{webhook.Scope{AccountID: account}, webhook.Page{Limit: 10}, []int64{a.ID, b.ID, c.ID}},
		{webhook.Scope{}, webhook.Page{Limit: 10, After: a.ID}, []int64{b.ID, c.ID}},
		{webhook.Scope{}, webhook.Page{Limit: 10, Active: &on}, []int64{a.ID, c.ID}},
		{webhook.Scope{}, webhook.Page{Limit: 10, Active: &off}, []int64{b.ID}},
		{webhook.Scope{AccountID: account}, webhook.Page{Limit: 10, DeviceID: deviceB}, []int64{c.ID}},
		{webhook.Scope{}, webhook.Page{Limit: 10, State: "paused"}, []int64{b.ID}},
	} {
		list, err := s.db.Webhooks().List(s.Context(), tc.scope, tc.page)
		s.must(err)
		var got []int64
		for _, w := range list {
			got = append(got, w.ID)
		}
		if !slices.Equal(got, tc.want) {
			s.Errorf("%+v %+v: %v, want %v", tc.scope, tc.page, got, tc.want)
		}
	}
	active, err := s.db.Webhooks().Active(s.Context())
	s.must(err)
	if len(active) != 2 {
		s.Errorf("%d active, want 2", len(active))
	}
}

func backlogs(s *suite) {
	w := s.hook("")
	for i := range 6 {
		s.append(deviceA, numbered("m", i))
	}
	s.exec(`UPDATE events SET at = seq * 1000`)
	var head, oldest, since, never int64
	_, err := s.db.Webhooks().Update(s.Context(), webhook.Scope{}, w.ID, func(ctx context.Context, _ *webhook.Webhook, b webhook.Backlog) (err error) {
		head = b.Head()
		if oldest, err = b.Oldest(ctx); err != nil {
			return err
		}
		if since, err = b.FirstSince(ctx, time.UnixMilli(3500)); err != nil {
			return err
		}
		never, err = b.FirstSince(ctx, time.UnixMilli(1e9))
		return err
	}, func(int64) {})
	s.must(err)
	if head != 6 || oldest != 1 || since != 4 || never != 7 {
		s.Errorf("head %d, oldest %d, since %d, never %d", head, oldest, since, never)
	}
}

func cascades(s *suite) {
	w := s.hook(deviceA)
	s.hook(deviceB)
	s.must(s.db.Devices().Delete(s.Context(), deviceA))
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.gone, []int64{w.ID}) {
		s.Errorf("announced: %v, want %d", s.gone, w.ID)
	}
}

func accountGone(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	s.must(s.db.Idempotency().Keep(s.Context(), fmt.Sprintf("%d|-|/webhooks", account), "k", store.Answer{RequestHash: []byte{1}, Status: 200}))
	s.must(s.db.Devices().Delete(s.Context(), deviceA))
	s.must(s.db.Devices().Delete(s.Context(), deviceB))
	s.must(s.db.Accounts().DeleteAccount(s.Context(), account))
	for _, table := range []string{"events", "webhooks", "webhook_secrets", "api_keys", "devices", "idempotency"} {
		if n := s.count(`SELECT count(*) FROM ` + table); n != 0 {
			s.Errorf("%d rows in %s", n, table)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.gone, w.ID) || !slices.Equal(s.accounts, []int64{account}) {
		s.Errorf("announced: %v and the accounts %v", s.gone, s.accounts)
	}
}

func outRow(id string) outbox.Row {
	now := time.Now()
	return outbox.Row{DeviceID: deviceA, MessageID: id, Chat: "491@s.whatsapp.net", Payload: []byte{1}, Body: outbox.Body{Outgoing: message.Outgoing{ClientRef: "r"}},
		State: outbox.Queued, ExpiresAt: now.Add(time.Hour), CreatedAt: now}
}

func outboxLife(s *suite) {
	box, ctx := s.db.Outbox(), s.Context()
	s.must(box.Add(ctx, outRow("m1")))
	s.refused(box.Add(ctx, outRow("m1")), fault.Conflict)
	begun, err := box.Begin(ctx, deviceA, "m1")
	s.must(err)
	if !begun {
		s.Error("the try did not begin")
	}
	r, err := box.Get(ctx, deviceA, "m1")
	s.must(err)
	r.Error, r.NextAt = "not now", time.Now()
	s.must(box.Postpone(ctx, r, false))
	if r, err = box.Get(ctx, deviceA, "m1"); err != nil || r.Attempts != 0 || r.State != outbox.Queued || r.Body.ClientRef != "r" || r.NextAt.IsZero() {
		s.Errorf("postponed: %+v, %v", r, err)
	}
	r.State, r.SentAt, r.ServerID = outbox.Sent, time.Now(), 5
	if ended, err := box.Settle(ctx, r); err != nil || !ended {
		s.Errorf("settled %v, %v", ended, err)
	}
	late := r
	late.State, late.ServerID, late.Error = outbox.Failed, 6, "too late"
	if ended, err := box.Settle(ctx, late); err != nil || ended {
		s.Errorf("settled again %v, %v", ended, err)
	}
	if kept, err := box.Get(ctx, deviceA, "m1"); err != nil || kept.State != outbox.Sent || kept.ServerID != 5 || kept.Error != r.Error {
		s.Errorf("a late outcome changed %+v, %v", kept, err)
	}
	if was, err := box.Cancel(ctx, deviceA, "m1"); err != nil || was != outbox.Sent {
		s.Errorf("cancel a sent one: %v, %v", was, err)
	}
	_, err = box.Cancel(ctx, deviceA, "m9")
	s.refused(err, fault.NotFound)
	s.must(box.Prune(ctx, time.Now().Add(time.Hour)))
	_, err = box.Get(ctx, deviceA, "m1")
	s.refused(err, fault.NotFound)
}

func outboxOrder(s *suite) {
	box, ctx := s.db.Outbox(), s.Context()
	var want, got []string
	for i := range 5 {
		id := fmt.Sprint("m", 9-i)
		s.must(box.Add(ctx, outRow(id)))
		want = append(want, id)
	}
	for after := ""; ; {
		page, next, err := box.List(ctx, deviceA, outbox.Filter{After: after, Limit: 2})
		s.must(err)
		for _, r := range page {
			got = append(got, r.MessageID)
		}
		if after = next; after == "" {
			break
		}
	}
	other := outRow("n1")
	other.Chat = "another@s.whatsapp.net"
	s.must(box.Add(ctx, other))
	open, err := box.Open(ctx, deviceA, 10) // the first of each chat: one that backs off hides no other
	s.must(err)
	waits, err := box.Waiting(ctx)
	s.must(err)
	if !slices.Equal(got, want) || len(open) != 2 || open[0].MessageID != "m9" || open[1].MessageID != "n1" || !slices.Equal(waits, []string{deviceA}) {
		s.Errorf("list %v, open %d, waiting %v", got, len(open), waits)
	}
}

func answers(s *suite) {
	list, ctx := s.db.Idempotency(), s.Context()
	effect := func(a store.Answer) error {
		return list.Atomic(ctx, "test", func(ctx context.Context) error {
			if err := s.db.Events().Append(ctx, s.event(deviceA, "")); err != nil {
				return err
			}
			return list.Keep(ctx, "scope", "key", a)
		})
	}
	s.must(effect(store.Answer{RequestHash: []byte{1}, Status: 201, Body: []byte("secret")}))
	s.refused(effect(store.Answer{RequestHash: []byte{1}, Status: 200}), fault.Conflict)
	a, ok, err := list.Find(ctx, "scope", "key")
	s.must(err)
	if !ok || a.Status != 201 || string(a.Body) != "secret" || len(s.log()) != 1 {
		s.Errorf("answer %+v, %v, %d events", a, ok, len(s.log()))
	}
	s.exec(`UPDATE idempotency SET created_at = 1`)
	if n, err := list.Prune(ctx); err != nil || n != 1 {
		s.Errorf("pruned %d, %v", n, err)
	}
	s.gapless()
}

func identities(s *suite) {
	list, ctx := s.db.Identities(), s.Context()
	s.must(list.Learn(ctx, account, []session.Identity{{LID: "1", Phone: "49"}, {LID: "2", Phone: "50"}}))
	s.must(list.Learn(ctx, account, []session.Identity{{LID: "1", Phone: "51"}, {LID: "2", Phone: "50"}}))
	all, err := list.All(ctx, account)
	s.must(err)
	if len(all) != 2 || !slices.Contains(all, session.Identity{LID: "1", Phone: "51"}) {
		s.Errorf("identities: %+v", all)
	}
}

// Some addresses are written by strangers: one that an index of PostgreSQL does not take must not undo what comes with it.
func longIdentities(s *suite) {
	random := make([]byte, 8<<10)
	_, _ = rand.Read(random)
	long := hex.EncodeToString(random)
	list, ctx := s.db.Identities(), s.Context()
	s.must(list.Learn(ctx, account, []session.Identity{{Phone: long}, {LID: long, Phone: "49"}, {LID: "1", Phone: long}, {LID: "2", Phone: "50"}}))
	all, err := list.All(ctx, account)
	s.must(err)
	if !slices.Equal(all, []session.Identity{{LID: "2", Phone: "50"}}) {
		s.Errorf("%d identities", len(all))
	}
}

func identityKeys(s *suite) {
	list, ctx := s.db.Identities(), s.Context()
	s.must(list.Learn(ctx, account, []session.Identity{{Phone: "49"}, {Phone: "49"}, {Phone: "50"}}))
	s.must(list.Learn(ctx, account, []session.Identity{{LID: "1", Phone: "49", Key: "49"}}))
	s.must(list.Learn(ctx, account, []session.Identity{{LID: "1", Phone: "51"}})) // a new number
	s.must(list.Learn(ctx, account, []session.Identity{{LID: "2", Phone: "51"}})) // the number has gone to somebody else
	all, err := list.All(ctx, account)
	s.must(err)
	want := []session.Identity{{Phone: "50"}, {LID: "1", Key: "49"}, {LID: "2", Phone: "51"}}
	slices.SortFunc(all, func(a, b session.Identity) int { return strings.Compare(a.LID, b.LID) })
	if !slices.Equal(all, want) {
		s.Errorf("identities: %+v, want %+v", all, want)
	}
	for jid, want := range map[string][]string{
		"1@lid":             {"1@lid", "1@lid", "49@s.whatsapp.net"},
		"49@s.whatsapp.net": {"49@s.whatsapp.net", "1@lid", "49@s.whatsapp.net"},
		"51@s.whatsapp.net": {"51@s.whatsapp.net", "2@lid", "51@s.whatsapp.net"},
	} {
		got, err := s.db.Events().Aliases(ctx, account, jid)
		s.must(err)
		if !slices.Equal(got, want) {
			s.Errorf("aliases of %s: %v, want %v", jid, got, want)
		}
	}
}

func meta(s *suite) {
	s.must(s.db.SetMeta(s.Context(), "k", "a"))
	s.must(s.db.SetMeta(s.Context(), "k", "b"))
	v, err := s.db.Meta(s.Context(), "k")
	s.must(err)
	none, err := s.db.Meta(s.Context(), "other")
	s.must(err)
	if v != "b" || none != "" {
		s.Errorf("values %q and %q", v, none)
	}
}

func figures(s *suite) {
	w := s.hook("")
	s.append(deviceA, "m1")
	s.settle(deliveries(w.ID))
	totals, err := s.db.Figures().Totals(s.Context(), time.Now())
	s.must(err)
	if totals.Accounts != 1 || totals.ActiveAccounts != 1 || totals.Devices["new"] != 2 || totals.Webhooks["active"] != 1 || totals.Dead != 1 ||
		totals.Events24h != 1 || totals.Successes24h != 1 || totals.Failures24h != 1 {
		s.Errorf("totals: %+v", totals)
	}
}

func check(s *suite) { s.must(s.db.Check(s.Context())) }

// settingsAtOnce changes the settings of a device many times at the same time: none is lost.
func (s *suite) settingsAtOnce(id string) {
	s.Helper()
	list, ctx := s.db.Devices(), s.Context()
	for _, err := range s.together(20, func(int) error {
		_, err := list.Update(ctx, account, id, session.Change{Settings: func(set *session.Settings) error {
			set.History += "x"
			return nil
		}})
		return err
	}) {
		s.must(err)
	}
	name := "not kept"
	_, err := list.Update(ctx, account, id, session.Change{Name: &name, Settings: func(*session.Settings) error { return fault.New(fault.Invalid, "no") }})
	s.refused(err, fault.Invalid)
	_, err = list.Update(ctx, account+1, id, session.Change{Settings: func(*session.Settings) error { return nil }})
	s.refused(err, fault.NotFound)
	d, err := list.Get(ctx, account, id)
	s.must(err)
	if len(d.Settings.History) != 20 || d.Name == name {
		s.Errorf("%d of 20 changes are kept; the name is %s", len(d.Settings.History), d.Name)
	}
}
