package strict

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"

	"wapost/internal/fault"
)

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[Raw]()
)

// bindObject fills a struct in the order of its fields.
func (n *node) bindObject(path string, target reflect.Value) error {
	for _, f := range fields(target.Type()) {
		for _, m := range n.members {
			if m.name != jsonName(f) {
				continue
			}
			if err := m.node.bind(join(path, m.name), target.FieldByIndex(f.Index)); err != nil {
				return err
			}
		}
	}
	return nil
}

func misfit(path string, t reflect.Type) error {
	return fault.New(fault.Invalid, "%s must be %s", path, must(t))
}

// bind fills the target, or says what the field must be.
func (n *node) bind(path string, v reflect.Value) error {
	if f, ok := v.Addr().Interface().(filler); ok {
		target := reflect.ValueOf(f.fill(n.isNull())).Elem()
		if n.isNull() {
			return nil
		}
		return n.bind(path, target)
	}
	if n.isNull() {
		return nil
	}
	if own, ok := v.Addr().Interface().(Value); ok {
		if !own.Set(n.raw) {
			return misfit(path, v.Type())
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return n.bind(path, v.Elem())
	case reflect.Slice:
		if v.Type() != rawType {
			return n.bindSlice(path, v)
		}
	case reflect.Map:
		return n.bindMap(path, v)
	case reflect.Struct:
		if v.Type() != timeType {
			return n.bindStruct(path, v)
		}
	}
	if !n.bindScalar(v) {
		return misfit(path, v.Type())
	}
	return nil
}

func (n *node) bindScalar(v reflect.Value) bool {
	switch v.Type() {
	case timeType:
		return n.bindTime(v)
	case rawType:
		v.SetBytes(n.raw)
		return n.kind == '{'
	}
	switch v.Kind() {
	case reflect.String:
		s, ok := n.value.(string)
		v.SetString(s)
		return ok
	case reflect.Bool:
		b, ok := n.value.(bool)
		v.SetBool(b)
		return ok
	case reflect.Int, reflect.Int64:
		i, ok := integer(n.value)
		v.SetInt(i)
		return ok
	}
	panic("strict: no rule for " + v.Type().String())
}

func (n *node) bindSlice(path string, v reflect.Value) error {
	if n.kind != '[' {
		return misfit(path, v.Type())
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.elements), len(n.elements)))
	for i, e := range n.elements {
		if err := e.bindElement(path, v.Index(i)); err != nil {
			return misfit(path, v.Type())
		}
	}
	return nil
}

func (n *node) bindMap(path string, v reflect.Value) error {
	if n.kind != '{' {
		return misfit(path, v.Type())
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.members)))
	for _, m := range n.members {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := m.node.bindElement(path, value); err != nil {
			return misfit(path, v.Type())
		}
		v.SetMapIndex(reflect.ValueOf(m.name), value)
	}
	return nil
}

// bindElement is bind without null, which is no element of any list.
func (n *node) bindElement(path string, v reflect.Value) error {
	if n.isNull() {
		return misfit(path, v.Type())
	}
	return n.bind(path, v)
}

func (n *node) bindStruct(path string, v reflect.Value) error {
	if s, ok := n.value.(string); ok {
		if named, ok := v.Addr().Interface().(Named); ok {
			named.SetName(s)
			return nil
		}
	}
	if n.kind != '{' {
		return misfit(path, v.Type())
	}
	return n.bindObject(path, v)
}

func (n *node) bindTime(v reflect.Value) bool {
	s, ok := n.value.(string)
	t, err := time.Parse(time.RFC3339, s)
	v.Set(reflect.ValueOf(t.UTC()))
	return ok && err == nil
}

func (n *node) isNull() bool { return n.kind == 0 && n.value == nil }

// integer reads a whole number, also in the spellings 10.0 and 1e1 that JSON allows.
func integer(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	if i, err := strconv.ParseInt(number.String(), 10, 64); err == nil {
		return i, true
	}
	const exact = 1 << 53 // beyond it a float is no longer one integer
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		return 0, false
	}
	return int64(f), true
}

// must describes a type for "<field> must be …".
func must(t reflect.Type) string {
	if own, ok := reflect.New(t).Interface().(Value); ok {
		return own.Must()
	}
	if _, ok := reflect.New(t).Interface().(Named); ok {
		return "a string or an object"
	}
	switch t {
	case timeType:
		return "an RFC 3339 time"
	case rawType:
		return "an object"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Int, reflect.Int64:
		return "an integer"
	case reflect.Slice:
		return "an array of " + plural(t.Elem())
	case reflect.Map:
		return "an object of " + plural(t.Elem())
	}
	return "an object"
}

func plural(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "strings"
	case reflect.Int, reflect.Int64:
		return "integers"
	}
	return "objects"
}
