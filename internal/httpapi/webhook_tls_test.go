package httpapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// clientCertificate makes one that ends after so long, with its key.
func clientCertificate(t *testing.T, ends time.Duration) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gateway", Organization: []string{"Harbour Crew"}},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(ends)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

func TestTLSSettingsAreShownWithoutTheKey(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	cert, private := clientCertificate(t, 10*24*time.Hour)
	a := r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL, "tls": map[string]any{"ca_pem": cert, "client_cert_pem": cert, "client_key_pem": private}}).ok(http.StatusCreated)
	path := fmt.Sprintf("/webhooks/%v", a.get("id"))
	seen := []*answer{a, r.call(key, "GET", path, nil).ok(http.StatusOK), r.call(key, "GET", "/webhooks", nil).ok(http.StatusOK)}
	for _, shown := range []string{`"subject":"CN=gateway,O=Harbour Crew"`, `"fingerprint_sha256":"`, `"warning":"The client certificate expires on `} {
		if body := seen[1].Body.String(); !strings.Contains(body, shown) {
			t.Errorf("%s is not in %s", shown, body)
		}
	}
	seen = append(seen, r.call(key, "PATCH", path, map[string]any{"tls": map[string]any{"ca_pem": cert}}).ok(http.StatusOK))
	if body := seen[3].Body.String(); !strings.Contains(body, `"client":null,"warning":null}`) || !strings.Contains(body, `"ca":[{"subject":"CN=gateway`) {
		t.Errorf("replaced: %s", body)
	}
	seen = append(seen, r.call(key, "PATCH", path, `{"description":"d"}`).ok(http.StatusOK), r.call(key, "PATCH", path, `{"tls":null}`).ok(http.StatusOK))
	if body := seen[4].Body.String(); !strings.Contains(body, `"ca":[{`) {
		t.Errorf("something else changed: %s", body)
	}
	if seen[5].get("tls") != nil {
		t.Errorf("removed: %s", seen[5].Body)
	}
	secret := strings.Split(private, "\n")[1]
	for _, s := range seen {
		if strings.Contains(s.Body.String(), "PRIVATE") || strings.Contains(s.Body.String(), secret) {
			t.Errorf("the key is shown: %s", s.Body)
		}
	}
	if strings.Contains(r.log.String(), secret) {
		t.Error("the key is in the log")
	}
}

func TestTLSSettingsThatAreRefused(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	cert, private := clientCertificate(t, time.Hour)
	old, oldKey := clientCertificate(t, -time.Hour)
	path := r.webhook(key)
	for want, settings := range map[string]any{
		"tls must be an object":                                                          "x",
		"tls.ca_pem must be a string":                                                    map[string]any{"ca_pem": 1},
		`Unknown field "tls.ca"`:                                                         map[string]any{"ca": cert},
		"tls must have ca_pem, or client_cert_pem with client_key_pem":                   map[string]any{"ca_pem": nil},
		"tls.ca_pem has no certificate in PEM form":                                      map[string]any{"ca_pem": "nonsense"},
		"tls.client_key_pem is required with client_cert_pem":                            map[string]any{"client_cert_pem": cert},
		"tls.client_key_pem does not belong to the first certificate of client_cert_pem": map[string]any{"client_cert_pem": cert, "client_key_pem": oldKey},
		"tls.client_cert_pem must hold certificates only; it has a private key":          map[string]any{"client_cert_pem": private, "client_key_pem": private},
	} {
		r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL, "tls": settings}).wants(http.StatusBadRequest, want)
		r.call(key, "PATCH", path, map[string]any{"tls": settings}).wants(http.StatusBadRequest, want)
	}
	a := r.call(key, "PATCH", path, map[string]any{"tls": map[string]any{"client_cert_pem": old, "client_key_pem": oldKey}})
	if a.Code != http.StatusBadRequest || !strings.Contains(a.Body.String(), "tls.client_cert_pem has expired on ") {
		t.Errorf("expired: %s", a.Body)
	}
	if got := r.call(key, "GET", path, nil).ok(http.StatusOK).get("tls"); got != nil {
		t.Errorf("a refused change was stored: %v", got)
	}
	r.call(key, "POST", "/webhooks", map[string]any{"url": hookURL, "tls": nil}).ok(http.StatusCreated)
}
