package deploytest

import (
	"os/exec"
	"testing"
)

// TestPrometheus lets Prometheus' own tool check the configuration and the alerts,
// and play time series to the alerts.
func TestPrometheus(t *testing.T) {
	promtool := tool(t, "promtool")
	for _, args := range [][]string{
		{"check", "config", "../prometheus/prometheus.yml"},
		{"test", "rules", "testdata/alerts_test.yml"},
	} {
		if out, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

func TestAlertMetrics(t *testing.T) { checkMetrics(t, "prometheus/alerts.yml") }
