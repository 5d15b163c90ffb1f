package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/media"
)

const formType = "multipart/form-data"

// uploadForm is the body of POST /media.
type uploadForm struct {
	File     string  `json:"file" format:"binary" doc:"The file; its part may name it"`
	Filename *string `json:"filename,omitempty" doc:"Instead of the name in the part"`
	MimeType *string `json:"mime_type,omitempty" doc:"Instead of the type in the part; without both it is guessed"`
}

// longestField bounds the other members of a form.
const longestField = 1 << 10

// uploaded is what a form has brought.
type uploaded struct {
	file               *media.Incoming
	filename, mimeType string
	partName, partType string
}

// uploadMedia takes a file to be sent later.
func (a *API) uploadMedia(ctx context.Context, c *call, _ none, _ none) (event.Media, error) {
	name, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || name != formType || params["boundary"] == "" {
		return event.Media{}, fault.New(fault.Unsupported, "Content-Type must be multipart/form-data")
	}
	if err := notEncoded(c.r.Header); err != nil {
		return event.Media{}, err
	}
	form := multipart.NewReader(&slowly{c.r.Body, c.wire}, params["boundary"])
	var u uploaded
	defer func() {
		if u.file != nil {
			u.file.Discard()
		}
	}()
	for {
		part, err := form.NextPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it means that the body was cut
			break
		}
		if err != nil {
			return event.Media{}, unreadable(err)
		}
		if err := a.takePart(ctx, c.account, &u, part); err != nil {
			return event.Media{}, unreadable(err)
		}
	}
	_ = c.wire.SetReadDeadline(time.Time{}) // not every writer of a test can
	if u.file == nil {
		return event.Media{}, fault.New(fault.Invalid, "file is required")
	}
	return a.Files.Accept(ctx, c.ofDevice(), u.file, u.name(), u.kind())
}

// takePart reads one member of the form.
func (a *API) takePart(ctx context.Context, account int64, u *uploaded, part *multipart.Part) (err error) {
	switch field := part.FormName(); field {
	case "file":
		if u.file != nil {
			return fault.New(fault.Invalid, "file must be one file")
		}
		u.partName, u.partType = part.FileName(), part.Header.Get("Content-Type")
		if err := errors.Join(checkPart("filename", u.partName), checkPart("mime_type", u.partType)); err != nil {
			return err
		}
		u.file, err = a.Files.Receive(ctx, account, part)
	case "filename":
		u.filename, err = textPart(part, field)
	case "mime_type":
		u.mimeType, err = textPart(part, field)
		if _, _, bad := mime.ParseMediaType(u.mimeType); err == nil && (bad != nil || !strings.Contains(u.mimeType, "/")) {
			err = fault.New(fault.Invalid, "mime_type must look like image/png")
		}
	default:
		err = fault.New(fault.Invalid, "Unknown field %q", shown(field))
	}
	return err
}

func textPart(part *multipart.Part, field string) (string, error) {
	b, err := io.ReadAll(io.LimitReader(part, longestField+1))
	if err == nil {
		err = checkPart(field, string(b))
	}
	return string(b), err
}

func checkPart(field, value string) error {
	switch {
	case len(value) > longestField:
		return fault.New(fault.Invalid, "%s must have at most %d bytes", field, longestField)
	case strings.ContainsRune(value, 0):
		return fault.New(fault.Invalid, "%s must not contain the character U+0000", field)
	}
	return nil
}

// errBroken: what came of a request is not what was sent, so its refusal is no answer to a repetition.
var errBroken = errors.New("the body is broken")

// unreadable keeps what has a public face, and blames the request for the rest.
func unreadable(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.Wrap(errors.Join(errBroken, err), fault.Invalid, "Request body could not be read")
}

func (u *uploaded) name() string {
	if u.filename != "" {
		return u.filename
	}
	return u.partName
}

// kind is what the caller says, or what the file looks like.
func (u *uploaded) kind() string {
	if u.mimeType != "" {
		return u.mimeType
	}
	if _, _, err := mime.ParseMediaType(u.partType); err == nil && u.partType != octets {
		return u.partType
	}
	return http.DetectContentType(u.file.Head)
}

// slowly gives a slow but moving client all the time it needs.
type slowly struct {
	io.Reader
	wire *http.ResponseController
}

// Read implements io.Reader.
func (s *slowly) Read(b []byte) (int, error) {
	_ = s.wire.SetReadDeadline(time.Now().Add(bodyTime)) // not every writer of a test can
	return s.Reader.Read(b)
}
