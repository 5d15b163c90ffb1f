package strict

import (
	"strings"

	"wapost/internal/spelling"
)

// nearest returns the name with the least edit distance, letter case aside, if it is near enough to be what was meant.
func nearest(name string, known []string) (string, bool) {
	if len(name) > maxShown {
		return "", false
	}
	best, least := "", 0
	for _, k := range known {
		d := spelling.Distance(strings.ToLower(name), k)
		if d <= max(1, len(k)/3) && (best == "" || d < least) {
			best, least = k, d
		}
	}
	return best, best != ""
}
