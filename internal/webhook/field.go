package webhook

// Field is a member of a request body that changes something: it may be absent, null or given, and the three differ.
type Field[T any] struct {
	Given bool // also for null
	Null  bool
	Value T
}

// Given makes a field with a value.
func Given[T any](v T) Field[T] { return Field[T]{Given: true, Value: v} }

// or returns the field with null replaced by a default.
func (f Field[T]) or(def T) Field[T] {
	if f.Null {
		return Given(def)
	}
	return f
}

// check judges a given value.
func check[T any](f Field[T], judge func(T) error) error {
	if !f.Given || f.Null {
		return nil
	}
	return judge(f.Value)
}

// set puts a given value where it belongs.
func set[T any](f Field[T], to *T) {
	if f.Given {
		*to = f.Value
	}
}
