package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"mabsbot/config"
)

// healthTimeout is much longer than a working process needs, and less than the
// 30 s that Docker waits.
const healthTimeout = 5 * time.Second

func healthCommand() *cobra.Command {
	c := command("health", "Ask the running program whether it serves", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if !c.Console.Enabled {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "not checked: console.enabled is false, and the console answers /healthz")
			return err
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), healthTimeout)
		defer cancel()
		return health(ctx, cmd.OutOrStdout(), c.Console.Addr)
	})
	c.Long = `Ask the program that serves with this configuration whether it serves, print its
answer, and exit with status 1 if it does not answer. The image uses it as its
HEALTHCHECK, because it contains no other program.`
	return c
}

// health copies the answer of /healthz at a listening address to out.
func health(ctx context.Context, out io.Writer, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{}} // without the proxy of the environment
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("health: %s: %s", addr, answer.Status)
	}
	_, err = io.Copy(out, io.LimitReader(answer.Body, 4096)) // it names a few adapters
	return err
}
