package httppost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/egress"
)

func TestEveryStatusHasItsClass(t *testing.T) {
	for status := 100; status <= 999; status++ {
		want := delivery.Class("")
		switch {
		case status >= 200 && status < 300:
		case status >= 300 && status < 400:
			want = delivery.ClassRedirect
		case status == 410:
			want = delivery.ClassGone
		case status == 429:
			want = delivery.ClassThrottled
		case status == 401, status == 403, status == 404, status == 405, status == 407, status == 408, status == 421, status == 425:
			want = delivery.ClassDenied
		case status >= 400 && status < 500:
			want = delivery.ClassRefused
		case status >= 500 && status < 600:
			want = delivery.ClassServerError
		default:
			want = delivery.ClassProtocol
		}
		class, text := judge(status)
		if class != want || (text == "") != (want == "") {
			t.Errorf("%d: class %q, %q, want class %q", status, class, text, want)
		}
	}
}

func TestRetryAfterIsHeededWhereTheContractSaysSo(t *testing.T) {
	now := time.Date(2025, 12, 17, 10, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		status int
		value  string
		want   time.Duration
	}{
		{429, "7", 7 * time.Second}, {503, "0", 0}, {408, "120", 2 * time.Minute}, {425, "1", time.Second},
		{429, "3600", time.Hour}, {429, "3601", time.Hour}, {429, "18446744073709551615", time.Hour},
		{503, "Wed, 17 Dec 2025 10:30:45 GMT", 45 * time.Second}, {503, "Wed, 17 Dec 2025 12:30:00 GMT", time.Hour},
		{503, "Wed, 17 Dec 2025 10:29:00 GMT", 0},
		{429, "-5", 0}, {429, "soon", 0}, {429, "1.5", 0}, {429, "", 0}, {500, "7", 0}, {410, "7", 0}, {200, "7", 0},
	} {
		if got := retryAfter(c.status, http.Header{"Retry-After": {c.value}}, now); got != c.want {
			t.Errorf("%d with %q: %s, want %s", c.status, c.value, got, c.want)
		}
	}
}

func TestErrorsAreChargedToWhoCausedThem(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	errno := func(e syscall.Errno) error { return os.NewSyscallError("connect", e) }
	for _, c := range []struct {
		err  error
		want delivery.Class
	}{
		{dial(&egress.RefusedError{Host: "10.1.2.3", Why: "private"}), delivery.ClassAddressRefused},
		{dial(&net.DNSError{Err: "no such host", Name: "x.example", IsNotFound: true}), delivery.ClassDNS},
		{dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), delivery.ClassDNS},
		{dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), delivery.ClassDNS},
		{dial(&net.DNSError{Err: "read udp 10.1.2.3:5->10.1.2.4:53: read: connection refused"}), delivery.ClassLocal},
		{dial(&net.DNSError{Err: "dial udp: lookup: too many open files"}), delivery.ClassLocal},
		{dial(errno(syscall.EMFILE)), delivery.ClassLocal}, {dial(errno(syscall.ENFILE)), delivery.ClassLocal},
		{dial(errno(syscall.EADDRNOTAVAIL)), delivery.ClassLocal}, {dial(errno(syscall.ENOBUFS)), delivery.ClassLocal},
		{dial(errno(syscall.ECONNREFUSED)), delivery.ClassConnect}, {dial(errno(syscall.EHOSTUNREACH)), delivery.ClassConnect},
		{dial(errno(syscall.ENETUNREACH)), delivery.ClassConnect}, {dial(errno(syscall.ETIMEDOUT)), delivery.ClassTimeout},
		{dial(context.DeadlineExceeded), delivery.ClassTimeout},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, delivery.ClassTLS},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, delivery.ClassTLS},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, delivery.ClassTLS},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, delivery.ClassTLS},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, delivery.ClassTLS},
		{errors.New("tls: server selected unsupported protocol version 301"), delivery.ClassTLS},
		{fmt.Errorf("read: %w", errno(syscall.ECONNRESET)), delivery.ClassReset}, {io.EOF, delivery.ClassReset},
		{io.ErrUnexpectedEOF, delivery.ClassReset}, {errno(syscall.EPIPE), delivery.ClassReset},
		{errors.New("http2: server sent GOAWAY and closed the connection"), delivery.ClassReset},
		{errors.New(`malformed HTTP response "x"`), delivery.ClassProtocol},
		{errors.New("net/http: server response headers exceeded 65536 bytes; aborted"), delivery.ClassProtocol},
	} {
		class, text := classify(c.err)
		if class != c.want || text == "" {
			t.Errorf("%v: class %q, %q, want class %q", c.err, class, text, c.want)
		}
		if strings.Contains(text, "10.1.2") {
			t.Errorf("%v: the sentence shows an address: %q", c.err, text)
		}
	}
}
