package session_test

import (
	"testing"

	"wapost/internal/session"
)

func TestAKeyStaysWhateverIsLearnt(t *testing.T) {
	for name, c := range map[string]struct {
		known      []session.Identity
		first      string // number that is asked for first, "" = none
		lid, phone string
		want       string
	}{
		"a LID alone":                              {lid: "1", want: "1@lid"},
		"a pair that nobody knew":                  {lid: "1", phone: "49", want: "1@lid"},
		"a number alone":                           {phone: "49", want: "49@s.whatsapp.net"},
		"a known pair by its number":               {known: []session.Identity{{LID: "1", Phone: "49"}}, phone: "49", want: "1@lid"},
		"a number that gets its LID":               {first: "49", lid: "1", phone: "49", want: "49@s.whatsapp.net"},
		"a number of an earlier run":               {known: []session.Identity{{Phone: "49"}}, lid: "1", phone: "49", want: "49@s.whatsapp.net"},
		"a pair under its number":                  {known: []session.Identity{{LID: "1", Phone: "49", Key: "49"}}, lid: "1", want: "49@s.whatsapp.net"},
		"a person with a new number":               {known: []session.Identity{{LID: "1", Phone: "50", Key: "49"}}, phone: "50", want: "49@s.whatsapp.net"},
		"a number that has gone to another person": {known: []session.Identity{{LID: "1", Phone: "49", Key: "49"}, {LID: "2", Phone: "49"}}, phone: "49", want: "2@lid"},
		"the person that has lost its number":      {known: []session.Identity{{LID: "1", Phone: "49", Key: "49"}, {LID: "2", Phone: "49"}}, lid: "1", want: "49@s.whatsapp.net"},
	} {
		t.Run(name, func(t *testing.T) {
			d := session.NewDirectory(c.known)
			if c.first != "" {
				d.Key("", c.first)
			}
			if got, _ := d.Key(c.lid, c.phone); got != c.want {
				t.Errorf("key %s, want %s", got, c.want)
			}
		})
	}
}

func TestANumberIsFreshUntilItIsKept(t *testing.T) {
	d := session.NewDirectory([]session.Identity{{Phone: "50"}})
	for phone, want := range map[string]bool{"49": true, "50": false} {
		for range 2 {
			if _, fresh := d.Key("", phone); fresh != want {
				t.Errorf("%s is fresh: %t, want %t", phone, fresh, want)
			}
		}
	}
}
