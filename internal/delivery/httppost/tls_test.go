package httppost_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/egress"
	"wapost/internal/webhook"
)

// authority signs certificates of a private network.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	der, key := a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "Harbour CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, time.Hour)
	a.key = key
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *authority) sign(c *x509.Certificate, valid time.Duration) (der []byte, key *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-2*time.Hour), time.Now().Add(valid)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	if der, err = x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer); err != nil {
		a.t.Fatal(err)
	}
	return der, key
}

func (a *authority) pem() string { return inPEM("CERTIFICATE", a.cert.Raw) }

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// client issues TLS settings that show a certificate and trust this authority.
func (a *authority) client(name string, valid time.Duration) *webhook.TLS {
	der, key := a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, valid)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return &webhook.TLS{CA: a.pem(), Certificate: inPEM("CERTIFICATE", der), Key: inPEM("PRIVATE KEY", pkcs8)}
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// endpoint is a server with a certificate of the authority. It notes who showed which certificate over which connection.
type endpoint struct {
	*httptest.Server
	mu     sync.Mutex
	shown  map[string][]string // remote address → names, one a request
	closed chan struct{}       // one for each connection
}

func (a *authority) serve(auth tls.ClientAuthType, http2 bool) *endpoint {
	a.t.Helper()
	der, key := a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "endpoint"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, time.Hour)
	e := &endpoint{shown: map[string][]string{}, closed: make(chan struct{}, 64)}
	e.Server = httptest.NewUnstartedServer(e)
	e.EnableHTTP2 = http2
	e.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, ClientAuth: auth, ClientCAs: a.pool()}
	e.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are meant to fail
	e.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			e.closed <- struct{}{}
		}
	}
	e.StartTLS()
	a.t.Cleanup(e.Close)
	return e
}

// ServeHTTP implements http.Handler.
func (e *endpoint) ServeHTTP(_ http.ResponseWriter, q *http.Request) {
	name := "nobody"
	if certs := q.TLS.PeerCertificates; len(certs) > 0 {
		name = certs[0].Subject.CommonName
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shown[q.RemoteAddr] = append(e.shown[q.RemoteAddr], name)
}

// secured is a request of a webhook with TLS settings.
func secured(id int64, url string, s *webhook.TLS) delivery.Request {
	r := fresh(url)
	r.Webhook.ID, r.Webhook.TLS = id, s
	return r
}

func TestAPrivateAuthorityAndAClientCertificate(t *testing.T) {
	ours, foreign := newAuthority(t), newAuthority(t)
	trustingForeigner := foreign.client("stranger", time.Hour)
	trustingForeigner.CA = ours.pem()
	for _, http2 := range []bool{false, true} {
		e := ours.serve(tls.RequireAndVerifyClientCert, http2)
		s := sender(t, egress.TransportOptions{})
		for _, c := range []struct {
			name     string
			settings *webhook.TLS
			class    delivery.Class
			want     string
		}{
			{"the right one", ours.client("gateway", time.Hour), "", ""},
			{"no settings", nil, delivery.ClassTLS, "The certificate is signed by an unknown authority"},
			{"no certificate", &webhook.TLS{CA: ours.pem()}, delivery.ClassTLS, "The endpoint demands a client certificate (tls.client_cert_pem)"},
			{"another authority's", trustingForeigner, delivery.ClassTLS, "The endpoint refused our client certificate"},
			{"an old one", ours.client("gateway", -time.Hour), delivery.ClassTLS, "The endpoint refused our client certificate, which has expired"},
			{"the endpoint's authority is another", foreign.client("gateway", time.Hour), delivery.ClassTLS, "The certificate is signed by an unknown authority"},
		} {
			o := s.Attempt(t.Context(), secured(7, e.URL, c.settings))
			if o.Class != c.class || o.Err != c.want || c.class == "" && o.Status != 200 {
				t.Errorf("HTTP/2 %v, %s: outcome %+v, want %q", http2, c.name, o, c.want)
			}
		}
		if requests := len(e.shown); requests != 1 {
			t.Errorf("HTTP/2 %v: %v", http2, e.shown)
		}
	}
}

// Three webhooks at one host, each as itself, whoever was there before.
func TestConnectionsAreNotSharedBetweenCertificates(t *testing.T) {
	a := newAuthority(t)
	for _, http2 := range []bool{false, true} {
		e := a.serve(tls.VerifyClientCertIfGiven, http2)
		s := sender(t, egress.TransportOptions{RootCAs: a.pool()})
		hooks := []delivery.Request{secured(1, e.URL, nil), secured(2, e.URL, a.client("two", time.Hour)), secured(3, e.URL, a.client("three", time.Hour)), secured(4, e.URL, nil)}
		for range 5 {
			for _, r := range hooks {
				if o := s.Attempt(t.Context(), r); o.Status != 200 {
					t.Fatalf("HTTP/2 %v: webhook %d: %+v", http2, r.Webhook.ID, o)
				}
			}
		}
		counts := map[string]int{}
		for _, names := range e.shown {
			counts[names[0]] += len(names)
			for _, n := range names {
				if n != names[0] {
					t.Errorf("HTTP/2 %v: one connection was %s and %s", http2, names[0], n)
				}
			}
		}
		if counts["two"] != 5 || counts["three"] != 5 || counts["nobody"] != 10 || len(e.shown) != 3 {
			t.Errorf("HTTP/2 %v: %v", http2, e.shown)
		}
	}
}

func TestANewCertificateGoesOverANewConnection(t *testing.T) {
	a := newAuthority(t)
	e := a.serve(tls.RequireAndVerifyClientCert, false)
	s := sender(t, egress.TransportOptions{})
	for _, name := range []string{"old", "old", "new"} {
		if o := s.Attempt(t.Context(), secured(7, e.URL, a.client(name, time.Hour))); o.Status != 200 {
			t.Fatalf("%s: %+v", name, o)
		}
	}
	names := []string{}
	e.mu.Lock()
	for _, n := range e.shown {
		names = append(names, strings.Join(n, " "))
	}
	e.mu.Unlock()
	if len(names) != 3 { // each Attempt is another version of the webhook
		t.Errorf("requests by connection: %q", names)
	}
	for n := range 2 {
		select {
		case <-e.closed:
		case <-time.After(patience):
			t.Fatalf("%d connections were closed, want those of the two older versions", n)
		}
	}
}

func TestStoredTLSSettingsThatCannotBeReadAreOurFault(t *testing.T) {
	o := sender(t, egress.TransportOptions{}).Attempt(t.Context(), secured(7, "https://127.0.0.1:1", &webhook.TLS{Certificate: "x", Key: "secret words"}))
	if o.Class != delivery.ClassLocal || strings.Contains(o.Err, "secret") {
		t.Errorf("%+v", o)
	}
}
