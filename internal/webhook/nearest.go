package webhook

import "wapost/internal/spelling"

// nearest returns the candidate with the smallest edit distance to s, the first of equals.
func nearest(s string, candidates []string) string {
	best, least := "", -1
	for _, c := range candidates {
		if d := spelling.Distance(s, c); least < 0 || d < least {
			best, least = c, d
		}
	}
	return best
}
