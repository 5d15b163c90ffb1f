package webhook

import (
	"slices"

	"wapost/internal/fault"
)

// mended notes that a part was given anew.
func (w *Webhook) mended(p Part) {
	w.Damaged = slices.DeleteFunc(slices.Clone(w.Damaged), func(d Part) bool { return d == p })
}

// whole refuses to switch a webhook on that is damaged: its requests would lack what the receiver knows them by.
func (w *Webhook) whole() error {
	if len(w.Damaged) == 0 {
		return nil
	}
	remedy := map[Part]string{Headers: "give headers anew", TLSPart: "give tls anew", Keys: "rotate the secret"}
	return fault.New(fault.Conflict, "What is stored of %s is damaged; %s first", w.Damaged[0], remedy[w.Damaged[0]])
}
