package cli

import (
	"bytes"
	"fmt"
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
			w.WriteHeader(status)
			fmt.Fprintln(w, r.URL)
		}))
		t.Cleanup(s.Close)
		return s
	}
	serving, failing, odd, gone := answer(200), answer(503), answer(404), answer(200)
	gone.Close()
	t.Setenv("HTTP_PROXY", gone.URL)
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
		{[]string{"--ops.addr", addr(serving)}, "/livez\n", ""},
		{[]string{"--ops.addr", addr(serving), "--ready"}, "/readyz?verbose\n", ""},
		{[]string{"--ops.addr", "0.0.0.0:" + port}, "/livez\n", ""},
		{[]string{"--ops.addr", addr(failing), "--ready"}, "/readyz?verbose\n", "fails a check"},
		{[]string{"--ops.addr", addr(failing), "--json"}, `{"passed":false,"checks":[]}` + "\n", "fails a check"},
		{[]string{"--ops.addr", addr(odd)}, "", "404"},
		{[]string{"--ops.addr", addr(gone)}, "", "refused"},
		{[]string{"--ops.addr", "off"}, "", "ops.addr is off"},
	}
	for _, c := range cases {
		var out bytes.Buffer
		command := root()
		command.SetArgs(append([]string{"health"}, c.args...))
		command.SetOut(&out)
		err := command.ExecuteContext(t.Context())
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || out.String() != c.out {
			t.Errorf("health %q: %q, %v", c.args, out.String(), err)
		}
	}
}

func TestHealthChecks(t *testing.T) {
	got := healthChecks("[+]database ok\n[+]adapter/discord ok: standby\n[-]adapter/slack failed: connecting\nreadyz check passed\n")
	want := []healthCheck{{"database", true, ""}, {"adapter/discord", true, "standby"}, {"adapter/slack", false, "connecting"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
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
