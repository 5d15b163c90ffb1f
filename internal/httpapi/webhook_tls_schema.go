package httpapi

import (
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// The schemas of TLS settings are written out, because a named schema could not be null.

// Schema implements huma.SchemaProvider.
func (tlsBody) Schema(huma.Registry) *huma.Schema {
	pem := func(about string) *huma.Schema {
		longest := 16384
		return &huma.Schema{Type: huma.TypeString, Nullable: true, MaxLength: &longest, Description: about}
	}
	return orNull(map[string]*huma.Schema{
		"ca_pem":          pem("Certificates that vouch for the endpoint, instead of the system's authorities"),
		"client_cert_pem": pem("Certificate that is shown to the endpoint; its chain may follow. Needs client_key_pem"),
		"client_key_pem":  pem("Its private key, without a passphrase; sealed, never returned"),
	})
}

// Schema implements huma.SchemaProvider.
func (tlsView) Schema(huma.Registry) *huma.Schema {
	certificate := certificateSchema()
	certificate.Nullable = false
	client := certificateSchema()
	client.Description = "Certificate that is shown to the endpoint"
	return orNull(map[string]*huma.Schema{
		"ca":      {Type: huma.TypeArray, Items: certificate, Description: "Certificates that vouch for the endpoint; [] = the system's authorities do"},
		"client":  client,
		"warning": {Type: huma.TypeString, Nullable: true, Description: "Set from 30 days before the end of the client certificate"},
	}, "ca", "client", "warning")
}

func certificateSchema() *huma.Schema {
	members := map[string]*huma.Schema{
		"subject": {Type: huma.TypeString}, "issuer": {Type: huma.TypeString},
		"not_before": {Type: huma.TypeString, Format: "date-time"}, "not_after": {Type: huma.TypeString, Format: "date-time"},
		"fingerprint_sha256": {Type: huma.TypeString, Description: "In hex"},
	}
	return orNull(members, slices.Sorted(maps.Keys(members))...)
}

func orNull(members map[string]*huma.Schema, required ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Nullable: true, Properties: members, Required: required, AdditionalProperties: false}
	s.PrecomputeMessages()
	return s
}
