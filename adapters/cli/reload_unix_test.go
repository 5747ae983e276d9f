//go:build unix

package cli

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"mabsbot/adapters/chat/chattest"
)

// TestHangup checks that SIGHUP changes the mode of a channel of the real program, and
// that a mistake does not.
func TestHangup(t *testing.T) {
	p := chattest.Build(t)
	cmd := p.Command("--config", "mabsbot.yaml", "--console.addr", "127.0.0.1:0", "--ops.addr", "off")
	write := func(mode string) {
		t.Helper()
		text := fmt.Sprintf("bot: {channels: [{id: backup-support, mode: %s}]}\n", mode)
		if err := os.WriteFile(filepath.Join(cmd.Dir, "mabsbot.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("shadow")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.Run(cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(strings.TrimSpace(line), "Open ")
	page := func(path string) string {
		t.Helper()
		r, err := http.Get(strings.TrimSuffix(address, "/") + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	mode := func() string {
		t.Helper()
		m := regexp.MustCompile(`(?s)<dt>Mode</dt><dd>(.*?)<small>`).FindStringSubmatch(page("/channels"))
		if m == nil {
			t.Fatal("the page shows no mode")
		}
		return m[1]
	}
	before := mode()
	hangUp := func() {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	write("mention")
	hangUp()
	chattest.Poll(t, "the mode is another one", func() bool { return mode() != before })
	after := mode()
	write("loud")
	hangUp()
	chattest.Poll(t, "the overview shows the mistake", func() bool { return strings.Contains(page("/overview"), "bot.channels.0.mode") })
	if got := mode(); got != after {
		t.Errorf("a mistake changed the mode from %s to %s", after, got)
	}
	p.Stop()
}
