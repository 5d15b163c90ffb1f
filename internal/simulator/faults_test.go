package simulator

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestFaultsMergeFromJSON(t *testing.T) {
	s, err := New(Options{Authority: testAuthority})
	if err != nil {
		t.Fatal(err)
	}
	set := func(body string) (Faults, error) {
		return s.ChangeFaults("", func(f *Faults) error { return json.Unmarshal([]byte(body), f) })
	}
	if _, err = set(`{"latency_ms":5,"no_ack":{"times":2}}`); err != nil {
		t.Fatal(err)
	}
	f, err := set(`{"mute_pings":true,"no_ack":null}`)
	if err != nil || f.LatencyMS != 5 || !f.MutePings || f.NoAck != nil || f.Wire != WireUp {
		t.Errorf("faults are %+v %v", f, err)
	}
	for _, wrong := range []string{`{"wire":"sideways"}`, `{"latency_ms":-1}`, `{"refuse_login":{}}`, `{"ack_error":{}}`, `{"no_ack":{"then":"cry"}}`} {
		if _, err = set(wrong); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if f, _ = s.Faults(""); f.LatencyMS != 5 {
		t.Errorf("a refused change left %+v", f)
	}
	if err = s.ClearFaults(""); err != nil {
		t.Fatal(err)
	}
	if f, _ = s.Faults(""); f != (Faults{Wire: WireUp}) {
		t.Errorf("after clearing: %+v", f)
	}
	if _, err = s.Faults("4915100000001"); !errors.Is(err, ErrUnknownPerson) {
		t.Errorf("unknown scope: %v", err)
	}
}

// Who is handed a value of faults cannot change the simulator through its pointers.
func TestFaultsAreCopies(t *testing.T) {
	s, err := New(Options{Authority: testAuthority})
	if err != nil {
		t.Fatal(err)
	}
	mine := &NoAck{Times: 3}
	f, err := s.ChangeFaults("", func(f *Faults) error { f.NoAck = mine; return nil })
	if err != nil {
		t.Fatal(err)
	}
	mine.Times, f.NoAck.Times = 7, 8
	if f, _ = s.Faults(""); f.NoAck.Times != 3 {
		t.Errorf("times is %d", f.NoAck.Times)
	}
}

func TestTheMostSpecialFaultWins(t *testing.T) {
	set := faultSet{scopes: map[string]*Faults{
		"":                {LatencyMS: 1, PageSize: 1, MutePings: true},
		"4915100000001":   {LatencyMS: 2, NoAck: &NoAck{Times: 2}},
		"4915100000001:1": {LatencyMS: 3, DropAcks: true},
	}}
	d := &Device{person: &Person{phone: "4915100000001"}, number: 1}
	if f := set.forDevice(d); f.LatencyMS != 3 || f.PageSize != 1 || !f.MutePings || !f.DropAcks {
		t.Errorf("joined faults are %+v", f)
	}
	other := &Device{person: &Person{phone: "4915100000001"}, number: 2}
	if f := set.forDevice(other); f.LatencyMS != 2 || f.DropAcks {
		t.Errorf("joined faults are %+v", f)
	}
	if set.takeNoAck(d) == nil || set.takeNoAck(other) == nil || set.takeNoAck(d) != nil {
		t.Error("a fault with two times is not used twice")
	}
	if set.forDevice(nil).LatencyMS != 1 {
		t.Error("a connection without a device does not see the faults for all")
	}
}

func TestAFaultMayLastForEver(t *testing.T) {
	set := faultSet{scopes: map[string]*Faults{"": {QueryError: &QueryFault{XMLNS: "w:g2", Times: -1}}}}
	for range 5 {
		if code, silent := set.takeQuery(nil, "w:g2", "query"); code != 503 || silent {
			t.Errorf("code %d, silent %v", code, silent)
		}
	}
	if code, _ := set.takeQuery(nil, "usync", "usync"); code != 0 {
		t.Errorf("another query got %d", code)
	}
}
