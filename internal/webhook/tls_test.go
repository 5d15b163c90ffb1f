package webhook_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"wapost/internal/egress"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// issued is a self-signed certificate and its key, in PEM.
type issued struct{ cert, key string }

func issue(t *testing.T, name string, from, until time.Time) issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return issued{block("CERTIFICATE", der), block("PRIVATE KEY", pkcs8)}
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

const day = 24 * time.Hour

func TestTLSSettingsAreJudged(t *testing.T) {
	now := time.Now()
	good := issue(t, "client", now.Add(-day), now.Add(365*day))
	other := issue(t, "other", now.Add(-day), now.Add(365*day))
	expired := issue(t, "old", now.Add(-2*day), now.Add(-day))
	early := issue(t, "early", now.Add(day), now.Add(2*day))
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey))
	locked := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
	for _, c := range []struct {
		tls  webhook.TLS
		want string
	}{
		{webhook.TLS{CA: good.cert}, ""}, {webhook.TLS{CA: "Our CA\n" + expired.cert + good.cert}, ""},
		{webhook.TLS{Certificate: good.cert + other.cert, Key: good.key}, ""},
		{webhook.TLS{Certificate: good.cert, Key: "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + good.key}, ""},
		{webhook.TLS{}, "tls must have ca_pem, or client_cert_pem with client_key_pem"},
		{webhook.TLS{Certificate: good.cert}, "tls.client_key_pem is required with client_cert_pem"},
		{webhook.TLS{CA: good.cert, Key: good.key}, "tls.client_cert_pem is required with client_key_pem"},
		{webhook.TLS{CA: strings.Repeat("x", 16385)}, "tls.ca_pem must be at most 16384 bytes"},
		{webhook.TLS{CA: "MIIB"}, "tls.ca_pem has no certificate in PEM form"},
		{webhook.TLS{CA: block("CERTIFICATE", []byte("x"))}, "tls.ca_pem has a certificate that cannot be read (number 1)"},
		{webhook.TLS{CA: good.cert + good.key}, "tls.ca_pem must hold certificates only; it has a private key"},
		{webhook.TLS{CA: expired.cert + early.cert}, "tls.ca_pem has no certificate that is valid now"},
		{webhook.TLS{Certificate: good.key, Key: good.key}, "tls.client_cert_pem must hold certificates only; it has a private key"},
		{webhook.TLS{Certificate: expired.cert, Key: expired.key}, "tls.client_cert_pem has expired on " + now.Add(-day).UTC().Format(time.RFC3339)},
		{webhook.TLS{Certificate: early.cert, Key: early.key}, "tls.client_cert_pem is not valid before " + now.Add(day).UTC().Format(time.RFC3339)},
		{webhook.TLS{Certificate: good.cert, Key: "secret words"}, "tls.client_key_pem has no private key in PEM form"},
		{webhook.TLS{Certificate: good.cert, Key: good.cert}, "tls.client_key_pem has no private key in PEM form"},
		{webhook.TLS{Certificate: good.cert, Key: block("PRIVATE KEY", []byte("x"))}, "tls.client_key_pem has a private key that cannot be read"},
		{webhook.TLS{Certificate: good.cert, Key: locked}, "tls.client_key_pem is encrypted; give the key without a passphrase"},
		{webhook.TLS{Certificate: good.cert, Key: block("ENCRYPTED PRIVATE KEY", []byte("x"))}, "tls.client_key_pem is encrypted; give the key without a passphrase"},
		{webhook.TLS{Certificate: good.cert, Key: other.key}, "tls.client_key_pem does not belong to the first certificate of client_cert_pem"},
		{webhook.TLS{Certificate: good.cert, Key: pkcs1}, "tls.client_key_pem does not belong to the first certificate of client_cert_pem"},
	} {
		err := webhook.CheckTLS(c.tls, now)
		if got := sentence(t, err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if config, err := c.tls.Config(); c.want == "" && (err != nil || (config.RootCAs == nil) != (c.tls.CA == "") || len(config.Certificates) == 0 != (c.tls.Certificate == "")) {
			t.Errorf("%v: %+v, %v", c.tls, config, err)
		}
	}
}

func TestTLSSettingsAreKeptReplacedAndRemoved(t *testing.T) {
	r := newRig(t, 0)
	now := time.Now()
	a := issue(t, "client", now.Add(-day), now.Add(365*day))
	w := r.create(one(), webhook.Draft{URL: url, TLS: &webhook.TLS{CA: a.cert, Certificate: a.cert, Key: a.key}})
	stored := func() *webhook.TLS {
		t.Helper()
		got, err := r.Get(t.Context(), one(), w.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.TLS
	}
	if got := stored(); got == nil || *got != (webhook.TLS{CA: a.cert, Certificate: a.cert, Key: a.key}) {
		t.Fatalf("stored %v", got)
	}
	r.patch(w.ID, webhook.Patch{Description: webhook.Given("d")})
	if stored() == nil {
		t.Fatal("a change of something else removed the settings")
	}
	_, err := r.Patch(t.Context(), one(), w.ID, webhook.Patch{TLS: webhook.Given(webhook.TLS{Key: a.key})})
	says(t, err, fault.Invalid, "tls.client_cert_pem is required with client_key_pem")
	r.patch(w.ID, webhook.Patch{TLS: webhook.Given(webhook.TLS{CA: a.cert})})
	if got := stored(); got == nil || *got != (webhook.TLS{CA: a.cert}) {
		t.Fatalf("replaced: %v", got)
	}
	r.patch(w.ID, webhook.Patch{TLS: null[webhook.TLS]()})
	if got := stored(); got != nil {
		t.Fatalf("removed: %v", got)
	}
}

func TestTLSSettingsWithoutTLSAreAMistake(t *testing.T) {
	r := newRig(t, 0)
	service := webhook.NewService(webhook.Options{Store: r.db.Webhooks(), Door: egress.New(egress.Policy{AllowHTTP: true})})
	now := time.Now()
	s := webhook.TLS{CA: issue(t, "ca", now.Add(-day), now.Add(day)).cert}
	_, _, err := service.Create(t.Context(), one(), webhook.Draft{URL: "http://your-server.com", TLS: &s})
	says(t, err, fault.Invalid, "tls needs a URL with https")
	w, _, err := service.Create(t.Context(), one(), webhook.Draft{URL: "HTTPS://your-server.com", TLS: &s})
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.Patch(t.Context(), one(), w.ID, webhook.Patch{URL: webhook.Given("http://your-server.com")})
	says(t, err, fault.Invalid, "tls needs a URL with https")
	if _, err = service.Patch(t.Context(), one(), w.ID, webhook.Patch{URL: webhook.Given("http://your-server.com"), TLS: null[webhook.TLS]()}); err != nil {
		t.Error(err)
	}
}

func TestPrivateKeysDoNotShow(t *testing.T) {
	s := webhook.TLS{Key: "secret words"}
	w := webhook.Webhook{TLS: &s}
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{s, &s, w, &w} {
			if text := fmt.Sprintf(form, v); strings.Contains(text, "secret words") {
				t.Errorf("%s of %T shows the key: %s", form, v, text)
			}
		}
	}
}

func TestACertificateIsDescribedAndWarnedOf(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	a := issue(t, "client", now.Add(-day), now.Add(40*day))
	s := &webhook.TLS{CA: a.cert + a.cert, Certificate: a.cert, Key: a.key}
	c, ok := s.Client()
	if !ok || c.Subject != "CN=client" || c.Issuer != "CN=client" || !c.NotAfter.Equal(now.Add(40*day)) || len(c.Fingerprint) != 64 || len(s.Authorities()) != 2 {
		t.Errorf("%+v, %d authorities", c, len(s.Authorities()))
	}
	until := c.NotAfter.Format(time.RFC3339)
	for _, w := range []struct {
		at   time.Time
		want string
	}{
		{now, ""}, {now.Add(10 * day), ""}, {now.Add(10*day + time.Second), "The client certificate expires on " + until + ", in 29 days"},
		{now.Add(40 * day), "The client certificate expires on " + until + ", in 0 days"}, {now.Add(40*day + time.Second), "The client certificate has expired on " + until},
	} {
		if got := s.Warning(w.at); got != w.want {
			t.Errorf("%s: %q, want %q", w.at.Sub(now), got, w.want)
		}
	}
	if got := (&webhook.TLS{CA: a.cert}).Warning(now.Add(100 * day)); got != "" {
		t.Errorf("warned without a client certificate: %s", got)
	}
}
