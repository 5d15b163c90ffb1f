package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// answerBlocklist reads and changes whom the account blocks.
func (p *Person) answerBlocklist(kind string, item *waBinary.Node) reply {
	if kind == "set" {
		target := p.srv.byJID(attrJID(item, "jid"))
		if target == nil {
			return queryError(404, "item-not-found")
		}
		p.mu.Lock()
		if attrText(item, "action") == "block" {
			p.blocked[target.phone] = true
		} else {
			delete(p.blocked, target.phone)
		}
		p.mu.Unlock()
	}
	p.mu.Lock()
	phones := slices.Sorted(maps.Keys(p.blocked))
	p.mu.Unlock()
	var items []waBinary.Node
	for _, phone := range phones {
		items = append(items, element("item", attrs{"jid": types.NewJID(phone, types.DefaultUserServer)}))
	}
	sum := sha256.Sum256([]byte(strings.Join(phones, ",")))
	return result(element("list", attrs{"dhash": base64.RawURLEncoding.EncodeToString(sum[:6])}, items...))
}
