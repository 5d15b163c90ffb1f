package strict

import (
	"reflect"
	"strings"

	"wapost/internal/fault"
	"wapost/internal/spelling"
)

// Object reads body into the struct that into points to. Members are matched by the json tags, case-sensitively; null leaves a
// member as if it were absent, but for Field. Errors: fault.Invalid.
func Object(body []byte, into any) error {
	n, err := read(body)
	if err != nil {
		return err
	}
	target := reflect.ValueOf(into).Elem()
	if err := n.repeated(""); err != nil {
		return err
	}
	if err := n.unknown("", target.Type()); err != nil {
		return err
	}
	if err := n.bindObject("", target); err != nil {
		return err
	}
	if err := encoded(body); err != nil {
		return err
	}
	return n.printable("")
}

// printable refuses the character U+0000 in texts and names, at any depth: a part of the storages cannot hold it, and all of
// them shall answer alike.
func (n *node) printable(path string) error {
	if s, ok := n.value.(string); ok && strings.ContainsRune(s, 0) {
		return fault.New(fault.Invalid, "%s must not contain the character U+0000", path)
	}
	for _, m := range n.members {
		if strings.ContainsRune(m.name, 0) {
			return fault.New(fault.Invalid, "Names of fields must not contain the character U+0000")
		}
		if err := m.node.printable(clip(join(path, m.name))); err != nil {
			return err
		}
	}
	for _, e := range n.elements {
		if err := e.printable(path); err != nil {
			return err
		}
	}
	return nil
}

// repeated refuses a field that is there twice, at any depth.
func (n *node) repeated(path string) error {
	seen := map[string]bool{}
	for _, m := range n.members {
		if seen[m.name] {
			return fault.New(fault.Invalid, "Duplicate field %q", clip(join(path, m.name)))
		}
		seen[m.name] = true
		if err := m.node.repeated(join(path, m.name)); err != nil {
			return err
		}
	}
	for _, e := range n.elements {
		if err := e.repeated(path); err != nil {
			return err
		}
	}
	return nil
}

// unknown refuses members that the type does not have.
func (n *node) unknown(path string, t reflect.Type) error {
	t = inner(t)
	if t.Kind() == reflect.Slice {
		for _, e := range n.elements {
			if err := e.unknown(path, t.Elem()); err != nil {
				return err
			}
		}
		return nil
	}
	if _, own := reflect.New(t).Interface().(Value); own || n.kind != '{' || t.Kind() != reflect.Struct {
		return nil
	}
	known := fields(t)
	for _, m := range n.members {
		f, ok := lookup(known, m.name)
		if !ok {
			return unknownField(path, m.name, known)
		}
		if err := m.node.unknown(join(path, m.name), f.Type); err != nil {
			return err
		}
	}
	return nil
}

func unknownField(path, name string, known []reflect.StructField) error {
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = jsonName(f)
	}
	shown := clip(join(path, name))
	if near, ok := spelling.Nearest(name, names); ok {
		return fault.New(fault.Invalid, "Unknown field %q; did you mean %q?", shown, join(path, near))
	}
	return fault.New(fault.Invalid, "Unknown field %q", shown)
}

// inner returns the type that a pointer or a Field holds.
func inner(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if f, ok := reflect.New(t).Interface().(filler); ok {
		return inner(reflect.TypeOf(f.fill(false)))
	}
	return t
}

// fields returns the members of a struct in their order, those of embedded structs in their place.
func fields(t reflect.Type) []reflect.StructField {
	var list []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if name := jsonName(f); !f.Anonymous && f.IsExported() && name != "-" && name != "" {
			list = append(list, f)
		}
	}
	return list
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func lookup(known []reflect.StructField, name string) (reflect.StructField, bool) {
	for _, f := range known {
		if jsonName(f) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// maxShown bounds how much of a caller's own text an error repeats.
const maxShown = 100

func clip(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}
