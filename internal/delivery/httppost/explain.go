package httppost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/egress"
	"wapost/internal/webhook"
)

// explain turns the error of a carrier into a class and a sentence. ours is the context of the caller.
func explain(ours context.Context, err error, w *webhook.Webhook) (delivery.Class, string) {
	switch {
	case ours.Err() != nil:
		return delivery.ClassLocal, "The attempt was cut short by us"
	case errors.Is(err, errTimeout):
		return delivery.ClassTimeout, fmt.Sprintf("No answer within %d s", int(w.Timeout.Seconds()))
	}
	class, text := classify(err)
	if class == delivery.ClassTLS && text == handshakeFailed {
		text = explainCertificate(err, w.TLS)
	}
	return class, text
}

// explainCertificate tells what the endpoint said about the certificate that we have shown, or not. The library has the alerts
// of the other side in its text alone.
func explainCertificate(err error, t *webhook.TLS) string {
	alert := err.Error()
	about := strings.Contains(alert, "certificate") || strings.Contains(alert, "access denied")
	switch shown := t != nil && t.Certificate != ""; {
	case !strings.Contains(alert, "remote error") || !about:
		return handshakeFailed
	case !shown:
		return "The endpoint demands a client certificate (tls.client_cert_pem)"
	case time.Now().After(t.Expires()):
		return "The endpoint refused our client certificate, which has expired"
	}
	return "The endpoint refused our client certificate"
}

const handshakeFailed = "The TLS handshake failed"

// classify is the part that depends on the error alone.
func classify(err error) (delivery.Class, string) {
	if refused, ok := errors.AsType[*egress.RefusedError](err); ok {
		// The address itself is not told: it may be one of our network, found by a name of the customer's choice.
		return delivery.ClassAddressRefused, "The host resolves to an address that is not allowed: it is " + refused.Why
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		return explainDNS(name)
	}
	for _, ours := range exhausted {
		if errors.Is(err, ours) {
			return delivery.ClassLocal, "We are out of " + resource(ours)
		}
	}
	if class, text := explainTLS(err); class != "" {
		return class, text
	}
	if isTimeout(err) {
		return delivery.ClassTimeout, "The connection was not established in time"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return delivery.ClassConnect, explainDial(err)
	}
	return explainExchange(err)
}

// exhausted are the errors of our own machine, whatever the endpoint does.
var exhausted = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL}

func resource(err error) string {
	switch { // err is one of exhausted
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "file descriptors"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "local ports"
	}
	return "memory"
}

// explainDNS tells a name that does not exist from a resolver of ours that is not there. The resolver's own errors are only
// in the text: net keeps no more of them. A time out is charged to the name: its own servers may be the silent ones.
func explainDNS(err *net.DNSError) (delivery.Class, string) {
	for _, ours := range []error{syscall.ECONNREFUSED, syscall.ENETUNREACH, syscall.EMFILE, syscall.ENFILE} {
		if strings.HasSuffix(err.Err, ours.Error()) {
			return delivery.ClassLocal, "Our name resolver is not reachable"
		}
	}
	switch {
	case err.IsNotFound:
		return delivery.ClassDNS, "The host name does not exist"
	case err.IsTimeout:
		return delivery.ClassDNS, "The host name could not be resolved in time"
	}
	return delivery.ClassDNS, "The host name could not be resolved"
}

func explainTLS(err error) (delivery.Class, string) {
	text := ""
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		text = "The endpoint does not speak TLS"
	} else if _, ok := errors.AsType[x509.HostnameError](err); ok {
		text = "The certificate is not for this host"
	} else if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		text = "The certificate is signed by an unknown authority"
	} else if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		text = "The certificate has expired or is not valid yet"
	} else if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		text = "The certificate is not valid"
	} else if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "remote error" || op.Op == "local error") || strings.HasPrefix(err.Error(), "tls: ") {
		text = handshakeFailed // crypto/tls has no exported type for alerts and for what it finds wrong itself
	}
	if text == "" {
		return "", ""
	}
	return delivery.ClassTLS, text
}

func explainDial(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The connection was refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "The host is not reachable"
	}
	return "The connection could not be established"
}

// explainExchange is about connections that were there. What the other side ended is a reset, what it said wrong is not.
func explainExchange(err error) (delivery.Class, string) {
	text := err.Error()
	switch {
	case errors.Is(err, errHeadTooLarge), strings.Contains(text, "response headers exceeded"):
		return delivery.ClassProtocol, "The headers of the answer are too large"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed), strings.Contains(text, "server closed idle connection"),
		strings.HasPrefix(text, "http2: ") || strings.HasPrefix(text, "stream error: "): // both are unexported types of net/http
		return delivery.ClassReset, "The connection was closed before the answer"
	}
	return delivery.ClassProtocol, "The answer is not valid HTTP"
}

// broken names the end of the connection as the cause of an answer that could not be read. A reader of lines gives out the half
// of one when the rest does not come and forgets why, and the parser then blames the half. end is how reading ended, nil when
// it did not. What could not have become HTTP is blamed all the same, unless nobody waited for the rest.
func broken(err, end error) error {
	text := err.Error() // net/http keeps no more of what it could not parse
	if end == nil || !strings.Contains(text, "malformed") {
		return err
	}
	_, line, ok := strings.Cut(text, `malformed HTTP response "`)
	if line = strings.TrimSuffix(line, `"`); ok && !isTimeout(end) && !strings.HasPrefix(line, "HTTP/") && !strings.HasPrefix("HTTP/", line) {
		return err
	}
	return end
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}
