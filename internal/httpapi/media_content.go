package httpapi

import (
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"wapost/internal/media"
)

const (
	octets       = "application/octet-stream"
	mediaCaching = "private, no-cache" // a copy may be kept, but it is asked for again: a credential can end
	// Files come from strangers: they are shown without scripts, frames and forms, and as if from a site of their own.
	mediaPolicy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
)

// mediaHeaders describes a file.
func mediaHeaders(h http.Header, r *media.Record, download bool) {
	kind, shown := contentType(r.MimeType)
	disposition := "attachment"
	if shown && !download {
		disposition = "inline"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": filename(r)}))
	h.Set("Content-Security-Policy", mediaPolicy)
	h.Set("Cache-Control", mediaCaching)
	if tag := etag(r.SHA256); tag != "" {
		h.Set("ETag", tag)
	}
}

// contentType returns a media type that can be sent, and whether a browser may show it. Everything but pictures, sound and
// films is saved: HTML and SVG bring scripts.
func contentType(claimed string) (kind string, shown bool) {
	name, params, err := mime.ParseMediaType(claimed)
	if err != nil || !strings.Contains(name, "/") {
		return octets, false
	}
	if kind = mime.FormatMediaType(name, params); kind == "" {
		return octets, false
	}
	family, _, _ := strings.Cut(name, "/")
	switch family {
	case "image":
		return kind, !strings.Contains(name, "svg") && !strings.Contains(name, "xml")
	case "audio", "video":
		return kind, true
	}
	return kind, false
}

// longestName bounds a file name, in characters: common file systems take 255 bytes.
const longestName = 100

// filename returns a name that is safe to save a file under.
func filename(r *media.Record) string {
	name := path.Base(strings.ReplaceAll(r.Filename, `\`, "/"))
	name = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) || strings.ContainsRune(`<>:"|?*/`, c) || c == unicode.ReplacementChar {
			return '_'
		}
		return c
	}, strings.ToValidUTF8(name, "_"))
	name = strings.Trim(name, ". ")
	if r.Filename == "" || name == "" {
		return r.ID + extension(r.MimeType)
	}
	if short := []rune(name); len(short) > longestName {
		end := []rune(path.Ext(name))
		if len(end) > 10 {
			end = nil
		}
		name = string(short[:longestName-len(end)]) + string(end)
	}
	return name
}

// extension returns the usual one of a media type; the system's own table would differ from machine to machine.
func extension(claimed string) string {
	name, _, _ := strings.Cut(claimed, ";")
	switch strings.TrimSpace(name) {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/webp":
		return ".webp"
	case "image/gif":
		return ".gif"
	case "video/mp4":
		return ".mp4"
	case "video/3gpp":
		return ".3gp"
	case "audio/ogg":
		return ".ogg"
	case "audio/mp4":
		return ".m4a"
	case "audio/mpeg":
		return ".mp3"
	case "audio/aac":
		return ".aac"
	case "application/pdf":
		return ".pdf"
	}
	return ""
}

// etag is strong: the same hash, the same bytes.
func etag(sha256 []byte) string {
	if len(sha256) == 0 {
		return ""
	}
	return `"` + hex.EncodeToString(sha256) + `"`
}

// matches reports whether a list of If-None-Match has a tag.
func matches(header, tag string) bool {
	for _, t := range strings.Split(header, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}

// rolling gives a slow but moving client all the time it needs, and answers a range that cannot be had like every failure.
type rolling struct {
	http.ResponseWriter
	rc      *http.ResponseController
	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (r *rolling) WriteHeader(status int) {
	if status != http.StatusRequestedRangeNotSatisfiable {
		r.ResponseWriter.WriteHeader(status)
		return
	}
	r.refused = true
	for _, name := range []string{"ETag", "Content-Disposition"} {
		r.Header().Del(name)
	}
	r.Header().Set("Cache-Control", "no-store") // ServeContent has removed it
	sendFailure(r.ResponseWriter, failed{status: status, sentence: "Range is outside of the file"})
}

// Write implements io.Writer.
func (r *rolling) Write(b []byte) (int, error) {
	if r.refused {
		return len(b), nil
	}
	_ = r.rc.SetWriteDeadline(time.Now().Add(writeLimit)) // not every writer of a test can
	return r.ResponseWriter.Write(b)
}
