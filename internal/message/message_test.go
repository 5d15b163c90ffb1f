package message

import (
	"strings"
	"testing"
	"time"

	"wapost/internal/fault"
)

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"+4915550001111":                 "4915550001111@s.whatsapp.net",
		"4915550001111":                  "4915550001111@s.whatsapp.net",
		"4915550001111@s.whatsapp.net":   "4915550001111@s.whatsapp.net",
		"4915550001111:7@s.whatsapp.net": "4915550001111@s.whatsapp.net",
		"99000000000001@lid":             "99000000000001@lid",
		"120363041234567890@g.us":        "120363041234567890@g.us",
		"4915550001111-1600000000@g.us":  "4915550001111-1600000000@g.us",
		"120363041234567890@newsletter":  "120363041234567890@newsletter",
		"status@broadcast":               "status@broadcast",
	} {
		a, err := ParseAddress(in)
		if err != nil || a.JID() != want {
			t.Errorf("%q gives %q, %v; want %q", in, a.JID(), err, want)
		}
	}
}

func TestParseAddressRefusesWhatIsNone(t *testing.T) {
	for _, in := range []string{"", "abc", "0123456789", "+", "123456", "1234567890123456", "@s.whatsapp.net", "12 34567890", "x@g.us",
		"4915550001111@example.com", "4915550001111@s.whatsapp.net ", "4915550001111@c.us", "٤٩١٥٥٥٠٠٠١١١١"} {
		_, err := ParseAddress(in)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := ParseAddress("abc"); err.Error() != `Not a phone number or JID: "abc"` {
		t.Errorf("%v", err)
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("+4915550001111")
	f.Add("99:1@lid")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			return
		}
		again, err := ParseAddress(a.JID())
		if err != nil || again != a {
			t.Errorf("%q gives %v, which gives %v, %v", s, a, again, err)
		}
	})
}

func TestValidate(t *testing.T) {
	valid := func() Outgoing { return Outgoing{To: "4915550001111", Kind: Text, Text: "hi"} }
	seconds := func(n int) *int { return &n }
	for name, c := range map[string]struct {
		change func(*Outgoing)
		want   string // "" = valid
	}{
		"a text":                       {func(*Outgoing) {}, ""},
		"nobody":                       {func(m *Outgoing) { m.To = "" }, "to is required"},
		"a malformed address":          {func(m *Outgoing) { m.To = "abc" }, `Not a phone number or JID: "abc"`},
		"another kind":                 {func(m *Outgoing) { m.Kind = "poll" }, `Unknown kind "poll"; this build sends text`},
		"no text":                      {func(m *Outgoing) { m.Text = "" }, "text is required"},
		"broken UTF-8":                 {func(m *Outgoing) { m.Text = "\xff" }, "text must be valid UTF-8"},
		"the longest text":             {func(m *Outgoing) { m.Text = strings.Repeat("ä", MaxText) }, ""},
		"a longer text":                {func(m *Outgoing) { m.Text = strings.Repeat("ä", MaxText+1) }, "text must be at most 65536 characters"},
		"a reply to nothing":           {func(m *Outgoing) { m.ReplyTo = &ReplyTo{} }, "reply_to.message_id is required"},
		"a reply to a group as author": {func(m *Outgoing) { m.ReplyTo = &ReplyTo{MessageID: "A", Sender: "1@g.us"} }, `Not a phone number or JID: "1@g.us"`},
		"everyone is mentioned":        {func(m *Outgoing) { m.Mentions = []string{"all", "4915550002222"} }, ""},
		"a group is mentioned":         {func(m *Outgoing) { m.Mentions = []string{"1@g.us"} }, `Not a phone number or JID: "1@g.us"`},
		"the timer off":                {func(m *Outgoing) { m.Ephemeral = seconds(0) }, ""},
		"a negative timer":             {func(m *Outgoing) { m.Ephemeral = seconds(-1) }, `ephemeral must be "inherit" or 0 to 7776000 seconds`},
		"a long reference":             {func(m *Outgoing) { m.ClientRef = strings.Repeat("x", 129) }, "client_ref must be at most 128 characters"},
		"a long wait":                  {func(m *Outgoing) { m.ExpiresIn = MaxExpiry + time.Second }, "expires_in must be 1 to 2592000 seconds"},
	} {
		m := valid()
		c.change(&m)
		err := m.Validate()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!fault.Is(err, fault.Invalid) || err.Error() != c.want):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
