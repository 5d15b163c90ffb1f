package simulator

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"go.mau.fi/util/random"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// answerTimeout is how long a client may take to sign what the phone sent.
const answerTimeout = 15 * time.Second

// refsPerQR is how many codes a client gets to show, one after the other.
const refsPerQR = 6

// pairing is a connection that waits to be linked. Its fields are guarded by the server's lock.
type pairing struct {
	refs    []string
	attempt *attempt      // nil until a phone has scanned or typed
	passkey *passkeyOffer // nil unless the account demands a passkey
}

// startPairing hands a fresh client the refs of its QR codes.
func (s *Server) startPairing(c *conn) {
	p := &pairing{}
	var nodes []waBinary.Node
	for range refsPerQR {
		ref := "2@" + base64.RawURLEncoding.EncodeToString(random.Bytes(24))
		p.refs = append(p.refs, ref)
		nodes = append(nodes, leaf("ref", []byte(ref)))
	}
	c.pairing.Store(p)
	s.mu.Lock()
	for _, ref := range p.refs {
		s.pairings[ref] = c
	}
	s.mu.Unlock()
	c.send(element("iq", attrs{"from": types.ServerJID, "type": "set", "id": s.nextID(), "xmlns": "md"},
		element("pair-device", nil, nodes...)))
	if limit := s.faults.get("").PairTimeoutMS; limit > 0 {
		s.endUnpaired(c, time.Duration(limit)*time.Millisecond)
	}
}

// endUnpaired closes a connection that nobody has linked in time.
func (s *Server) endUnpaired(c *conn, limit time.Duration) {
	err := s.life.start("pair timeout", func(ctx context.Context) {
		if !wait(ctx, c.done, limit) {
			return
		}
		s.mu.RLock()
		busy := c.pairing.Load().attempt != nil
		s.mu.RUnlock()
		if !busy {
			c.end(0, true)
		}
	})
	if err != nil {
		s.log.Debug("simulator sets no pair timeout", "reason", err)
	}
}

// endPairing forgets what a connection offered to be scanned or typed.
func (s *Server) endPairing(c *conn) {
	p := c.pairing.Load()
	if p == nil {
		return
	}
	s.mu.Lock()
	for _, ref := range p.refs {
		delete(s.pairings, ref)
		s.expired.add(ref)
	}
	for phone, code := range s.codes {
		if code.c == c {
			delete(s.codes, phone)
		}
	}
	open, passkey := p.attempt, p.passkey
	s.mu.Unlock()
	gone := fail(CodeLinkRefused, "the client closed the connection before it was linked")
	if open != nil {
		open.finish(nil, gone)
	} else if passkey != nil {
		passkey.person.setLinking(Linking{Status: LinkingFailed, Err: gone})
	}
}

// qrCode is the text of a QR code, taken apart.
type qrCode struct {
	ref                  string
	noise, identity, adv []byte
}

func parseQR(text string) (qrCode, error) {
	if _, after, ok := strings.Cut(text, "#"); ok {
		text = after
	}
	parts := strings.Split(strings.TrimSpace(text), ",")
	if len(parts) < 4 {
		return qrCode{}, fail(CodeInvalid, "the code is not the text of a linking QR code")
	}
	code := qrCode{ref: parts[0]}
	for i, into := range []*[]byte{&code.noise, &code.identity, &code.adv} {
		raw, err := base64.StdEncoding.DecodeString(parts[i+1])
		if err != nil || len(raw) != 32 {
			return qrCode{}, fail(CodeInvalid, "part %d of the code is not a key", i+2)
		}
		*into = raw
	}
	return code, nil
}

// Scan reads the text of a QR code that a client shows and links the client. With LinkPasskey it returns nil, nil once the
// passkey is asked for: WaitLinking tells the rest. Errors: ErrInvalid, ErrNoPendingCode, ErrExpired, ErrLinkRefused,
// ErrNoAnswer, or that of ctx.
func (p *Person) Scan(ctx context.Context, text string) (*Device, error) {
	code, err := parseQR(text)
	if err != nil {
		return nil, err
	}
	c, err := p.srv.findPairing(code.ref)
	if err != nil {
		return nil, err
	}
	if c.noise != [32]byte(code.noise) {
		return nil, fail(CodeInvalid, "the code names another key than the connection has")
	}
	switch p.linkMode() {
	case LinkRefuse:
		return nil, p.refuseLink()
	case LinkPasskey:
		return nil, p.askPasskey(c)
	}
	a, err := p.begin(c, [32]byte(code.identity), code.adv)
	if err != nil {
		return nil, err
	}
	return a.wait(ctx)
}

func (s *Server) findPairing(ref string) (*conn, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.pairings[ref]
	switch {
	case c == nil && s.expired.has(ref):
		return nil, fail(CodeExpired, "the client that showed this code is gone")
	case c == nil:
		return nil, fail(CodeNoPendingCode, "no client shows this code")
	case c.pairing.Load().attempt != nil:
		return nil, fail(CodeExpired, "this code was scanned already")
	}
	return c, nil
}

func (p *Person) refuseLink() error {
	err := fail(CodeLinkRefused, "the account %s refuses to be linked", p.phone)
	p.setLinking(Linking{Status: LinkingFailed, Err: err})
	return err
}
