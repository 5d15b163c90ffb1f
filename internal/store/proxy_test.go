package store_test

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between the store and a server, and can cut the connection at a COMMIT.
type proxy struct {
	ln     net.Listener
	server string

	mu    sync.Mutex
	cut   cut
	conns []net.Conn
}

type cut int

const (
	never        cut = iota
	beforeCommit     // the server does not hear of it
	afterCommit      // the server's answer is lost
)

// newProxy returns a proxy before the server of a URL, and the URL through it.
func newProxy(t *testing.T, to string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{ln: ln, server: u.Host}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(t, client) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close() // ends the accepting
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close() // ends the copying
		}
		p.mu.Unlock()
		wg.Wait()
	})
	u.Host = ln.Addr().String()
	return p, u.String()
}

// next arms the cut: it happens once.
func (p *proxy) next(c cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = c
}

func (p *proxy) take() cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.cut
	p.cut = never
	return c
}

func (p *proxy) serve(t *testing.T, client net.Conn) {
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		_ = client.Close() // the client sees it
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	committed := make(chan struct{}, 1)
	go func() { // from the server, until either side is closed
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			select {
			case <-committed: // the answer to the COMMIT, kept to ourselves
				_, _ = client.Close(), server.Close()
				return
			default:
			}
			if _, werr := client.Write(buffer[:n]); err != nil || werr != nil {
				_ = client.Close() // the other direction ends, too
				return
			}
		}
	}()
	defer server.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err == nil && bytes.Contains(buffer[:n], []byte("COMMIT\x00")) {
			switch p.take() {
			case beforeCommit:
				_ = client.Close() // that is the fault
				return
			case afterCommit:
				committed <- struct{}{}
			}
		}
		if _, werr := server.Write(buffer[:n]); err != nil || werr != nil {
			return
		}
	}
}
