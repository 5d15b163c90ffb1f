package control_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

func TestFaultsAreMergedAndCleared(t *testing.T) {
	r := newRig(t)
	everyone := simclient.Scope{}
	healthy, err := r.Faults(t.Context(), everyone)
	must(t, err)
	if diff := cmp.Diff(simclient.Faults{Wire: "up"}, healthy); diff != "" {
		t.Errorf("healthy (-want +got):\n%s", diff)
	}
	want := simclient.Faults{MuteHello: true, MutePings: true, DropAcks: true, RefuseLogin: &simclient.RefuseLogin{Reason: 503, Times: 2, Message: "later"},
		AckError: &simclient.AckError{Code: 479, Times: 1, To: anna}, NoAck: &simclient.NoAck{Times: 1, Then: "kick"},
		QueryError: &simclient.QueryFault{XMLNS: "w:g2", Code: 500, Times: -1}, QuerySilence: &simclient.QueryFault{XMLNS: "usync", Child: "usync", Times: 1},
		LatencyMS: 1, Wire: "down", AckDeadlineMS: 2, WithholdBehind: true, PageSize: 3, HarshClose: true, OfflineOnSuccess: true, PNAddressing: true,
		PairTimeoutMS: 4, Media: &simclient.MediaFault{Status: 404, Times: 1, DelayMS: 5, Corrupt: true, BytesPerS: 6, CutAfter: 7},
		MediaRetry: &simclient.MediaRetryFault{Answer: "not_found", Times: 2, DelayMS: 8}}
	got, err := r.ChangeFaults(t.Context(), everyone, func(f *simclient.Faults) { *f = want })
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	want.RefuseLogin, want.DropAcks, want.QueryError.Code = nil, false, 404
	got, err = r.ChangeFaults(t.Context(), everyone, func(f *simclient.Faults) {
		f.RefuseLogin, f.DropAcks, f.QueryError.Code = nil, false, 404
	})
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fewer (-want +got):\n%s", diff)
	}
	if got, err = r.ClearFaults(t.Context(), everyone); err != nil || !cmp.Equal(got, healthy) {
		t.Errorf("cleared: %+v, %v", got, err)
	}
}

// A fault is given as a whole: what an older value of it said does not shine through.
func TestAFaultReplacesTheOneBefore(t *testing.T) {
	r := newRig(t)
	_, err := r.ChangeFaults(t.Context(), simclient.Scope{}, func(f *simclient.Faults) { f.AckError = &simclient.AckError{Code: 1, Times: 9, To: "x"} })
	must(t, err)
	_, err = r.withBody(`{"ack_error":{"code":2}}`).ChangeFaults(t.Context(), simclient.Scope{}, func(*simclient.Faults) {})
	fails(t, err, 400, "invalid_request") // GET takes no body with fields
	var got simclient.Faults
	must(t, r.post("/faults", `{"ack_error":{"code":2}}`, &got))
	if *got.AckError != (simclient.AckError{Code: 2}) {
		t.Errorf("it is %+v", got.AckError)
	}
}

func TestAFaultOfOneDeviceIsItsOwn(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	for _, scope := range []simclient.Scope{{Phone: owner}, {Device: g.device}} {
		got, err := r.ChangeFaults(t.Context(), scope, func(f *simclient.Faults) { f.MutePings = true })
		must(t, err)
		everyone, err := r.Faults(t.Context(), simclient.Scope{})
		must(t, err)
		again, err := r.Faults(t.Context(), scope)
		must(t, err)
		if !got.MutePings || !again.MutePings || everyone.MutePings {
			t.Errorf("%+v: %+v, read again %+v, for all %+v", scope, got, again, everyone)
		}
		if got, err = r.ClearFaults(t.Context(), scope); err != nil || got.MutePings {
			t.Errorf("%+v: cleared %+v, %v", scope, got, err)
		}
	}
	var got simclient.Faults
	must(t, r.post("/faults", `{"device":"`+g.device+`","latency_ms":1}`, &got))
	if got.LatencyMS != 1 {
		t.Errorf("with the device in the body: %+v", got)
	}
}

func TestFaultsThatMeanNothingAreRefused(t *testing.T) {
	r := newRig(t)
	r.user(anna, "Anna")
	for body, want := range map[string]string{
		`{"wire":"sideways"}`:                                  "invalid_request",
		`{"latency_ms":-1}`:                                    "invalid_request",
		`{"latency_ms":null}`:                                  "invalid_request",
		`{"refuse_login":{}}`:                                  "invalid_request",
		`{"refuse_login":{"reason":1,"mood":2}}`:               "invalid_request",
		`{"no_ack":{"then":"dance"}}`:                          "invalid_request",
		`{"gravity":0}`:                                        "invalid_request",
		`{"phone":"4915100000003","wire":"down"}`:              "invalid_request",
		`{"phone":"4915100000003","device":"4915100000003:1"}`: "invalid_request",
		`{"phone":"4915100000009"}`:                            "unknown_person",
		`{"device":"4915100000003:1"}`:                         "unknown_device",
	} {
		if err := r.post("/faults", body, nil); simclient.CodeOf(err) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
	_, err := r.ClearFaults(t.Context(), simclient.Scope{Phone: "4915100000009"})
	fails(t, err, 404, "unknown_person")
	if got, err := r.Faults(t.Context(), simclient.Scope{}); err != nil || !cmp.Equal(got, simclient.Faults{Wire: "up"}) {
		t.Errorf("left behind: %+v, %v", got, err)
	}
}

func TestTheControlAPIStaysWhileTheWireIsDown(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	_, err := r.ChangeFaults(t.Context(), simclient.Scope{}, func(f *simclient.Faults) { f.Wire = "down" })
	must(t, err)
	await[*events.Disconnected](g, nil)
	_, err = r.ChangeFaults(t.Context(), simclient.Scope{}, func(f *simclient.Faults) { f.Wire = "up" })
	must(t, err)
	await[*events.Connected](g, nil)
}
