package httpapi

import (
	"time"

	"wapost/internal/httpapi/strict"
	"wapost/internal/webhook"
)

// tlsBody is the member tls of a webhook in requests.
type tlsBody struct {
	CA          *string `json:"ca_pem"`
	Certificate *string `json:"client_cert_pem"`
	Key         *string `json:"client_key_pem"`
}

func (b *tlsBody) settings() *webhook.TLS {
	if b == nil {
		return nil
	}
	return &webhook.TLS{CA: value(b.CA), Certificate: value(b.Certificate), Key: value(b.Key)}
}

// tlsField is tlsBody in a partial update.
func tlsField(f strict.Field[tlsBody]) webhook.Field[webhook.TLS] {
	return webhook.Field[webhook.TLS]{Given: f.Given, Null: f.Null, Value: *f.Value.settings()}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// tlsView is the member tls of a webhook in answers.
type tlsView struct {
	CA      []certificateView `json:"ca"`
	Client  *certificateView  `json:"client"`
	Warning *string           `json:"warning"`
}

type certificateView struct {
	Subject     string  `json:"subject"`
	Issuer      string  `json:"issuer"`
	NotBefore   instant `json:"not_before"`
	NotAfter    instant `json:"not_after"`
	Fingerprint string  `json:"fingerprint_sha256"`
}

func viewTLS(t *webhook.TLS, now time.Time) *tlsView {
	if t == nil {
		return nil
	}
	v := &tlsView{CA: []certificateView{}, Warning: text(t.Warning(now))}
	for _, c := range t.Authorities() {
		v.CA = append(v.CA, viewCertificate(c))
	}
	if c, ok := t.Client(); ok {
		client := viewCertificate(c)
		v.Client = &client
	}
	return v
}

func viewCertificate(c webhook.Certificate) certificateView {
	return certificateView{c.Subject, c.Issuer, instant(c.NotBefore), instant(c.NotAfter), c.Fingerprint}
}
