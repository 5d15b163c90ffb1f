package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/media"
	"wapost/internal/message"
)

type mediaParams struct {
	ID string `path:"media_id" doc:"Id of the file, as in its event"`
}

type downloadParams struct {
	Download bool `query:"download" default:"false" doc:"Have browsers save the file instead of showing it"`
}

type getMediaParams struct {
	mediaParams
	downloadParams
}

type messageMediaParams struct {
	downloadParams
	Chat      string `path:"chat" doc:"JID, or phone number in international form"`
	MessageID string `path:"message_id" doc:"Id of the message"`
}

// mediaView is what is known of a file.
type mediaView struct {
	event.Media
	State       string   `json:"state" enum:"remote,stored,gone" doc:"remote = at WhatsApp, as far as we know; gone = neither there nor on the phone"`
	StoredUntil *instant `json:"stored_until" nullable:"true" doc:"When our copy is deleted unless somebody uses it before; null = not stored, or without a limit of time"`
	Reason      *string  `json:"reason" doc:"Why the file could not be had; null = no reason"`
}

type retryBody struct {
	ChatJID   string  `json:"chat_jid" doc:"JID, or phone number in international form"`
	MessageID string  `json:"message_id" minLength:"1"`
	SenderJID *string `json:"sender_jid,omitempty" nullable:"true" doc:"JID or phone number; needed only when two messages of the chat have this id"`
	MediaKey  *string `json:"media_key,omitempty" nullable:"true" doc:"Ignored: the key is known"`
}

func (a *API) mediaRoutes() {
	files := []string{"*/*"}
	wrong := []int{400, 404, 409, 410, 413, 416, 502, 504}
	about := "Fetched from WhatsApp on first use, which may take its time; asked for at the phone when WhatsApp has it no more. Answers Range, " +
		"If-None-Match and HEAD. 409: the device is not connected, and we have no copy. 410: nobody has the file, or our key of it is damaged. 504: it is on its way, or the phone " +
		"has not answered yet: try again, or wait for media.ready and media.failed."
	mount(a, operation[getMediaParams, none, none]{
		method: http.MethodGet, path: "/media/{media_id}", tag: tagMedia, id: "get-media", auth: everyUser, summary: "Read a file",
		description: about, contents: files, also: map[int]string{http.StatusPartialContent: "", http.StatusNotModified: ""}, errors: wrong,
		fallback: "Failed to read media", handle: func(ctx context.Context, c *call, p getMediaParams, _ none) (none, error) {
			return none{}, a.sendMedia(ctx, c, c.files(), p.ID, p.Download)
		},
	})
	mount(a, operation[messageMediaParams, none, none]{
		method: http.MethodGet, path: "/chats/{chat}/messages/{message_id}/media", tag: tagMedia, id: "get-message-media", auth: deviceUser,
		summary: "Read the file of a message", description: "As GET /media/{media_id}. Of several files the first.", contents: files,
		also: map[int]string{http.StatusPartialContent: "", http.StatusNotModified: ""}, errors: wrong, fallback: "Failed to read media", handle: a.messageMedia,
	})
	mount(a, operation[mediaParams, none, none]{
		method: http.MethodGet, path: "/media/{media_id}/thumbnail", tag: tagMedia, id: "get-thumbnail", auth: everyUser,
		summary: "The small picture that came with the message", contents: []string{"image/jpeg", "image/png"}, fallback: "Failed to read thumbnail",
		handle: a.thumbnail,
	})
	mount(a, operation[mediaParams, none, mediaView]{
		method: http.MethodGet, path: "/media/{media_id}/info", tag: tagMedia, id: "get-media-info", auth: everyUser,
		summary: "What is known of a file", message: "Media retrieved successfully", fallback: "Failed to read media", handle: a.mediaInfo,
	})
	mount(a, operation[none, none, event.Media]{
		method: http.MethodPost, path: "/media", tag: tagMedia, id: "upload-media", auth: deviceUser, status: http.StatusCreated, upload: uploadForm{},
		summary: "Keep a file",
		description: "It stays as long as it is used (stored_until of its info) and there is room; nobody else has it. Under an Idempotency-Key its length " +
			"tells one file from another, so it needs a Content-Length.",
		message: "Media uploaded successfully", fallback: "Failed to keep media", handle: a.uploadMedia,
	})
	mount(a, operation[mediaParams, none, none]{
		method: http.MethodDelete, path: "/media/{media_id}", tag: tagMedia, id: "delete-media", auth: everyUser,
		summary: "Delete our copy of a file", description: "It can be fetched again as long as WhatsApp or the phone has it.",
		message: "Media deleted successfully", fallback: "Failed to delete media",
		handle: func(ctx context.Context, c *call, p mediaParams, _ none) (none, error) {
			return none{}, a.Files.Drop(ctx, c.files(), p.ID)
		},
	})
	mount(a, operation[none, retryBody, none]{
		method: http.MethodPost, path: "/messages/media/retry-receipt", tag: tagMedia, id: "retry-media", auth: deviceUser, status: http.StatusAccepted,
		summary:     "Ask the phone to upload the file of a message once more",
		description: "GET /media/{media_id} does this by itself when WhatsApp has lost the file. What comes of it is told by media.ready or media.failed.",
		message:     "Phone was asked", fallback: "Failed to ask the phone", handle: a.retryMedia,
	})
}

// files is whose files the caller may see.
func (c *call) files() media.Scope {
	return media.Scope{AccountID: c.account, DeviceID: c.principal.DeviceID}
}

// ofDevice is the scope of a call that acts on one device.
func (c *call) ofDevice() media.Scope {
	return media.Scope{AccountID: c.account, DeviceID: c.deviceID}
}

func (a *API) messageMedia(ctx context.Context, c *call, p messageMediaParams, _ none) (none, error) {
	chats, err := a.aliasesOf(ctx, c, p.Chat)
	if err != nil {
		return none{}, err
	}
	r, err := a.Files.OfMessage(ctx, c.ofDevice(), chats, p.MessageID)
	if err != nil {
		return none{}, err
	}
	return none{}, a.sendMedia(ctx, c, c.ofDevice(), r.ID, p.Download)
}

// aliasesOf returns the JIDs that an address is known by.
func (a *API) aliasesOf(ctx context.Context, c *call, address string) ([]string, error) {
	parsed, err := message.ParseAddress(address)
	if err != nil {
		return nil, err
	}
	return a.Log.Aliases(ctx, c.account, parsed.JID())
}

func (a *API) thumbnail(ctx context.Context, c *call, p mediaParams, _ none) (none, error) {
	r, err := a.Files.Info(ctx, c.files(), p.ID)
	if err == nil && len(r.Thumbnail) == 0 {
		err = fault.New(fault.NotFound, "No thumbnail came with this file")
	}
	if err != nil {
		return none{}, err
	}
	kind := http.DetectContentType(r.Thumbnail)
	if kind != "image/jpeg" && kind != "image/png" { // it comes from a stranger
		kind = octets
	}
	c.raw = &raw{contentType: kind, body: r.Thumbnail}
	return none{}, nil
}

func (a *API) mediaInfo(ctx context.Context, c *call, p mediaParams, _ none) (mediaView, error) {
	r, err := a.Files.Info(ctx, c.files(), p.ID)
	if err != nil {
		return mediaView{}, err
	}
	v := mediaView{State: string(r.State), StoredUntil: moment(a.Files.Until(&r)), Reason: text(string(r.Reason))}
	if r.State == media.Storing {
		v.State = string(media.Remote)
	}
	v.Media, err = a.Files.About(ctx, &r)
	return v, err
}

func (a *API) retryMedia(ctx context.Context, c *call, _ none, b retryBody) (none, error) {
	if b.MessageID == "" {
		return none{}, fault.New(fault.Invalid, "message_id is required")
	}
	chats, err := a.aliasesOf(ctx, c, b.ChatJID)
	if err != nil {
		return none{}, err
	}
	var senders []string
	if b.SenderJID != nil && *b.SenderJID != "" {
		if senders, err = a.aliasesOf(ctx, c, *b.SenderJID); err != nil {
			return none{}, err
		}
	}
	return none{}, a.Files.Ask(ctx, c.ofDevice(), chats, senders, b.MessageID)
}

// sendMedia answers with a file.
func (a *API) sendMedia(ctx context.Context, c *call, s media.Scope, id string, download bool) error {
	r, err := a.Files.Info(ctx, s, id)
	if err != nil {
		return err
	}
	tag := etag(r.SHA256)
	if tag != "" && matches(c.r.Header.Get("If-None-Match"), tag) { // known without the file
		c.raw = &raw{write: func(w http.ResponseWriter) {
			w.Header().Set("ETag", tag)
			w.Header().Set("Cache-Control", mediaCaching)
			w.WriteHeader(http.StatusNotModified)
		}}
		return nil
	}
	f, err := a.Files.Open(ctx, s, id)
	if err != nil {
		return err
	}
	c.raw = &raw{write: func(w http.ResponseWriter) {
		defer func() { _ = f.Close() }() // it was only read
		mediaHeaders(w.Header(), &f.Record, download)
		if strings.Contains(c.r.Header.Get("Range"), ",") { // thousands fit into a header, and each would be a request to the bucket
			c.r.Header.Del("Range")
		}
		http.ServeContent(&rolling{ResponseWriter: w, rc: http.NewResponseController(w)}, c.r, "", time.Time{}, f)
	}}
	return nil
}
