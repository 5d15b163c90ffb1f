package spelling

import "strings"

// longest bounds what is compared: whatever is longer was not misspelt.
const longest = 100

// Nearest returns the known word with the least distance to what was written, letter case aside; the first of equals. ok is
// false when none is near: at most a third of its letters may differ, or one.
func Nearest(written string, known []string) (word string, ok bool) {
	if len(written) > longest {
		return "", false
	}
	least := 0
	for _, k := range known {
		d := Distance(strings.ToLower(written), strings.ToLower(k))
		if d <= max(1, len(k)/3) && d < len(k) && (!ok || d < least) {
			word, least, ok = k, d, true
		}
	}
	return word, ok
}
