package control_test

import (
	"net/http"
	"strings"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"

	"wapost/simclient"
)

func TestTheTraceHasEveryStanza(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	sent := r.send(anna, simclient.Message{To: owner, Text: "hi"})
	page, err := r.Trace(t.Context(), simclient.TraceQuery{Device: g.device, Direction: "out", Tag: "message", ID: sent.ID, Limit: 5, Timeout: patience, Nodes: true})
	must(t, err)
	if len(page.Entries) != 1 {
		t.Fatalf("the trace has %+v", page)
	}
	e := page.Entries[0]
	if e.Direction != "out" || e.Device != owner+":1@s.whatsapp.net" || e.Tag != "message" || e.ID != sent.ID || !strings.HasPrefix(e.Stanza, "<message") || e.At.IsZero() {
		t.Errorf("the entry is %+v", e)
	}
	if from, ok := e.Node.Attrs["from"].(simclient.JID); !ok || !strings.HasSuffix(string(from), "@lid") || e.Node.Attrs["notify"] != "Anna" {
		t.Errorf("the node is %+v", e.Node)
	}
	enc := e.Node.Content.([]simclient.Node)[0]
	if _, isBytes := enc.Content.([]byte); !isBytes || enc.Tag != "enc" {
		t.Errorf("its content is %+v", enc)
	}
	first, err := r.Trace(t.Context(), simclient.TraceQuery{Limit: 1})
	must(t, err)
	if len(first.Entries) != 1 || first.Entries[0].Node != nil || first.Next != first.Entries[0].Seq || first.DroppedBefore != 1 {
		t.Errorf("the first page is %+v", first)
	}
	must(t, r.Unlink(t.Context(), g.device))
	if page, err = r.Trace(t.Context(), simclient.TraceQuery{Device: g.device, Direction: "in", After: first.Next}); err != nil || len(page.Entries) == 0 {
		t.Errorf("of an unlinked device: %+v, %v", page, err)
	}
	for _, wrong := range []simclient.TraceQuery{{Device: "nobody"}, {Device: owner}, {Direction: "up"}} {
		_, err = r.Trace(t.Context(), wrong)
		fails(t, err, 400, "invalid_request")
	}
}

func TestWhatIsNotSimulatedIsListed(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	if list, err := r.Unhandled(t.Context()); err != nil || len(list.Queries)+len(list.Requests) != 0 {
		t.Errorf("a plain login leaves %+v, %v", list, err)
	}
	must(t, g.DangerousInternals().SendNode(t.Context(), waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"type": "get", "xmlns": "w:weather", "id": "1", "to": "s.whatsapp.net"},
		Content: []waBinary.Node{{Tag: "forecast"}}}))
	outside := &http.Client{Transport: &http.Transport{DialContext: r.sim.Dial}}
	res, err := outside.Get("http://example.com/page")
	must(t, err)
	must(t, res.Body.Close())
	outside.CloseIdleConnections()
	var list simclient.Unhandled
	until(t, func() bool {
		list, err = r.Unhandled(t.Context())
		return err == nil && len(list.Queries) == 1 && len(list.Requests) == 1
	})
	if q := list.Queries[0]; q.Type != "get" || q.XMLNS != "w:weather" || q.Child != "forecast" || q.Count != 1 || q.LastAt.IsZero() || !strings.Contains(q.Stanza, "forecast") {
		t.Errorf("the query is %+v", q)
	}
	if q := list.Requests[0]; q != (simclient.UnhandledRequest{Host: "example.com", Method: "GET", Path: "/page", Count: 1}) {
		t.Errorf("the request is %+v", q)
	}
}
