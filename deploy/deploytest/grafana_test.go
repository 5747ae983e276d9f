package deploytest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"sigs.k8s.io/yaml"
)

const dashboardFile = "grafana/dashboards/mabsbot.json"

// A panel has what the tests read of a panel of the dashboard, which may be a row.
type panel struct {
	ID                       int
	Type, Title, Description string
	Targets                  []struct{ Expr string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var d struct{ Panels []panel }
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &d); err != nil {
		t.Fatal(err)
	}
	return d.Panels
}

// TestDashboard decodes the dashboard strictly into Grafana's own types.
func TestDashboard(t *testing.T) {
	// Version 0.0.22 returns a list of errors even if it is empty, and then drops the
	// values. It does report unknown fields.
	decode := func(text string) string {
		if err := new(dashboard.Dashboard).UnmarshalJSONStrict([]byte(text)); err != nil {
			return err.Error()
		}
		return ""
	}
	text := read(t, dashboardFile)
	if err := decode(text); err != "" {
		t.Error(err)
	}
	for _, field := range []string{"gridPos", "refresh", "includeAll"} {
		if err := decode(strings.Replace(text, `"`+field+`"`, `"wrong"`, 1)); !strings.Contains(err, "wrong") {
			t.Errorf("an unknown field in the place of %s is not reported: %q", field, err)
		}
	}
	ids := map[int]bool{}
	for _, p := range panels(t) {
		if ids[p.ID] || p.Title == "" || p.Type != "row" && (p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("panel %d %q has the ID of another, or no title, description or query", p.ID, p.Title)
		}
		ids[p.ID] = true
	}
	if len(ids) < 15 {
		t.Errorf("%d panels", len(ids))
	}
	checkMetrics(t, dashboardFile)
}

// TestDashboardQueries lets Prometheus' own tool parse the queries, as rules with the
// same expressions.
func TestDashboardQueries(t *testing.T) {
	promtool := tool(t, "promtool")
	type rule struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	type group struct {
		Name  string `json:"name"`
		Rules []rule `json:"rules"`
	}
	g := group{Name: "dashboard"}
	variables := strings.NewReplacer("$__rate_interval", "5m", "$__range", "6h", "$job", "mabsbot", "$adapter", ".*")
	for _, p := range panels(t) {
		for _, query := range p.Targets {
			g.Rules = append(g.Rules, rule{fmt.Sprintf("panel:%d", len(g.Rules)), variables.Replace(query.Expr)})
		}
	}
	text, err := yaml.Marshal(map[string][]group{"groups": {g}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, text)
	}
}

// TestProvisioning checks that Grafana finds Prometheus and the dashboard where
// compose.yaml puts them.
func TestProvisioning(t *testing.T) {
	var sources struct {
		APIVersion  int `json:"apiVersion"`
		Datasources []struct {
			Name, UID, Type, Access, URL string
			IsDefault                    bool
		} `json:"datasources"`
	}
	if err := yaml.UnmarshalStrict([]byte(read(t, "grafana/provisioning/datasources/prometheus.yml")), &sources); err != nil {
		t.Fatal(err)
	}
	if s := sources.Datasources; len(s) != 1 || s[0].URL != "http://prometheus:9090" || !s[0].IsDefault {
		t.Errorf("%+v", s)
	}
	var providers struct {
		APIVersion int `json:"apiVersion"`
		Providers  []struct {
			Name, Type     string
			AllowUIUpdates bool
			Options        struct{ Path string }
		} `json:"providers"`
	}
	if err := yaml.UnmarshalStrict([]byte(read(t, "grafana/provisioning/dashboards/mabsbot.yml")), &providers); err != nil {
		t.Fatal(err)
	}
	paths := []string{providers.Providers[0].Options.Path + "/mabsbot.json", "/etc/mabsbot/dashboards:ro"}
	for _, want := range paths {
		if !slices.ContainsFunc(strings.Split(read(t, "compose.yaml"), "\n"), func(line string) bool { return strings.HasSuffix(line, want) }) {
			t.Errorf("compose.yaml does not have %s", want)
		}
	}
}
