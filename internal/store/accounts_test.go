package store_test

import (
	"testing"

	"wapost/internal/access"
	"wapost/internal/fault"
	"wapost/internal/store/storetest"
)

func newKey(text string) access.NewKey {
	return access.NewKey{Text: text, Masked: "wapost_mask", Hash: access.HashSecret(text)}
}

func TestAccountLivesThroughItsChanges(t *testing.T) {
	accounts := storetest.Open(t).Accounts()
	ctx := t.Context()
	a, err := accounts.CreateAccount(ctx, access.NewAccount{CustomerName: "Anna", MaxDevices: 3}, newKey("k1"))
	if err != nil {
		t.Fatal(err)
	}
	if !a.Active || a.RateLimitPerHour != 0 || len(a.Keys) != 1 || a.CreatedAt.IsZero() {
		t.Errorf("created: %+v", a)
	}
	rate, name, off := 60, "Berta", false
	a, err = accounts.UpdateAccount(ctx, a.ID, access.AccountChange{RateLimitPerHour: &rate, CustomerName: &name, Active: &off})
	if err != nil || a.RateLimitPerHour != 60 || a.CustomerName != "Berta" || a.MaxDevices != 3 || a.Active {
		t.Errorf("updated: %+v, %v", a, err)
	}
	none := 0
	if a, err = accounts.UpdateAccount(ctx, a.ID, access.AccountChange{RateLimitPerHour: &none}); err != nil || a.RateLimitPerHour != 0 {
		t.Errorf("limit removed: %+v, %v", a, err)
	}
	k, err := accounts.KeyByHash(ctx, access.HashSecret("k1"))
	if err != nil || k.AccountID != a.ID || k.Active {
		t.Errorf("key: %+v, %v", k, err)
	}
	if err := accounts.DeleteAccount(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	_, gone := accounts.KeyByHash(ctx, access.HashSecret("k1"))
	_, got := accounts.GetAccount(ctx, a.ID)
	_, updated := accounts.UpdateAccount(ctx, a.ID, access.AccountChange{CustomerName: &name})
	for what, err := range map[string]error{"key": gone, "get": got, "update": updated, "delete": accounts.DeleteAccount(ctx, a.ID)} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s after delete: %v", what, err)
		}
	}
}

func TestAccountsArePagedAndFiltered(t *testing.T) {
	accounts := storetest.Open(t).Accounts()
	var ids []int64
	for _, name := range []string{"a", "b", "c"} {
		a, err := accounts.CreateAccount(t.Context(), access.NewAccount{CustomerName: name, MaxDevices: 1}, newKey(name))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	off, on := false, true
	if _, err := accounts.UpdateAccount(t.Context(), ids[1], access.AccountChange{Active: &off}); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		f    access.AccountFilter
		want []int64
	}{
		"all":           {access.AccountFilter{Limit: 10}, ids},
		"page":          {access.AccountFilter{Limit: 1, After: ids[0]}, ids[1:2]},
		"active":        {access.AccountFilter{Limit: 10, Active: &on}, []int64{ids[0], ids[2]}},
		"inactive":      {access.AccountFilter{Limit: 10, Active: &off}, ids[1:2]},
		"after the end": {access.AccountFilter{Limit: 10, After: ids[2]}, nil},
	} {
		got, err := accounts.ListAccounts(t.Context(), tc.f)
		if err != nil || len(got) != len(tc.want) {
			t.Errorf("%s: %d accounts, %v", name, len(got), err)
			continue
		}
		for i := range got {
			if got[i].ID != tc.want[i] {
				t.Errorf("%s: account %d is %d", name, i, got[i].ID)
			}
		}
	}
}
