package event

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Bound returns a payload within the limits of its members: lists and strings that are too long are cut in a copy, and the entries
// that a list had are counted beside it. Nearly always nothing is too long: then it is the payload itself, and cut is false.
func Bound(data any) (bounded any, cut bool) {
	v := reflect.ValueOf(data)
	if !v.IsValid() {
		return data, false
	}
	s := shapeOf(v.Type(), 0)
	if s == nil || !s.exceeds(v) {
		return data, false
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	s.cut(out)
	return out.Interface(), true
}

// shape says where in a type something can be too long; nil = nowhere.
type shape struct {
	kind  reflect.Kind
	limit int    // of a string
	elem  *shape // of pointers and lists
	parts []part // of a struct
}

// part is a field that can be too long, or hold what can.
type part struct {
	index, total int // of the fields; total -1 = nothing counts the entries
	shape        *shape
}

// shapes are known for good: a type has one. Without them each event would cost a walk over the tags of its structs.
var shapes sync.Map

type shapeKey struct {
	t     reflect.Type
	limit int
}

// shapeOf looks at a type once. limit is that of the strings in it, 0 = none.
func shapeOf(t reflect.Type, limit int) *shape {
	if s, ok := shapes.Load(shapeKey{t, limit}); ok {
		return s.(*shape)
	}
	s := newShape(t, limit)
	shapes.Store(shapeKey{t, limit}, s)
	return s
}

func newShape(t reflect.Type, limit int) *shape {
	switch t.Kind() {
	case reflect.String:
		if limit > 0 {
			return &shape{kind: reflect.String, limit: limit}
		}
	case reflect.Pointer:
		if elem := shapeOf(t.Elem(), limit); elem != nil {
			return &shape{kind: reflect.Pointer, elem: elem}
		}
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // bytes are JSON already
			return &shape{kind: reflect.Slice, elem: shapeOf(t.Elem(), limit)}
		}
	case reflect.Map:
		return &shape{kind: reflect.Map, limit: limit}
	case reflect.Struct:
		return structShape(t)
	}
	return nil
}

func structShape(t reflect.Type) *shape {
	s := &shape{kind: reflect.Struct}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "" && !f.Anonymous {
			continue
		}
		p := part{index: i, total: -1, shape: shapeOf(f.Type, longestOf(name))}
		if p.shape == nil {
			continue
		}
		for j := range t.NumField() {
			if other, _, _ := strings.Cut(t.Field(j).Tag.Get("json"), ","); name != "" && other == name+"_total" {
				p.total = j
			}
		}
		s.parts = append(s.parts, p)
	}
	if len(s.parts) == 0 {
		return nil
	}
	return s
}

// exceeds reports whether something in a value is too long.
func (s *shape) exceeds(v reflect.Value) bool {
	switch s.kind {
	case reflect.String:
		return v.Len() > s.limit
	case reflect.Pointer:
		return !v.IsNil() && s.elem.exceeds(v.Elem())
	case reflect.Map:
		return v.Len() > LongestList || s.limit > 0 && slices.ContainsFunc(v.MapKeys(), func(k reflect.Value) bool { return k.Len() > s.limit })
	case reflect.Slice:
		n := v.Len()
		if n > LongestList {
			return true
		}
		for i := 0; s.elem != nil && i < n; i++ {
			if s.elem.exceeds(v.Index(i)) {
				return true
			}
		}
	case reflect.Struct:
		for _, p := range s.parts {
			if p.shape.exceeds(v.Field(p.index)) {
				return true
			}
		}
	}
	return false
}

// cut shortens what is too long in a value that can be set. What pointers and lists lead to is copied before: others may have it.
func (s *shape) cut(v reflect.Value) {
	switch s.kind {
	case reflect.String:
		v.SetString(Cut(v.String(), s.limit))
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		other := reflect.New(v.Type().Elem())
		other.Elem().Set(v.Elem())
		s.elem.cut(other.Elem())
		v.Set(other)
	case reflect.Map:
		s.cutMap(v)
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		n := min(v.Len(), LongestList)
		other := reflect.MakeSlice(v.Type(), n, n)
		reflect.Copy(other, v)
		for i := 0; s.elem != nil && i < n; i++ {
			s.elem.cut(other.Index(i))
		}
		v.Set(other)
	case reflect.Struct:
		for _, p := range s.parts {
			f := v.Field(p.index)
			if n := length(f); n > LongestList && p.total >= 0 {
				v.Field(p.total).SetInt(int64(n))
			}
			p.shape.cut(f)
		}
	}
}

// cutMap keeps the first keys by their order, so that the same event is always cut in the same way.
func (s *shape) cutMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	keys := slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	other := reflect.MakeMap(v.Type())
	for _, k := range keys[:min(len(keys), LongestList)] {
		key := reflect.New(k.Type()).Elem()
		key.SetString(k.String())
		if s.limit > 0 {
			key.SetString(Cut(k.String(), s.limit))
		}
		other.SetMapIndex(key, v.MapIndex(k))
	}
	v.Set(other)
}

// length returns how many entries a list has, 0 for what is none.
func length(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len()
	}
	return 0
}

// Cut returns the beginning of a text that has at most so many bytes, and ends with a whole character.
func Cut(s string, longest int) string {
	if len(s) <= longest {
		return s
	}
	for longest > 0 && !utf8.RuneStart(s[longest]) {
		longest--
	}
	return strings.Clone(s[:longest]) // the rest need not stay in memory
}
