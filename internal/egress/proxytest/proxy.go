// Package proxytest is a proxy for tests. It speaks HTTP CONNECT and SOCKS5 on one port, with a password if it has one, and
// remembers where it led. It shares no code with what it tests.
package proxytest

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
)

// Proxy is a running one.
type Proxy struct {
	user, password string
	listener       net.Listener
	group          sync.WaitGroup

	mu      sync.Mutex
	led     []string
	open    map[net.Conn]bool
	closed  bool
	refusal int
}

// Start runs a proxy on loopback until the test ends; user "" = it asks for no password, secure nil = without TLS.
func Start(t testing.TB, user, password string, secure *tls.Config) *Proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if secure != nil {
		ln = tls.NewListener(ln, secure)
	}
	p := &Proxy{user: user, password: password, listener: ln, open: map[net.Conn]bool{}}
	p.group.Go(p.accept)
	t.Cleanup(p.Close)
	return p
}

// Addr is where it listens.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Led returns the targets of the connections that it made, in order.
func (p *Proxy) Led() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.led...)
}

// Refuse has it answer an HTTP status to every CONNECT; 0 = it connects.
func (p *Proxy) Refuse(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = status
}

// Close ends it and all its connections.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	_ = p.listener.Close()
	for c := range p.open {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.group.Wait()
}

// hold registers a connection, so that Close ends it.
func (p *Proxy) hold(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = c.Close()
		return false
	}
	p.open[c] = true
	return true
}

func (p *Proxy) drop(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
	_ = c.Close()
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		if p.hold(c) {
			p.group.Go(func() { defer p.drop(c); p.serve(c) })
		}
	}
}

func (p *Proxy) serve(c net.Conn) {
	r := bufio.NewReader(c)
	first, err := r.Peek(1)
	if err != nil {
		return
	}
	if first[0] == 5 {
		p.socks(c, r)
		return
	}
	p.http(c, r)
}

func (p *Proxy) http(c net.Conn, r *bufio.Reader) {
	req, err := http.ReadRequest(r)
	if err != nil {
		return
	}
	p.mu.Lock()
	status := p.refusal
	p.mu.Unlock()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.password))
	switch {
	case req.Method != http.MethodConnect:
		status = http.StatusMethodNotAllowed
	case p.user != "" && req.Header.Get("Proxy-Authorization") != want:
		status = http.StatusProxyAuthRequired
	}
	if status != 0 {
		_, _ = io.WriteString(c, "HTTP/1.1 "+strconv.Itoa(status)+" no\r\nContent-Length: 0\r\n\r\n")
		return
	}
	p.lead(c, r, req.Host, []byte("HTTP/1.1 200 OK\r\n\r\n"), []byte("HTTP/1.1 502 no\r\nContent-Length: 0\r\n\r\n"))
}

// socks follows RFC 1928 and RFC 1929.
func (p *Proxy) socks(c net.Conn, r *bufio.Reader) {
	hello := make([]byte, 2)
	if _, err := io.ReadFull(r, hello); err != nil {
		return
	}
	if _, err := r.Discard(int(hello[1])); err != nil {
		return
	}
	if p.user != "" {
		_, _ = c.Write([]byte{5, 2})
		_, _ = r.ReadByte() // version
		user, password := short(r), short(r)
		if user != p.user || password != p.password {
			_, _ = c.Write([]byte{1, 1})
			return
		}
		_, _ = c.Write([]byte{1, 0})
	} else {
		_, _ = c.Write([]byte{5, 0})
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return
	}
	host := ""
	switch head[3] {
	case 1, 4:
		ip := make([]byte, map[byte]int{1: 4, 4: 16}[head[3]])
		_, _ = io.ReadFull(r, ip)
		host = net.IP(ip).String()
	default:
		host = short(r)
	}
	port := make([]byte, 2)
	if _, err := io.ReadFull(r, port); err != nil {
		return
	}
	target := net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port))))
	p.lead(c, r, target, []byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}, []byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
}

// short reads a text with its length before it.
func short(r *bufio.Reader) string {
	n, err := r.ReadByte()
	if err != nil {
		return ""
	}
	b := make([]byte, n)
	_, _ = io.ReadFull(r, b)
	return string(b)
}

// lead connects to the target and copies both ways until one side ends.
func (p *Proxy) lead(c net.Conn, r io.Reader, target string, yes, no []byte) {
	out, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
	if err != nil {
		_, _ = c.Write(no)
		return
	}
	if !p.hold(out) {
		return
	}
	defer p.drop(out)
	p.mu.Lock()
	p.led = append(p.led, target)
	p.mu.Unlock()
	if _, err := c.Write(yes); err != nil {
		return
	}
	p.group.Go(func() { _, _ = io.Copy(out, r); _ = out.Close() })
	_, _ = io.Copy(c, out)
}
