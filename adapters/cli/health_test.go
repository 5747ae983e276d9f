package cli

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestHealth(t *testing.T) {
	answer := func(status int) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/healthz" {
				t.Errorf("asked for %s", r.URL)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte("ok\nslack: ended\n"))
		}))
		t.Cleanup(s.Close)
		return s
	}
	serving, failing, gone := answer(200), answer(503), answer(200)
	gone.Close()
	t.Setenv("HTTP_PROXY", gone.URL)
	t.Setenv("MABSBOT_CONSOLE_PASSWORD", "open sesame") // as 0.0.0.0 requires
	addr := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	_, port, err := net.SplitHostPort(addr(serving))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		args []string
		out  string
		err  string // "" means success
	}{
		{[]string{"--console.addr", addr(serving)}, "ok\nslack: ended\n", ""},
		{[]string{"--console.addr", "0.0.0.0:" + port}, "ok\nslack: ended\n", ""},
		{[]string{"--console.addr", addr(failing)}, "", "503"},
		{[]string{"--console.addr", addr(gone)}, "", "refused"},
		{[]string{"--console.addr", addr(gone), "--console.enabled=false"}, "not checked", ""},
	}
	for _, c := range cases {
		var out bytes.Buffer
		command := root()
		command.SetArgs(append([]string{"health"}, c.args...))
		command.SetOut(&out)
		err := command.ExecuteContext(t.Context())
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || !strings.HasPrefix(out.String(), c.out) {
			t.Errorf("health %q: %q, %v", c.args, out.String(), err)
		}
	}
}

// TestIgnoresSecrets checks that files with secrets get neither into the image
// nor into the repository.
func TestIgnoresSecrets(t *testing.T) {
	for file, slash := range map[string]string{".dockerignore": "", ".gitignore": "/"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		for _, name := range []string{"mabsbot.yaml", "mabsbot.db*"} {
			if !slices.Contains(lines, slash+name) {
				t.Errorf("%s does not contain %s", file, name)
			}
		}
	}
}
