package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// signer signs requests to S3 (AWS Signature Version 4, header form).
type signer struct{ accessKey, secretKey, region string }

// emptySum is the SHA-256 of nothing, in hex.
const emptySum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const (
	s3Algorithm = "AWS4-HMAC-SHA256"
	s3Time      = "20060102T150405Z"
)

// sign adds the headers of a signature. sum is the SHA-256 of the body, in hex.
func (s signer) sign(r *http.Request, sum string, now time.Time) {
	at := now.UTC().Format(s3Time)
	scope := at[:8] + "/" + s.region + "/s3/aws4_request"
	r.Header.Set("X-Amz-Date", at)
	r.Header.Set("X-Amz-Content-Sha256", sum)
	names, canonical := canonicalRequest(r, sum)
	h := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{s3Algorithm, at, scope, hex.EncodeToString(h[:])}, "\n")
	key := []byte("AWS4" + s.secretKey)
	for _, part := range []string{at[:8], s.region, "s3", "aws4_request", text} {
		key = mac(key, part)
	}
	r.Header.Set("Authorization", s3Algorithm+" Credential="+s.accessKey+"/"+scope+", SignedHeaders="+names+", Signature="+hex.EncodeToString(key))
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// canonicalRequest returns the names of the headers that are signed, and the text whose hash is: those headers that we set
// ourselves, and the host.
func canonicalRequest(r *http.Request, sum string) (names, text string) {
	headers := map[string]string{"host": r.URL.Host}
	for name := range r.Header {
		headers[strings.ToLower(name)] = strings.TrimSpace(r.Header.Get(name))
	}
	var sorted []string
	for name := range headers {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	var lines strings.Builder
	for _, name := range sorted {
		lines.WriteString(name + ":" + headers[name] + "\n")
	}
	names = strings.Join(sorted, ";")
	return names, strings.Join([]string{r.Method, canonicalPath(r.URL), "", lines.String(), names, sum}, "\n")
}

// canonicalPath escapes everything but what RFC 3986 leaves unreserved, and slashes.
func canonicalPath(u *url.URL) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(u.Path) {
		switch c := u.Path[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString("%" + string(hexDigits[c>>4]) + string(hexDigits[c&15]))
		}
	}
	return b.String()
}
