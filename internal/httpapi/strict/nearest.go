package strict

import "strings"

// nearest returns the name with the least edit distance, letter case aside, if it is near enough to be what was meant.
func nearest(name string, known []string) (string, bool) {
	if len(name) > maxShown {
		return "", false
	}
	best, least := "", 0
	for _, k := range known {
		d := distance(strings.ToLower(name), k)
		if d <= max(1, len(k)/3) && (best == "" || d < least) {
			best, least = k, d
		}
	}
	return best, best != ""
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
