package simclient

import (
	"encoding/json"
	"fmt"
)

// Node is a stanza. A value of Attrs is a string or a JID; Content is nil, a string, []byte or []Node.
type Node struct {
	Tag     string
	Attrs   map[string]any
	Content any
}

// JID is the value of an attribute that names somebody.
type JID string

// MarshalJSON implements json.Marshaler.
func (j JID) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]string{"jid": string(j)}) }

// MarshalJSON implements json.Marshaler.
func (n Node) MarshalJSON() ([]byte, error) {
	content := n.Content
	if raw, ok := content.([]byte); ok {
		content = map[string][]byte{"base64": raw}
	}
	attrs := n.Attrs
	if attrs == nil {
		attrs = map[string]any{}
	}
	return json.Marshal(map[string]any{"tag": n.Tag, "attrs": attrs, "content": content})
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Node) UnmarshalJSON(raw []byte) error {
	var form struct {
		Tag     string
		Attrs   map[string]json.RawMessage
		Content json.RawMessage
	}
	if err := json.Unmarshal(raw, &form); err != nil {
		return err
	}
	n.Tag, n.Attrs = form.Tag, make(map[string]any, len(form.Attrs))
	for name, value := range form.Attrs {
		var text string
		if json.Unmarshal(value, &text) == nil {
			n.Attrs[name] = text
			continue
		}
		var jid struct{ JID string }
		if err := json.Unmarshal(value, &jid); err != nil {
			return fmt.Errorf("read attribute %s: %w", name, err)
		}
		n.Attrs[name] = JID(jid.JID)
	}
	var err error
	n.Content, err = content(form.Content)
	return err
}

func content(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	switch raw[0] {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '[':
		var children []Node
		err := json.Unmarshal(raw, &children)
		return children, err
	case '{':
		var form struct{ Base64 []byte }
		err := json.Unmarshal(raw, &form)
		return form.Base64, err
	}
	return nil, nil
}
