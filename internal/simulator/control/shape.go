package control

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// shape compares JSON with a Go type more strictly than encoding/json: names are case-sensitive, unknown and repeated
// fields are errors, a field without omitempty must be there, null stands for nothing. The JSON is known to be valid.
type shape struct {
	partial bool // fields may be missing, and null resets a field that can be null
}

// check compares one value; values is the enum tag of its field. Errors: simulator.ErrInvalid, naming the field.
func (s shape) check(raw json.RawMessage, t reflect.Type, path, values string) error {
	raw = bytes.TrimSpace(raw)
	if string(raw) == "null" && path != "" {
		if s.partial && t.Kind() == reflect.Pointer {
			return nil
		}
		return invalid("%s must not be null", path)
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[json.RawMessage]() || t == reflect.TypeFor[node]():
		return nil // read by its own parser
	case t.Kind() == reflect.Struct:
		return s.object(raw, t, path)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return s.list(raw, t, path)
	}
	value := reflect.New(t)
	if json.Unmarshal(raw, value.Interface()) != nil {
		return invalid("%s must be %s", path, nameOf(t))
	}
	if values != "" && !slices.Contains(strings.Split(values, ","), value.Elem().String()) {
		return invalid("%s must be one of %s, not %q", path, strings.ReplaceAll(values, ",", ", "), value.Elem().String())
	}
	return nil
}

func (s shape) object(raw json.RawMessage, t reflect.Type, path string) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return invalid("%s must be an object", orBody(path))
	}
	known := fields(t)
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		var value json.RawMessage
		if err != nil || !ok || dec.Decode(&value) != nil {
			return invalid("%s cannot be read", orBody(path))
		}
		i := slices.IndexFunc(known, func(f field) bool { return f.name == name })
		switch {
		case i < 0:
			return unknownField(join(path, name), known)
		case seen[name]:
			return invalid("field %q is given twice", join(path, name))
		}
		seen[name] = true
		if err := s.check(value, known[i].Type, join(path, name), known[i].Tag.Get("enum")); err != nil {
			return err
		}
	}
	for _, f := range known {
		if f.required && !seen[f.name] && !s.partial {
			return invalid("%s is missing", join(path, f.name))
		}
	}
	return nil
}

func (s shape) list(raw json.RawMessage, t reflect.Type, path string) error {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return invalid("%s must be %s", path, nameOf(t))
	}
	for _, item := range items {
		if err := s.check(item, t.Elem(), path+"[]", ""); err != nil {
			return err
		}
	}
	return nil
}

// field is a member of a JSON object.
type field struct {
	reflect.StructField
	name     string
	required bool // in a request it must be given, in a reply it is always there
}

// fields returns the members of a struct in their order, those of embedded structs in their place.
func fields(t reflect.Type) []field {
	var list []field
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.Anonymous && f.IsExported() && name != "" && name != "-" {
			_, preset := f.Tag.Lookup("default")
			list = append(list, field{f, name, options != "omitempty" && options != "omitzero" && !preset})
		}
	}
	return list
}

func unknownField(path string, known []field) error {
	if len(known) == 0 {
		return invalid("unknown field %q; this call takes none", path)
	}
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.name
	}
	return invalid("unknown field %q; known: %s", path, strings.Join(names, ", "))
}

func nameOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "base64"
		}
		return "a list"
	case reflect.Float64:
		return "a number"
	case reflect.Uint, reflect.Uint64, reflect.Uint32:
		return "a whole number, not negative"
	}
	return "a whole number"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func orBody(path string) string {
	if path == "" {
		return "the body"
	}
	return path
}
