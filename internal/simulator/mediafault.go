package simulator

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"
)

// faultyWriter sends a file slowly, damaged, or not to its end.
type faultyWriter struct {
	http.ResponseWriter
	ctx   context.Context //nolint:containedctx // of the request; http.ResponseWriter has no room for it
	fault *MediaFault
	sent  int
}

// dripEvery is the pause between the pieces of a slow file.
const dripEvery = 50 * time.Millisecond

// Write implements http.ResponseWriter.
func (f *faultyWriter) Write(b []byte) (int, error) {
	if f.fault.Corrupt && len(b) > 0 && f.sent == 0 {
		b = bytes.Clone(b)
		b[len(b)/2] ^= 1
	}
	total, piece := len(b), len(b)
	if f.fault.BytesPerS > 0 {
		piece = max(1, int(int64(f.fault.BytesPerS)*int64(dripEvery)/int64(time.Second)))
	}
	for len(b) > 0 {
		n := min(piece, len(b))
		if cut := f.fault.CutAfter; cut > 0 {
			n = min(n, cut-f.sent)
		}
		written, err := f.ResponseWriter.Write(b[:n])
		f.sent += written
		if err != nil {
			return total - len(b) + written, err
		}
		if f.fault.CutAfter > 0 && f.sent >= f.fault.CutAfter {
			return total - len(b) + written, f.cut()
		}
		if b = b[n:]; f.fault.BytesPerS > 0 {
			_ = http.NewResponseController(f.ResponseWriter).Flush() // a wire that cannot is as slow as it is
			if !wait(f.ctx, nil, dripEvery) {
				return total - len(b), f.ctx.Err()
			}
		}
	}
	return total, nil
}

var errCut = errors.New("the connection was cut")

// cut sends what was written and ends the connection in the middle of the answer.
func (f *faultyWriter) cut() error {
	rc := http.NewResponseController(f.ResponseWriter)
	_ = rc.Flush() // else the client sees less of the file
	c, _, err := rc.Hijack()
	if err != nil {
		return err
	}
	return errors.Join(errCut, c.Close())
}
