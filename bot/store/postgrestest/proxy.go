package postgrestest

import (
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// A Proxy is a network between the programs and the server, which a test may cut.
type Proxy struct {
	URL string // of the database, through the proxy

	server string // its socket
	mu     sync.Mutex
	flow   *sync.Cond // of mu
	cut    bool
	hangs  bool
	ends   map[net.Conn]bool // of all connections
}

// Proxy returns a network in front of the database at a URL of the server.
func (s *Server) Proxy(t testing.TB, database string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String()) // an address has both
	u.RawQuery = url.Values{"host": {host}, "port": {port}, "sslmode": {"disable"}}.Encode()
	p := &Proxy{URL: u.String(), server: filepath.Join(s.dir, ".s.PGSQL.5432"), ends: map[net.Conn]bool{}}
	p.flow = sync.NewCond(&p.mu)
	go p.accept(l)
	t.Cleanup(func() {
		l.Close()
		p.Cut()
	})
	return p
}

// Cut cuts all connections and refuses further ones, until Restore.
func (p *Proxy) Cut() { p.set(true, false) }

// Hang passes nothing on, until Restore.
func (p *Proxy) Hang() { p.set(false, true) }

// Restore passes everything on again.
func (p *Proxy) Restore() { p.set(false, false) }

func (p *Proxy) set(cut, hangs bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.hangs = cut, hangs
	p.flow.Broadcast()
	for c := range p.ends {
		if cut {
			c.Close()
		}
	}
}

func (p *Proxy) accept(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.server)
		if err != nil || !p.add(client, server) {
			client.Close()
			continue
		}
		go p.pass(client, server)
		go p.pass(server, client)
	}
}

// add notes both ends of a connection. It reports false if the network is cut.
func (p *Proxy) add(client, server net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		server.Close()
		return false
	}
	p.ends[client], p.ends[server] = true, true
	return true
}

// pass passes on what one end sends.
func (p *Proxy) pass(from, to net.Conn) {
	defer to.Close()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.ends, from)
	}()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		for p.hangs {
			p.flow.Wait()
		}
		p.mu.Unlock()
		if _, writeErr := to.Write(buffer[:n]); err != nil || writeErr != nil {
			return
		}
	}
}
