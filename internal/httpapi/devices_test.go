package httpapi

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestCreateDevice(t *testing.T) {
	r := newRig(t)
	_, key := r.account("max_devices=2")
	a := r.call(key, "POST", "/devices", `{"device_name":"shop","metadata":{"a":[12345678901234567890,"é"]}}`).ok(http.StatusCreated)
	for name, form := range map[string]string{
		"device_id": `^[0-9a-f-]{36}$`, "device_secret": `^[0-9a-f]{64}$`, "device_name": "^shop$", "token": `^[\w-]+\.[\w-]+\.[\w-]+$`,
	} {
		if got, _ := a.get(name).(string); !regexp.MustCompile(form).MatchString(got) {
			t.Errorf("%s is %q", name, got)
		}
	}
	d := r.call(a.get("token").(string), "GET", "/devices/me", nil).ok(http.StatusOK)
	for name, want := range map[string]any{
		"device_id": a.get("device_id"), "device_name": "shop", "state": "new", "status": "pending", "jid": nil, "phone": nil,
		"whatsmeow_jid": nil, "last_active_at": nil,
	} {
		if got := d.get(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if !strings.Contains(d.Body.String(), `"metadata":{"a":[12345678901234567890,"é"]}`) || strings.Contains(d.Body.String(), "secret") {
		t.Errorf("device: %s", d.Body)
	}
	r.call(key, "POST", "/devices", `{}`).ok(http.StatusCreated)
	r.call(key, "POST", "/devices", `{}`).wants(http.StatusConflict, "Device limit reached (2)")
	for body, want := range map[string]string{
		`{"metadata":[]}`: "metadata must be an object",
		`{"metadata":{"a":"` + strings.Repeat("x", 4096) + `"}}`: "metadata must be at most 4096 bytes",
		`{"device_name":"` + strings.Repeat("é", 257) + `"}`:     "device_name must be at most 256 characters",
		`{"name":"x"}`:       `Unknown field "name"`,
		`{"devicename":"x"}`: `Unknown field "devicename"; did you mean "device_name"?`,
	} {
		r.call(key, "POST", "/devices", body).wants(http.StatusBadRequest, want)
	}
}

func TestWhichDeviceACallActsOn(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	me := func(headers ...string) *answer { return r.call(key, "GET", "/devices/me", nil, headers...) }
	me().wants(http.StatusNotFound, "No such device")
	one, token := r.device(key)
	if me().ok(http.StatusOK).get("device_id") != one {
		t.Error("the only device is not chosen")
	}
	two, _ := r.device(key)
	me().wants(http.StatusBadRequest, "Several devices; send X-Device-ID")
	if me("X-Device-ID", two).ok(http.StatusOK).get("device_id") != two {
		t.Error("X-Device-ID does not choose")
	}
	if r.call(key, "GET", "/devices/me?device_id="+two, nil).ok(http.StatusOK).get("device_id") != two {
		t.Error("the parameter does not choose")
	}
	if r.call(key, "GET", "/devices/"+two, nil, "X-Device-ID", one).ok(http.StatusOK).get("device_id") != two {
		t.Error("the path does not win over the header")
	}
	me("X-Device-ID", "unknown").wants(http.StatusNotFound, "No such device")
	if r.call(token, "GET", "/devices/me", nil).ok(http.StatusOK).get("device_id") != one {
		t.Error("the token does not choose")
	}
	r.call(token, "GET", "/devices/me", nil, "X-Device-ID", two).wants(http.StatusNotFound, "No such device")
	r.call(key, "DELETE", "/devices/me", nil, "X-Device-ID", two).ok(http.StatusOK)
	r.call(key, "GET", "/devices/"+two, nil).wants(http.StatusNotFound, "No such device")
}

func TestPatchDevice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	patch := func(body string) *answer { return r.call(token, "PATCH", "/devices/me", body) }
	patch(`{}`).wants(http.StatusBadRequest, "Nothing to change")
	if a := patch(`{"metadata":{"b":true}}`).ok(http.StatusOK); a.get("device_name") != "phone" || !strings.Contains(a.Body.String(), `"metadata":{"b":true}`) {
		t.Errorf("metadata: %s", a.Body)
	}
	if a := patch(`{"device_name":"other","metadata":null}`).ok(http.StatusOK); a.get("device_name") != "other" || !strings.Contains(a.Body.String(), `"metadata":{}`) {
		t.Errorf("both: %s", a.Body)
	}
	if a := patch(`{"device_name":null}`).ok(http.StatusOK); a.get("device_name") != "" {
		t.Errorf("null: %s", a.Body)
	}
}

func TestListOfDevices(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	if got := r.call(key, "GET", "/devices", nil).ok(http.StatusOK).Body.String(); !strings.Contains(got, `"data":[],"page":{"next":null,"limit":50}`) {
		t.Errorf("empty: %s", got)
	}
	first, _ := r.device(key)
	second, _ := r.device(key)
	var seen []string
	for after, more := "", true; more; {
		a := r.call(key, "GET", "/devices?limit=1&after="+after, nil).ok(http.StatusOK)
		var page []struct {
			ID string `json:"device_id"`
		}
		a.data(&page)
		for _, d := range page {
			seen = append(seen, d.ID)
		}
		next := regexp.MustCompile(`"next":"([^"]+)"`).FindStringSubmatch(a.Body.String())
		if more = next != nil; more {
			after = next[1]
		}
	}
	if len(seen) == 2 && seen[0] == second { // made within one millisecond: then the ids decide
		seen[0], seen[1] = seen[1], seen[0]
	}
	if len(seen) != 2 || seen[0] != first || seen[1] != second {
		t.Errorf("pages: %v", seen)
	}
	r.call(key, "GET", "/devices?state=new", nil).ok(http.StatusOK)
	r.call(key, "GET", "/devices?state=odd", nil).ok(http.StatusBadRequest)
}

func TestStatusAndReconnectOfAnUnlinkedDevice(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	a := r.call(key, "GET", "/devices/me/status", nil).ok(http.StatusOK)
	for name, want := range map[string]any{"state": "new", "connected": false, "is_logged_in": false, "last_event_at": nil, "error": nil} {
		if got := a.get(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	r.call(key, "POST", "/devices/me/reconnect?wait=0", nil).wants(http.StatusConflict, "Device is not linked to WhatsApp; pair it first")
	r.call(key, "POST", "/devices/me/reconnect?wait=61", nil).wants(http.StatusBadRequest, "wait must be an integer between 0 and 60")
}

func TestIsRegistered(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	a := r.call(key, "GET", "/devices/me/contacts/4915550003333/registered", nil).ok(http.StatusOK)
	if a.get("is_registered") != true || a.get("phone") != "+4915550003333" || a.get("jid") != "4915550003333@s.whatsapp.net" {
		t.Errorf("got %s", a.Body)
	}
	for _, phone := range []string{"abc", "123", "99@lid"} {
		r.call(key, "GET", "/devices/me/contacts/"+phone+"/registered", nil).ok(http.StatusBadRequest)
	}
}
