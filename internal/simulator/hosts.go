package simulator

import (
	"fmt"
	"net"
	"net/http"

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow/store"
)

// Hosts of WhatsApp. Clients dial the wire for all of them and are told apart by the Host header.
const (
	hostWeb      = "web.whatsapp.com"
	hostMedia    = "mmg.whatsapp.net"
	hostPictures = "pps.whatsapp.net"
)

// serveHTTP is the one handler of the wire.
func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.life.enter(); !ok {
		http.Error(w, "the simulator is closing", http.StatusServiceUnavailable)
		return
	}
	defer s.life.wg.Done()
	defer s.life.guard("wire")
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	switch {
	case host == hostWeb && r.URL.Path == "/ws/chat":
		s.serveChat(w, r)
	case host == hostWeb && r.URL.Path == "/" && r.Method == http.MethodGet:
		s.serveVersion(w)
	case host == hostMedia:
		s.serveMedia(w, r)
	case host == hostPictures && r.Method == http.MethodGet:
		s.serveMedia(w, r)
	default:
		s.unknown.request(host, r.Method, r.URL.Path)
		http.Error(w, "the simulator does not know "+host+r.URL.Path, http.StatusNotFound)
	}
}

// serveVersion is the page that clients read the current version from. It is the version of the library that the
// simulator was built with, so that a client of the same build is never outdated.
func (s *Server) serveVersion(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><title>simulator</title><script>{"client_revision":%d,}</script>`, store.GetWAVersion()[2])
}

// serveChat is a client's connection from the handshake to its end.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(maxFrame + 3)
	ctx, c := r.Context(), newConn(s, ws)
	defer c.finish(false)
	if !s.register(c) {
		return
	}
	defer s.unregister(c)
	if s.faults.get("").MuteHello {
		<-ws.CloseRead(ctx).Done()
		return
	}
	if err = c.handshake(ctx); err != nil {
		s.log.Debug("simulator handshake failed", "reason", err)
		return
	}
	if err = s.life.start("writer", c.writeAll); err != nil {
		return
	}
	if c.payload.GetDevicePairingData() != nil {
		s.startPairing(c)
	} else {
		s.login(c)
	}
	for {
		n, err := c.readNode(ctx)
		if err != nil {
			s.log.Debug("simulator connection ended", "reason", err)
			return
		}
		c.handle(n)
	}
}

func (s *Server) register(c *conn) bool {
	if s.wire.listener() == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) unregister(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	s.endPairing(c)
	if d := c.device.Load(); d != nil {
		d.detach(c)
	}
}
