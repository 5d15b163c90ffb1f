package control_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/simulator/control"
	"wapost/simclient"
)

func awaitLogout(g *gateway) {
	g.t.Helper()
	await[*events.LoggedOut](g, nil)
}

func TestAScannedCodeLinksTheClient(t *testing.T) {
	r := newRig(t)
	r.user("4915100000001", "Owner")
	if l, err := r.Linking(t.Context(), "4915100000001", "", 0); err != nil || l.Status != simclient.LinkingNone {
		t.Errorf("linking is %+v, %v", l, err)
	}
	g := r.client()
	code := g.code()
	result, err := r.Scan(t.Context(), "4915100000001", code)
	must(t, err)
	if d := result.Device; d == nil || d.JID != "4915100000001:1@s.whatsapp.net" || d.Phone != "4915100000001" || result.TookMS == nil || result.Status != "" {
		t.Fatalf("scan answered %+v", result)
	}
	l, err := r.Linking(t.Context(), "4915100000001", "waiting", time.Second)
	must(t, err)
	if l.Status != simclient.LinkingDone || l.Device == nil || l.Device.LID != result.Device.LID {
		t.Errorf("linking is %+v", l)
	}
	await[*events.Connected](g, nil)
	until(t, func() bool {
		_, err = r.Scan(t.Context(), "4915100000001", code)
		return err != nil
	})
	fails(t, err, 410, "code_expired")
}

func TestAScanThatFailsTellsWhy(t *testing.T) {
	r := newRig(t)
	r.user("4915100000001", "Owner")
	g := r.client()
	code := g.code()
	_, err := r.Scan(t.Context(), "4915100000001", "https://example.com")
	fails(t, err, 400, "invalid_request")
	_, err = r.Scan(t.Context(), "4915100000009", code)
	fails(t, err, 404, "unknown_person")
	_, err = r.Scan(t.Context(), "4915100000001", strings.Replace(code, "#2@", "#2@x", 1))
	fails(t, err, 404, "no_pending_code")
	_, err = r.ChangeUser(t.Context(), "4915100000001", simclient.UserChange{Link: new("refuse")})
	must(t, err)
	_, err = r.Scan(t.Context(), "4915100000001", code)
	fails(t, err, 409, "link_refused")
	l, err := r.Linking(t.Context(), "4915100000001", "", 0)
	must(t, err)
	if l.Status != simclient.LinkingFailed || l.Error == nil || l.Error.Code != "link_refused" {
		t.Errorf("linking is %+v", l)
	}
	_, err = r.Linking(t.Context(), "4915100000001", "dreaming", 0)
	fails(t, err, 400, "invalid_request")
	_, err = r.Linking(t.Context(), "4915100000009", "", 0)
	fails(t, err, 404, "unknown_person")
}

func TestATypedCodeLinksTheClient(t *testing.T) {
	r := newRig(t)
	r.user("4915100000001", "Owner")
	r.user("4915100000002", "Other")
	_, err := r.EnterCode(t.Context(), "4915100000001", "ABCD-EFGH")
	fails(t, err, 404, "no_pending_code")
	_, err = r.EnterCode(t.Context(), "4915100000009", "ABCD-EFGH")
	fails(t, err, 404, "unknown_person")
	g := r.client()
	g.code()
	code, err := g.PairPhone(t.Context(), "4915100000001", true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	must(t, err)
	_, err = r.EnterCode(t.Context(), "4915100000002", code)
	fails(t, err, 409, "wrong_account")
	_, err = r.EnterCode(t.Context(), "4915100000001", "1111-1111")
	fails(t, err, 409, "wrong_code")
	result, err := r.EnterCode(t.Context(), "4915100000001", code)
	must(t, err)
	if result.Device == nil || result.Device.Phone != "4915100000001" {
		t.Errorf("it answered %+v", result)
	}
	await[*events.Connected](g, nil)
}

func TestAPasskeyIsAskedForFirst(t *testing.T) {
	r := newRig(t)
	_, _, err := r.CreateUser(t.Context(), simclient.NewUser{Phone: "4915100000001", Name: new("Owner"), Link: new(simclient.LinkPasskey)})
	must(t, err)
	g := r.client()
	result, err := r.Scan(t.Context(), "4915100000001", g.code())
	must(t, err)
	if result.Status != simclient.LinkingPasskey || result.Device != nil {
		t.Fatalf("scan answered %+v", result)
	}
	await[*events.PairPasskeyRequest](g, nil)
	must(t, g.SendPasskeyResponse(t.Context(), &types.WebAuthnResponse{RawID: []byte("credential")}))
	shown := await[*events.PairPasskeyConfirmation](g, nil)
	l, err := r.Linking(t.Context(), "4915100000001", simclient.LinkingPasskey, patience)
	must(t, err)
	if l.Status != simclient.LinkingConfirm || l.PhoneCode != shown.Code {
		t.Errorf("linking is %+v, the client shows %s", l, shown.Code)
	}
	must(t, g.SendPasskeyConfirmation(t.Context()))
	await[*events.Connected](g, nil)
	if l, err = r.Linking(t.Context(), "4915100000001", "", 0); err != nil || l.Status != simclient.LinkingDone {
		t.Errorf("linking is %+v, %v", l, err)
	}
}

// A client that hangs while it is linked, on fake time: the phone gives up after 15 seconds.
func TestAClientThatDoesNotSignGivesNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		must(t, sim.ListenPipe())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- sim.Run(ctx) }()
		synctest.Wait()
		r := &rig{t: t, sim: sim, Client: simclient.New("http://localhost")}
		r.Client.HTTP = &http.Client{Transport: inProcess{control.New(sim, control.Options{})}}
		r.user("4915100000001", "Owner")
		g := r.client()
		g.PrePairCallback = func(types.JID, string, string) bool { time.Sleep(20 * time.Second); return false }
		start := time.Now()
		_, err := r.Scan(t.Context(), "4915100000001", g.code())
		if fails(t, err, 504, "no_answer"); time.Since(start) != 15*time.Second {
			t.Errorf("it took %s", time.Since(start))
		}
		time.Sleep(10 * time.Second)
		g.Disconnect()
		cancel()
		must(t, <-ended)
	})
}

// inProcess calls a handler without a socket, as fake time demands.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	served := req.Clone(req.Context())
	served.Host = req.URL.Host
	if served.Body == nil {
		served.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, served)
	exercised.note(req.Method, req.URL.Path, w.Result(), w.Body.Bytes())
	return w.Result(), nil
}
