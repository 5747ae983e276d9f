package deploytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-systemd/v22/unit"
)

// TestUnit parses the unit of systemd and checks what it allows.
func TestUnit(t *testing.T) {
	options, err := unit.DeserializeOptions(strings.NewReader(read(t, "systemd/mabsbot.service")))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, o := range options {
		got[o.Section+"."+o.Name] = append(got[o.Section+"."+o.Name], o.Value)
	}
	for key, want := range map[string]string{
		"Service.ExecStart": "/usr/local/bin/mabsbot --config /etc/mabsbot/mabsbot.yaml", "Service.Restart": "on-failure", "Service.ExecReload": "/bin/kill -HUP $MAINPID",
		"Service.DynamicUser": "yes", "Service.StateDirectory": "mabsbot", "Service.NoNewPrivileges": "yes", "Service.ProtectSystem": "strict",
		"Service.CapabilityBoundingSet": "", "Service.MemoryDenyWriteExecute": "yes", "Install.WantedBy": "multi-user.target",
	} {
		if !slices.Equal(got[key], []string{want}) {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
	if files, err := filepath.Glob("../systemd/*"); err != nil || len(files) != 1 {
		t.Errorf("the folder has %q, %v", files, err)
	}
	variables := map[string]string{}
	for _, pair := range got["Service.Environment"] {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "MABSBOT_") {
			variables[name] = value
		}
	}
	load(t, "", variables)
}

// TestUnitVerified lets systemd check the unit, and rate what it is exposed to: from
// 0, best, to 100.
func TestUnitVerified(t *testing.T) {
	analyze := tool(t, "systemd-analyze")
	path := filepath.Join(t.TempDir(), "mabsbot.service")
	// The program of the unit is not installed here.
	text := strings.Replace(read(t, "systemd/mabsbot.service"), "=/usr/local/bin/mabsbot", "=/bin/true", 1)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", path}, {"security", "--offline=true", "--threshold=15", path}} {
		out, err := exec.CommandContext(t.Context(), analyze, args...).CombinedOutput()
		if err != nil || args[0] == "verify" && len(out) > 0 {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, out)
		}
	}
}
