package control

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// schemaSet is the named schemas of the API document.
type schemaSet map[string]object

// of describes a type; structs are described once and referred to.
func (s schemaSet) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return object{"type": "object"}
	case reflect.TypeFor[node]():
		return s.node()
	case reflect.TypeFor[moment]():
		return object{"type": "string", "format": "date-time"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Struct:
		return s.ref(t)
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Uint32:
		return object{"type": "integer"}
	}
	panic(fmt.Sprintf("a body has the type %s, which has no schema", t))
}

func (s schemaSet) ref(t reflect.Type) object {
	name := schemaName(t)
	if _, done := s[name]; !done {
		s[name] = nil // ends the recursion of a type that holds itself
		s[name] = s.structure(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func schemaName(t reflect.Type) string {
	name := []rune(t.Name())
	name[0] = unicode.ToUpper(name[0])
	return string(name)
}

func (s schemaSet) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	for _, f := range fields(t) {
		properties[f.name] = s.property(f)
		if f.required && t != reflect.TypeFor[faultsBody]() {
			required = append(required, f.name)
		}
	}
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func (s schemaSet) property(f field) object {
	schema := object{}
	for name, value := range s.of(f.Type) {
		schema[name] = value
	}
	if doc := f.Tag.Get("doc"); doc != "" {
		schema["description"] = doc
	}
	if values := f.Tag.Get("enum"); values != "" {
		schema["enum"] = strings.Split(values, ",")
	}
	if text, ok := f.Tag.Lookup("default"); ok {
		schema["default"] = text
		if f.Type.Kind() != reflect.String {
			schema["default"] = json.RawMessage(text)
		}
	}
	if f.Type.Kind() == reflect.Pointer && f.required {
		return object{"anyOf": []object{schema, {"type": "null"}}}
	}
	return schema
}

// node is the one type with a form of its own.
func (s schemaSet) node() object {
	self := object{"$ref": "#/components/schemas/Node"}
	s["Node"] = object{"type": "object", "required": []string{"tag"}, "additionalProperties": false, "properties": object{
		"tag": object{"type": "string"},
		"attrs": object{"type": "object", "additionalProperties": object{"anyOf": []object{
			{"type": "string"}, {"type": "object", "required": []string{"jid"}, "properties": object{"jid": object{"type": "string"}}}}}},
		"content": object{"anyOf": []object{
			{"type": "null"}, {"type": "string"}, {"type": "array", "items": self},
			{"type": "object", "required": []string{"base64"}, "properties": object{"base64": object{"type": "string", "contentEncoding": "base64"}}}}},
	}}
	return self
}
