package simulator

import (
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// attrs is short for the attributes of a node. JIDs must be types.JID, numbers any integer; empty ones are not encoded.
type attrs = waBinary.Attrs

// attrJID and attrText return the zero value when the attribute is missing or of another type.
func attrJID(n *waBinary.Node, key string) types.JID { j, _ := n.Attrs[key].(types.JID); return j }
func attrText(n *waBinary.Node, key string) string   { v, _ := n.Attrs[key].(string); return v }

// content returns a node's bytes: text that happens to be a token decodes as a string.
func content(n waBinary.Node) []byte {
	switch v := n.Content.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return nil
}

// childContent is the content of the first child with this tag, nil when there is none.
func childContent(n *waBinary.Node, tag string) []byte { return content(n.GetChildByTag(tag)) }

func firstChild(n *waBinary.Node) waBinary.Node {
	if children := n.GetChildren(); len(children) > 0 {
		return children[0]
	}
	return waBinary.Node{}
}

func element(tag string, a attrs, children ...waBinary.Node) waBinary.Node {
	n := waBinary.Node{Tag: tag, Attrs: a}
	if len(children) > 0 {
		n.Content = children
	}
	return n
}

// leaf has bytes as content: a string might be sent as a token, and decode as another type.
func leaf(tag string, data []byte) waBinary.Node { return waBinary.Node{Tag: tag, Content: data} }

// with returns a copy of the node that has one more attribute; the original stays as it is.
func with(n waBinary.Node, key string, value any) waBinary.Node {
	a := make(attrs, len(n.Attrs)+1)
	for k, v := range n.Attrs {
		a[k] = v
	}
	a[key] = value
	n.Attrs = a
	return n
}

func now() int64 { return time.Now().Unix() }
