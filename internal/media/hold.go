package media

import "context"

// hold is the room of one file on its way into our store. Nobody is believed about how large it will be: what comes beyond
// the reserved room has to find room too.
type hold struct {
	a       *Archive
	account int64
	ctx     context.Context //nolint:containedctx // of the one transfer that it belongs to; io.Writer has no room for it
	bytes   int64           // reserved
	landed  int64           // of those, on the disk
}

// upTo reserves room for a file of a size. Errors: errTooLarge, errStorage.
func (h *hold) upTo(size int64) error {
	if size <= h.bytes {
		return nil
	}
	if h.a.MaxBytes > 0 && size > h.a.MaxBytes || h.a.MaxAccount > 0 && size > h.a.MaxAccount {
		return errTooLarge
	}
	if err := h.a.makeRoom(h.ctx, h.account, size-h.bytes); err != nil {
		return err
	}
	h.bytes = size
	return nil
}

// wrote notes that so many bytes of the file lie on the disk: it has less room by itself.
func (h *hold) wrote(size int64) {
	if size <= h.landed { // the file is written anew
		return
	}
	h.a.mu.Lock()
	defer h.a.mu.Unlock()
	h.a.landed += size - h.landed
	h.landed = size
}

// release gives the room back: the file is kept and counted, or is no more.
func (h *hold) release() {
	h.a.reserveFor(h.account, -h.bytes)
	h.a.mu.Lock()
	defer h.a.mu.Unlock()
	h.a.landed -= h.landed
	h.bytes, h.landed = 0, 0
}
