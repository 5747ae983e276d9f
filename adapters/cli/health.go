package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mabsbot/config"
)

// healthTimeout is much longer than a working process needs, and less than the
// 30 s that Docker waits.
const healthTimeout = 5 * time.Second

func healthCommand() *cobra.Command {
	var ready, asJSON bool
	c := command("health", "Ask the running program whether it lives, or is ready", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if !c.Ops.Enabled() {
			return errors.New("ops.addr is off, so the program does not answer; set it to an address such as " + config.Default().Ops.Addr)
		}
		path := "/livez"
		if ready {
			path = "/readyz"
		}
		if ready || asJSON {
			path += "?verbose"
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), healthTimeout)
		defer cancel()
		text, passed, err := health(ctx, c.Ops.Addr, path)
		if err != nil {
			return err
		}
		if asJSON {
			err = json.NewEncoder(cmd.OutOrStdout()).Encode(healthReport{passed, healthChecks(text)})
		} else {
			err = say(cmd.OutOrStdout(), "%s", text)
		}
		if err == nil && !passed {
			err = fmt.Errorf("health: %s fails a check", c.Ops.Addr)
		}
		return err
	})
	c.Long = `Ask the program that runs with this configuration whether it lives, at ops.addr,
print its answer, and exit with status 1 if it does not answer. The image uses it
as its HEALTHCHECK, because it contains no other program.

With --ready the program also has to do its work: the database answers, entries
are loaded, and a platform is connected, or another process serves it.`
	c.Flags().BoolVar(&ready, "ready", false, "ask whether it is ready, and list the checks")
	c.Flags().BoolVar(&asJSON, "json", false, "write the checks as JSON")
	return c
}

// A healthReport is the output of "health --json".
type healthReport struct {
	Passed bool          `json:"passed"`
	Checks []healthCheck `json:"checks"`
}

type healthCheck struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Note   string `json:"note,omitempty"` // why it failed, or a state such as standby
}

// healthChecks parses a verbose answer: lines such as "[+]database ok" and
// "[-]adapter/slack failed: connecting".
func healthChecks(text string) []healthCheck {
	checks := []healthCheck{}
	for line := range strings.Lines(text) {
		line, passed := strings.CutPrefix(strings.TrimSpace(line), "[+]")
		line, failed := strings.CutPrefix(line, "[-]")
		if !passed && !failed {
			continue // the last line, with the result
		}
		name, note, _ := strings.Cut(line, " ")
		_, note, _ = strings.Cut(note, ": ")
		checks = append(checks, healthCheck{name, passed, note})
	}
	return checks
}

// health returns the answer of a path at a listening address.
func health(ctx context.Context, addr, path string) (text string, passed bool, err error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", false, err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return "", false, err
	}
	client := &http.Client{Transport: &http.Transport{}} // without the proxy of the environment
	answer, err := client.Do(r)
	if err != nil {
		return "", false, fmt.Errorf("health: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 4096)) // a line for each check
	if err != nil {
		return "", false, fmt.Errorf("health: %w", err)
	}
	if s := answer.StatusCode; s != http.StatusOK && s != http.StatusServiceUnavailable {
		return "", false, fmt.Errorf("health: %s: %s", addr, answer.Status)
	}
	return string(body), answer.StatusCode == http.StatusOK, nil
}
