package slack

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
)

// TestConnections opens more connections than may be open at once: those that are
// idle are closed, and those with a request are not.
func TestConnections(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handling, release := make(chan bool), make(chan bool)
	l := newConnections(inner, 4)
	l.idleWhenFull = 0
	server := &http.Server{ConnState: l.changed, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			handling <- true
			<-release
		}
	})}
	go func() { _ = server.Serve(l) }()
	defer server.Close()

	ask := func(path string) (net.Conn, *bufio.Reader) {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err == nil {
			_, err = io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: test\r\n\r\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c, bufio.NewReader(c)
	}
	answered := func(in *bufio.Reader) {
		t.Helper()
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	var slow []*bufio.Reader
	for range 2 {
		_, in := ask("/slow")
		<-handling
		slow = append(slow, in)
	}
	var first net.Conn
	for n := range 10 {
		c, in := ask("/")
		answered(in)
		if n == 0 {
			first = c
		}
	}
	if _, err := first.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("an idle connection: %v, want it closed", err)
	}
	close(release)
	for _, in := range slow {
		answered(in)
	}
}
