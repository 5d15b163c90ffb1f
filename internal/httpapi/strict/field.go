package strict

import "encoding/json"

// Field is a member whose absence and whose null mean different things: in a partial update the first leaves a value as it
// is, the second resets it.
type Field[T any] struct {
	Given bool
	Null  bool
	Value T
}

func (f *Field[T]) fill(null bool) any {
	f.Given, f.Null = true, null
	return &f.Value
}

// Pointer returns the value, or nil when the field was absent or null.
func (f Field[T]) Pointer() *T {
	if !f.Given || f.Null {
		return nil
	}
	return &f.Value
}

type filler interface{ fill(null bool) any }

// Raw is a JSON object of any members, kept as it was sent.
type Raw json.RawMessage

// Value is a scalar type with a form of its own. Set reads its JSON text; false = refused, with the sentence "<field> must be
// <Must()>".
type Value interface {
	Set(raw json.RawMessage) bool
	Must() string
}

// Named is a struct that may also be given as a string.
type Named interface{ SetName(s string) }
