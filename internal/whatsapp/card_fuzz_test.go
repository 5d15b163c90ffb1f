package whatsapp

import (
	"strings"
	"testing"
)

func FuzzCard(f *testing.F) {
	for _, s := range []string{"BEGIN:VCARD\nFN:Ben\nitem1.TEL;waid=49155:+49\nitem1.X-ABLabel:_$!<Mobile>!$_\nEND:VCARD", "TEL;type=CELL;type=pref:1\r\n 2", ":", "TEL", "\n ", ".TEL;;=:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, card string) {
		for _, p := range cardPhones(card) {
			if p.JID != nil && strings.Trim(strings.TrimSuffix(*p.JID, "@s.whatsapp.net"), "0123456789") != "" {
				t.Errorf("%q is no address", *p.JID)
			}
		}
		cardName(card)
	})
}
