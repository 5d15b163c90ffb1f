package control

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/simulator"
)

func TestANodeIsReadAsItIsMeant(t *testing.T) {
	const written = `{"tag":"a","attrs":{"to":{"jid":"1@lid"},"id":"x"},"content":[
		{"tag":"b","content":"text"},{"tag":"c","content":{"base64":"AAE="}},{"tag":"d","attrs":{},"content":null},{"tag":"e","content":[]}]}`
	var got node
	if err := json.Unmarshal([]byte(written), &got); err != nil {
		t.Fatal(err)
	}
	want := waBinary.Node{Tag: "a", Attrs: waBinary.Attrs{"to": types.NewJID("1", types.HiddenUserServer), "id": "x"}, Content: []waBinary.Node{
		{Tag: "b", Attrs: waBinary.Attrs{}, Content: []byte("text")}, {Tag: "c", Attrs: waBinary.Attrs{}, Content: []byte{0, 1}},
		{Tag: "d", Attrs: waBinary.Attrs{}}, {Tag: "e", Attrs: waBinary.Attrs{}, Content: []waBinary.Node{}}}}
	if !reflect.DeepEqual(got.Node, want) {
		t.Errorf("read %+v, want %+v", got.Node, want)
	}
}

func TestANodeThatMeansNothingIsRefused(t *testing.T) {
	for written, want := range map[string]string{
		`{}`:                             "node.tag is missing",
		`[]`:                             "node must be an object",
		`{"tag":"a","text":"x"}`:         "node must be an object of tag, attrs and content",
		`{"tag":"a","attrs":{"n":1}}`:    "node.attrs.n must be a string",
		`{"tag":"a","attrs":{"n":null}}`: "node.attrs.n must be a string",
		`{"tag":"a","attrs":{"n":{"jid":"1@lid","x":1}}}`:                       "node.attrs.n must be a string",
		`{"tag":"a","attrs":{"n":{"jid":"a:b@s.whatsapp.net"}}}`:                "node.attrs.n.jid is not a JID",
		`{"tag":"a","content":1}`:                                               "node.content must be null",
		`{"tag":"a","content":{"base64":"","x":1}}`:                             "node.content must be null",
		`{"tag":"a","content":[{"tag":""}]}`:                                    "node.content[0].tag is missing",
		strings.Repeat(`{"tag":"a","content":[`, 40) + strings.Repeat(`]}`, 40): "nested too deep",
	} {
		var got node
		err := json.Unmarshal([]byte(written), &got)
		if !errors.Is(err, simulator.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", written, err, want)
		}
	}
}

// What can be read can be written, and reads as the same.
func FuzzNode(f *testing.F) {
	f.Add(`{"tag":"a","attrs":{"to":{"jid":"1:2@s.whatsapp.net"}},"content":[{"tag":"b","content":"x"}]}`)
	f.Add(`{"tag":"a","content":{"base64":"//8="}}`)
	f.Fuzz(func(t *testing.T, written string) {
		var first, second node
		if json.Unmarshal([]byte(written), &first) != nil {
			return
		}
		again, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(again, &second); err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		once, err := json.Marshal(second)
		if err != nil || string(once) != string(again) {
			t.Errorf("%s became %s (%v)", again, once, err)
		}
	})
}
