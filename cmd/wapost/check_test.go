package main

import "testing"

func TestGoodSettingsPass(t *testing.T) {
	if err := checkOrigins([]string{"*", "https://app.example.com", "http://localhost:3000"}); err != nil {
		t.Error(err)
	}
	for _, base := range []string{"", "/", "/wp", "wp", "/gw/v1/"} {
		if err := checkBase(base); err != nil {
			t.Error(err)
		}
	}
	for _, d := range []string{"", "wapost.db", "/var/lib/wapost.db", "postgres://u:p@h/d", "postgresql://h/d"} {
		if err := checkDatabase(d); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"10.0.0.0/8", "fd00::/8"} {
		if err := new(network).UnmarshalText([]byte(text)); err != nil {
			t.Error(err)
		}
	}
}
