package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// A customer's endpoint in a private network: its certificate and ours are of the customer's own authority.
func TestAPrivateEndpointAsksForOurCertificate(t *testing.T) {
	ca, caKey := certificate(t, "Harbour CA", nil, nil)
	server, serverKey := certificate(t, "endpoint", ca, caKey)
	client, clientKey := certificate(t, "gateway", ca, caKey)
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	var shown atomic.Value
	endpoint := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		shown.Store(q.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	endpoint.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
		Certificates: []tls.Certificate{{Certificate: [][]byte{server.Raw}, PrivateKey: serverKey}}}
	endpoint.StartTLS()
	t.Cleanup(endpoint.Close)

	g := newGateway(t, newWorld(t))
	c := newCustomer(t, admin(t, g.dir, g.url))
	var hook struct{ ID int64 }
	c.must("POST", "/webhooks", map[string]any{"url": endpoint.URL, "tls": map[string]any{"ca_pem": inPEM("CERTIFICATE", ca.Raw)}}, &hook)
	path := fmt.Sprint("/webhooks/", hook.ID)
	try := func() (tried struct {
		Delivered bool
		Error     string
	}) {
		t.Helper()
		c.must("POST", path+"/test", map[string]any{}, &tried)
		return tried
	}
	if r := try(); r.Delivered || r.Error != "The endpoint demands a client certificate (tls.client_cert_pem)" {
		t.Errorf("without a certificate: %+v", r)
	}
	key, err := x509.MarshalPKCS8PrivateKey(clientKey)
	if err != nil {
		t.Fatal(err)
	}
	c.must("PATCH", path, map[string]any{"tls": map[string]any{"ca_pem": inPEM("CERTIFICATE", ca.Raw),
		"client_cert_pem": inPEM("CERTIFICATE", client.Raw), "client_key_pem": inPEM("PRIVATE KEY", key)}}, nil)
	if r := try(); !r.Delivered || shown.Load() != "gateway" {
		t.Errorf("with a certificate: %+v, shown %v", r, shown.Load())
	}
	g.restart() // the settings lie sealed in the database
	c.url = g.url
	if r := try(); !r.Delivered {
		t.Errorf("after a restart: %+v", r)
	}
}

// certificate issues one for this machine, signed by an authority, or by itself to be one.
func certificate(t *testing.T, name string, authority *x509.Certificate, authorityKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	if authority == nil {
		authority, authorityKey = c, key
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}
	der, err := x509.CreateCertificate(rand.Reader, c, authority, &key.PublicKey, authorityKey)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made, key
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
