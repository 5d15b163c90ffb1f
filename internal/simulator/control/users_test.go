package control_test

import (
	"slices"
	"strings"
	"testing"

	"wapost/simclient"
)

func TestAUserIsCreatedOnceAndChangedAfterwards(t *testing.T) {
	r := newRig(t)
	u, created, err := r.CreateUser(t.Context(), simclient.NewUser{Phone: "+49 151 0000-0003", Name: new("Anna"), BusinessName: new("Anna Ltd"),
		About: new("busy"), Contacts: &[]string{"+49 151 00000001"}, OnWhatsApp: new(false), Link: new("passkey"),
		Auto: &simclient.AutoChange{Read: new(true), Reply: new("echo")}, History: new(3)})
	must(t, err)
	if !created || u.Phone != "4915100000003" || u.JID != "4915100000003@s.whatsapp.net" || !strings.HasSuffix(u.LID, "@lid") || u.Name != "Anna" ||
		u.BusinessName != "Anna Ltd" || u.About != "busy" || u.OnWhatsApp || u.Link != simclient.LinkPasskey ||
		u.Auto != (simclient.Auto{Deliver: true, Read: true, Reply: "echo"}) || !slices.Equal(u.Contacts, []string{"4915100000001"}) {
		t.Errorf("created %v: %+v", created, u)
	}
	u, created, err = r.CreateUser(t.Context(), simclient.NewUser{Phone: "4915100000003", OnWhatsApp: new(true), About: new(""), Auto: &simclient.AutoChange{Read: new(false)}})
	must(t, err)
	if created || u.Name != "Anna" || !u.OnWhatsApp || u.About != "" || u.Auto != (simclient.Auto{Deliver: true, Reply: "echo"}) || u.Link != simclient.LinkPasskey {
		t.Errorf("created %v: %+v", created, u)
	}
}

func TestAUserThatCannotBeIsNotCreated(t *testing.T) {
	r := newRig(t)
	for what, u := range map[string]simclient.NewUser{
		"phone":   {Phone: "123", Name: new("x")},
		"letters": {Phone: "4915100000x", Name: new("x")},
		"name":    {Phone: "4915100000003"},
		"link":    {Phone: "4915100000003", Name: new("x"), Link: new("never")},
		"history": {Phone: "4915100000003", Name: new("x"), History: new(-1)},
		"contact": {Phone: "4915100000003", Name: new("x"), Contacts: &[]string{"nobody"}},
	} {
		if _, _, err := r.CreateUser(t.Context(), u); simclient.CodeOf(err) != "invalid_request" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if users, err := r.Users(t.Context()); err != nil || len(users) != 0 {
		t.Errorf("there are %+v, %v", users, err)
	}
}

func TestUsersAreListedChangedAndDeleted(t *testing.T) {
	r := newRig(t)
	r.user("4915100000004", "Ben")
	anna := r.user("4915100000003", "Anna")
	users, err := r.Users(t.Context())
	must(t, err)
	if len(users) != 2 || users[0].Name != "Anna" || users[1].Name != "Ben" {
		t.Errorf("users are %+v", users)
	}
	for _, id := range []string{anna.Phone, anna.LID, anna.JID, "+49 151 00000003"} {
		if u, err := r.User(t.Context(), id); err != nil || u.Phone != anna.Phone {
			t.Errorf("%s: %+v %v", id, u, err)
		}
	}
	u, err := r.ChangeUser(t.Context(), anna.Phone, simclient.UserChange{Name: new("Anna B"), Block: []string{"4915100000004"}})
	must(t, err)
	if u.Name != "Anna B" || !slices.Equal(u.Blocked, []string{"4915100000004"}) {
		t.Errorf("changed to %+v", u)
	}
	u, err = r.ChangeUser(t.Context(), anna.Phone, simclient.UserChange{Unblock: []string{"4915100000004"}})
	must(t, err)
	if len(u.Blocked) != 0 || u.Name != "Anna B" {
		t.Errorf("changed to %+v", u)
	}
	if removed, err := r.DeleteUser(t.Context(), "4915100000004"); err != nil || removed != 0 {
		t.Errorf("deleted with %d devices, %v", removed, err)
	}
	_, err = r.User(t.Context(), "4915100000004")
	if fails(t, err, 404, "unknown_person"); err == nil || !strings.Contains(err.Error(), "create one with POST /users") {
		t.Errorf("it says %v", err)
	}
	_, err = r.DeleteUser(t.Context(), "4915100000004")
	fails(t, err, 404, "unknown_person")
	_, err = r.ChangeUser(t.Context(), "4915100000004", simclient.UserChange{})
	fails(t, err, 404, "unknown_person")
	fails(t, r.Reinstall(t.Context(), "4915100000004", true), 404, "unknown_person")
}

func TestADeletedUsersGatewayIsCutOff(t *testing.T) {
	r := newRig(t)
	g := r.linked("4915100000001", "Owner")
	if removed, err := r.DeleteUser(t.Context(), "4915100000001"); err != nil || removed != 1 {
		t.Fatalf("%d devices were removed, %v", removed, err)
	}
	awaitLogout(g)
}

func TestResetForgetsEverything(t *testing.T) {
	r := newRig(t)
	r.linked("4915100000001", "Owner")
	r.user("4915100000003", "Anna")
	before, err := r.Info(t.Context())
	must(t, err)
	result, err := r.Reset(t.Context())
	must(t, err)
	users, err := r.Users(t.Context())
	must(t, err)
	if result.ConnectionsClosed != 1 || result.UsersRemoved != 2 || len(users) != 0 {
		t.Errorf("reset %+v leaves %+v", result, users)
	}
	if after, err := r.Info(t.Context()); err != nil || after.Address != before.Address || string(after.RootKey) != string(before.RootKey) {
		t.Errorf("it is %+v now, %v", after, err)
	}
}
