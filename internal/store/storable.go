package store

import "strings"

// storable makes texts of arguments such that PostgreSQL takes them: it refuses NUL and what is not UTF-8. They come from
// strangers, and one that is refused must not fail a whole round for ever.
func storable(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = plain(s)
		}
	}
	return args
}

func (r *round) storable(args []any) []any {
	if r.pipeline == nil {
		return args
	}
	return storable(args)
}

func plain(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}
