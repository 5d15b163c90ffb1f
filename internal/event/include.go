package event

import (
	"bytes"
	"slices"
)

// Include is an optional part of a body that a webhook may ask for.
type Include string

// The optional parts.
const (
	IncludeRaw       Include = "raw"
	IncludeThumbnail Include = "thumbnail" // small pictures in the files that the data names
)

// With returns the body of a recorded event with the optional parts asked for. The same input gives the same bytes at any
// time: `data` is the last member of the envelope, so a part is put before its closing brace.
func (r *Recorded) With(include []Include) []byte {
	body := r.Body
	if r.Raw == nil || len(include) == 0 {
		return body
	}
	if slices.Contains(include, IncludeThumbnail) {
		body = withThumbnails(body, r.Raw)
	}
	if slices.Contains(include, IncludeRaw) {
		body = withRaw(body, r.Raw)
	}
	return body
}

func withRaw(body, raw []byte) []byte {
	part := append([]byte(`"raw":`), raw...)
	if len(body)+len(part) > LargestBody {
		part = []byte(`"raw_omitted":true`)
	}
	return withPart(body, part)
}

// withPart puts a member at the end of data.
func withPart(body, part []byte) []byte {
	open, ok := bytes.CutSuffix(body, []byte("}}"))
	if !ok {
		return body // data is null: nothing to put it into
	}
	out := append(make([]byte, 0, len(body)+len(part)+1), open...)
	if open[len(open)-1] != '{' {
		out = append(out, ',')
	}
	return append(append(out, part...), "}}"...)
}
