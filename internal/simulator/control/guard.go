package control

import (
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"wapost/internal/simulator"
)

// guarded lets nobody in whom a page of another site may have sent: its name for us would not be a loopback name (DNS
// rebinding), its origin would not be, and a form cannot send JSON.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origins := r.Header.Values("Origin")
		switch {
		case !isLoopback(hostOnly(r.Host)):
			writeError(w, http.StatusMisdirectedRequest, simulator.CodeNotLoopback,
				"the Host header must be localhost or a loopback address: the simulator serves this machine only")
		case len(origins) > 1 || len(origins) == 1 && !loopbackOrigin(origins[0]):
			writeError(w, http.StatusForbidden, codeForbiddenOrigin, "pages of other origins may not control the simulator")
		case r.ContentLength != 0 && !isJSON(r.Header.Get("Content-Type")):
			writeError(w, http.StatusUnsupportedMediaType, codeMediaType, "the body must be sent as application/json")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// hostOnly drops the port of a Host header and the brackets of an IPv6 address.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func loopbackOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isLoopback(u.Hostname())
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/json"
}
