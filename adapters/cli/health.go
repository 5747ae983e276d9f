package cli

import (
	"context"
	"errors"
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
	var ready bool
	c := command("health", "Ask the running program whether it lives, or is ready", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if !c.Ops.Enabled() {
			return errors.New("ops.addr is off, so the program does not answer; set it to an address such as " + config.Default().Ops.Addr)
		}
		path := "/livez"
		if ready {
			path = "/readyz?verbose"
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), healthTimeout)
		defer cancel()
		return health(ctx, cmd.OutOrStdout(), c.Ops.Addr, path)
	})
	c.Long = `Ask the program that runs with this configuration whether it lives, at ops.addr,
print its answer, and exit with status 1 if it does not answer. The image uses it
as its HEALTHCHECK, because it contains no other program.

With --ready the program also has to do its work: the database answers, entries
are loaded, and a platform is connected, or another process serves it.`
	c.Flags().BoolVar(&ready, "ready", false, "ask whether it is ready, and list the checks")
	return c
}

// health copies the answer of a path at a listening address to out.
func health(ctx context.Context, out io.Writer, addr, path string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{}} // without the proxy of the environment
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	defer answer.Body.Close()
	if _, err = io.Copy(out, io.LimitReader(answer.Body, 4096)); err != nil { // a line for each check
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("health: %s: %s", addr, answer.Status)
	}
	return nil
}
