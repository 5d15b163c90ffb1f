package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf8"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// node is a stanza as JSON: {"tag", "attrs": {name: text or {"jid": text}}, "content": null, text, {"base64": …} or nodes}.
type node struct{ waBinary.Node }

// maxDepth bounds the nesting of a stanza.
const maxDepth = 32

// MarshalJSON implements json.Marshaler.
func (n node) MarshalJSON() ([]byte, error) { return json.Marshal(viewNode(n.Node)) }

// UnmarshalJSON implements json.Unmarshaler. Errors: simulator.ErrInvalid.
func (n *node) UnmarshalJSON(raw []byte) (err error) {
	n.Node, err = parseNode(raw, "node", maxDepth)
	return err
}

type nodeForm struct {
	Tag     string         `json:"tag"`
	Attrs   map[string]any `json:"attrs"`
	Content any            `json:"content"`
}

func viewNode(n waBinary.Node) nodeForm {
	form := nodeForm{Tag: n.Tag, Attrs: map[string]any{}}
	for name, value := range n.Attrs {
		switch v := value.(type) {
		case types.JID:
			form.Attrs[name] = map[string]string{"jid": v.String()}
		default:
			form.Attrs[name] = fmt.Sprint(v)
		}
	}
	switch v := n.Content.(type) {
	case nil:
	case []waBinary.Node:
		children := make([]nodeForm, len(v))
		for i := range v {
			children[i] = viewNode(v[i])
		}
		form.Content = children
	case []byte:
		if form.Content = map[string][]byte{"base64": v}; printable(v) {
			form.Content = string(v)
		}
	default:
		form.Content = fmt.Sprint(v)
	}
	return form
}

func printable(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' }) < 0
}

func parseNode(raw []byte, path string, depth int) (waBinary.Node, error) {
	if depth == 0 {
		return waBinary.Node{}, invalid("%s is nested too deep", path)
	}
	var form struct {
		Tag     string                     `json:"tag"`
		Attrs   map[string]json.RawMessage `json:"attrs"`
		Content json.RawMessage            `json:"content"`
	}
	if strictly(raw, &form) != nil {
		return waBinary.Node{}, invalid("%s must be an object of tag, attrs and content", path)
	}
	if form.Tag == "" {
		return waBinary.Node{}, invalid("%s.tag is missing", path)
	}
	n := waBinary.Node{Tag: form.Tag, Attrs: waBinary.Attrs{}}
	for name, value := range form.Attrs {
		attr, err := parseAttr(value, path+".attrs."+name)
		if err != nil {
			return n, err
		}
		n.Attrs[name] = attr
	}
	var err error
	n.Content, err = parseContent(form.Content, path+".content", depth)
	return n, err
}

func strictly(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

// parseAttr reads text, or a JID: as text it would reach the client as another type.
func parseAttr(raw []byte, path string) (any, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		return text, nil
	}
	var form struct {
		JID *string `json:"jid"`
	}
	if strictly(raw, &form) != nil || form.JID == nil {
		return nil, invalid(`%s must be a string or {"jid": string}`, path)
	}
	jid, err := types.ParseJID(*form.JID)
	if err != nil {
		return nil, invalid("%s.jid is not a JID", path)
	}
	return jid, nil
}

// parseContent reads what a node holds. Text becomes bytes: as a string it might be sent as a token.
func parseContent(raw []byte, path string, depth int) (any, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	switch raw[0] {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return []byte(text), err
	case '{':
		var form struct {
			Base64 *[]byte `json:"base64"`
		}
		if strictly(raw, &form) == nil && form.Base64 != nil {
			return *form.Base64, nil
		}
	case '[':
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, err
		}
		children := make([]waBinary.Node, len(items))
		for i, item := range items {
			var err error
			if children[i], err = parseNode(item, fmt.Sprintf("%s[%d]", path, i), depth-1); err != nil {
				return nil, err
			}
		}
		return children, nil
	}
	return nil, invalid(`%s must be null, a string, {"base64": …} or a list of nodes`, path)
}
