package event

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
)

// Where the members of a Media begin in a body. Its members have a fixed order, and quotes inside a text are escaped: what is
// found is never what a person wrote.
const (
	mediaStart  = `"id":"med_`
	sha256Start = `"sha256":"`
	urlStart    = `"url":"`
)

// withThumbnails puts the small pictures, which only the raw form of an event has, into the files that the body names: each
// behind the URL of the file with the same hash.
func withThumbnails(body, raw []byte) []byte {
	if !bytes.Contains(body, []byte(mediaStart)) {
		return body
	}
	pictures := map[string]string{}
	var form any
	if json.Unmarshal(raw, &form) != nil {
		return body
	}
	collectThumbnails(form, pictures)
	if len(pictures) == 0 {
		return body
	}
	out, rest := make([]byte, 0, len(body)+8<<10), body
	for {
		end, sum := nextMedia(rest)
		if end < 0 {
			return append(out, rest...)
		}
		out, rest = append(out, rest[:end]...), rest[end:]
		picture, ok := pictures[sum]
		if part := `,"thumbnail":"` + picture + `"`; ok && len(out)+len(rest)+len(part) <= LargestBody {
			out = append(out, part...)
		}
	}
}

// nextMedia returns where the URL of the next file ends, and the file's hash; -1 = there is no other file.
func nextMedia(body []byte) (end int, sum string) {
	start := bytes.Index(body, []byte(mediaStart))
	if start < 0 {
		return -1, ""
	}
	url := bytes.Index(body[start:], []byte(urlStart))
	if url < 0 {
		return -1, ""
	}
	url += start + len(urlStart)
	if at := bytes.Index(body[start:url], []byte(sha256Start)); at >= 0 {
		at += start + len(sha256Start)
		sum = string(body[at:min(at+hex.EncodedLen(32), url)])
	}
	closing := bytes.IndexByte(body[url:], '"')
	if closing < 0 {
		return -1, ""
	}
	return url + closing + 1, sum
}

// collectThumbnails walks the raw form for objects that have a file's hash and its small picture.
func collectThumbnails(form any, into map[string]string) {
	switch v := form.(type) {
	case []any:
		for _, e := range v {
			collectThumbnails(e, into)
		}
	case map[string]any:
		for _, names := range [][2]string{{"fileSHA256", "JPEGThumbnail"}, {"fileSHA256", "pngThumbnail"}, {"attachmentFileSHA256", "attachmentJPEGThumbnail"}} {
			sum, _ := v[names[0]].(string)
			picture, _ := v[names[1]].(string)
			if binary, err := base64.StdEncoding.DecodeString(sum); err == nil && len(binary) > 0 && picture != "" {
				into[hex.EncodeToString(binary)] = picture
			}
		}
		for _, e := range v {
			collectThumbnails(e, into)
		}
	}
}
