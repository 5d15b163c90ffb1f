package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"wapost/internal/fault"
)

// node is one JSON value. value holds a string, json.Number, bool or nil; objects and arrays have children.
type node struct {
	value    any
	kind     json.Delim // '{', '[', or 0
	members  []member
	elements []*node
	raw      []byte
}

type member struct {
	name string
	node *node
}

// read checks the syntax of a body and returns its object. Errors: fault.Invalid with the sentences of contract.md §2.4.
func read(body []byte) (*node, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, fault.New(fault.Invalid, "Request body is empty; a JSON object is required")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		at := int64(len(body))
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		return nil, fault.New(fault.Invalid, "Request body is not valid JSON (at byte %d)", at)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	n, err := parse(d, body)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "Request body is not valid JSON (at byte %d)", d.InputOffset())
	}
	if n.kind != '{' {
		return nil, fault.New(fault.Invalid, "Request body must be a JSON object")
	}
	return n, nil
}

// parse reads one value from a body that is known to be valid JSON.
func parse(d *json.Decoder, body []byte) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	start := d.InputOffset()
	open, ok := token.(json.Delim)
	if !ok {
		return &node{value: token, raw: lastScalar(body[:start])}, nil
	}
	n := &node{kind: open}
	for d.More() {
		if err := n.child(d, body); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return nil, err
	}
	n.raw = body[start-1 : d.InputOffset()]
	return n, nil
}

func (n *node) child(d *json.Decoder, body []byte) error {
	name := ""
	if n.kind == '{' {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ = token.(string) // the syntax check left nothing else
	}
	value, err := parse(d, body)
	if err != nil {
		return err
	}
	if n.kind == '{' {
		n.members = append(n.members, member{name, value})
	} else {
		n.elements = append(n.elements, value)
	}
	return nil
}

// lastScalar returns the scalar that text ends with. Only numbers, true, false and null are asked for by their text.
func lastScalar(text []byte) []byte {
	return text[bytes.LastIndexAny(text, " \t\r\n:,[")+1:]
}

// encoded checks that every string has a UTF-8 form: no stray bytes, no half of a surrogate pair behind \u.
func encoded(body []byte) error {
	if !utf8.Valid(body) || halfSurrogate(body) {
		return fault.New(fault.Invalid, "Request body is not valid UTF-8")
	}
	return nil
}

func halfSurrogate(body []byte) bool {
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		i++ // the escaped character, so that \\u is not taken for an escape
		first, ok := unit(body[i-1:])
		if !ok {
			continue
		}
		i += 4
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := unit(body[i+1:])
		if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// unit reads \uXXXX.
func unit(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
