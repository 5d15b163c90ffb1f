package event

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Schema returns the JSON Schema (2020-12) of the envelope of a type, made from the struct that renders it; nil for a type
// that is not in the catalogue. Objects are open, and so are the sets of values: new members and values may come with any
// release.
func Schema(t Type) map[string]any {
	entry, ok := Lookup(t)
	data := example(t)
	if !ok || data == nil {
		return nil
	}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   string(t), "description": entry.Description, "type": "object",
		"required": []string{"id", "type", "version", "timestamp", "device_id", "sequence", "origin", "account", "data"},
		"properties": map[string]any{
			"id":        map[string]any{"type": "string", "pattern": "^evt_[0-9a-f-]{36}$"},
			"type":      map[string]any{"const": string(t)},
			"version":   map[string]any{"const": Version},
			"timestamp": schemaOf(reflect.TypeFor[Time]()),
			"device_id": schemaOf(reflect.TypeFor[*string]()),
			"sequence":  map[string]any{"type": []string{"integer", "null"}, "minimum": 1},
			"origin":    schemaOf(reflect.TypeFor[Origin]()),
			"account":   schemaOf(reflect.TypeFor[*Account]()),
			"data":      dataSchema(reflect.TypeOf(data)),
		},
	}
}

// dataSchema is the schema of a payload with the parts that a webhook may ask for.
func dataSchema(t reflect.Type) map[string]any {
	s := schemaOf(t)
	members, _ := s["properties"].(map[string]any)
	members["raw"] = schemaOf(reflect.TypeFor[Raw]())
	members["raw_omitted"] = map[string]any{"type": "boolean"}
	members["example"] = map[string]any{"const": true, "description": "Only in tests that were asked for"}
	return s
}

var (
	timeType = reflect.TypeFor[Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	loose    = reflect.TypeFor[Loose]()
)

func schemaOf(t reflect.Type) map[string]any {
	switch t {
	case timeType:
		return map[string]any{"type": "string", "format": "date-time"}
	case rawType:
		return map[string]any{"type": "object"}
	case loose:
		return map[string]any{"type": []string{"object", "array", "string", "number", "boolean", "null"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		s := schemaOf(t.Elem())
		if one, ok := s["type"].(string); ok { // else it may be null already
			s["type"] = []string{one, "null"}
		}
		return s
	case reflect.Struct:
		return objectSchema(t)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map: // null when nothing is known
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": schemaOf(t.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint32:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	panic(fmt.Sprintf("event: no schema for %s", t)) // the tests walk the whole catalogue
}

// objectSchema lists the members of a struct, those of embedded structs among them.
func objectSchema(t reflect.Type) map[string]any {
	members, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || name == "-" {
			continue
		}
		members[name] = schemaOf(f.Type)
		if options != "omitempty" {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": members, "required": required}
}
