package ops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"mabsbot/bot"
)

// checkTime bounds the check of the database. A probe of Kubernetes waits for a
// second unless it is configured.
const checkTime = 900 * time.Millisecond

// A check is a line of the answer to a probe. Anyone who reaches the address may
// read it, so it does not say why the database does not answer: the log does.
type check struct {
	name   string
	note   string
	failed error
	only   bool // it is shown, and does not count
}

// live answers while the process lives. Nothing outside of the process counts,
// because a restart would not mend it.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	write(w, r, "livez", []check{{name: "ping"}})
}

// ready answers whether the process does its work.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	checks := s.checks(r.Context())
	s.logChange(checks)
	write(w, r, "readyz", checks)
}

var (
	errStarting   = errors.New("the program is starting")
	errStopping   = errors.New("the program is stopping")
	errNoDatabase = errors.New("it does not answer")
	errNoEntries  = errors.New("no entries are loaded")
)

// checks checks the system.
func (s *Server) checks(ctx context.Context) []check {
	system := s.system.Load()
	if system == nil {
		return []check{{name: "startup", failed: errStarting}}
	}
	all := []check{{name: "database", failed: s.checkDatabase(ctx, system)}, checkEntries(system)}
	if c := checkConfiguration(system); c.note != "" {
		all = append(all, c)
	}
	if err := system.Trouble(); err != nil { // the rest goes on, or waits for room
		all = append(all, check{name: "storage", failed: err, only: true})
	}
	services := system.Services()
	platforms := check{name: "platforms"}
	if !bot.Serves(services) {
		platforms.failed = errors.New("none is up")
	}
	all = append(all, platforms)
	for _, service := range services {
		c := check{name: "adapter/" + service.Adapter, note: string(service.State), only: true}
		if service.State != bot.ServiceUp && service.State != bot.ServiceStandby {
			c.failed = errors.New(string(service.State))
		}
		all = append(all, c)
	}
	if system.Stopping() {
		all = append(all, check{name: "shutdown", failed: errStopping})
	}
	return all
}

func (s *Server) checkDatabase(ctx context.Context, system *System) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	err := system.Database(ctx)
	if err == nil {
		return nil
	}
	s.o.Log.Debug("ops: database does not answer", "error", err)
	return errNoDatabase
}

// checkEntries does not fail after a reload that failed: the entries before it stay
// in use, and all processes would fail at once.
func checkEntries(system *System) check {
	c := check{name: "knowledge-base"}
	switch {
	case system.Entries() == 0:
		c.failed = errNoEntries
	case system.ReloadFailed():
		c.note = "the last reload failed, and the previous entries stay in use"
	}
	return c
}

// checkConfiguration has a note if there is something to do. It does not fail: the
// configuration before it stays in use.
func checkConfiguration(system *System) check {
	c := check{name: "configuration"}
	switch now := system.Configuration(); {
	case now.Problem != "":
		c.note = "the last reload failed, and the previous configuration stays in use"
	case len(now.Restart) > 0:
		c.note = "changes need a restart: " + strings.Join(now.Restart, " ")
	}
	return c
}

// isReady reports whether all checks that count are passed.
func isReady(checks []check) bool {
	for _, c := range checks {
		if c.failed != nil && !c.only {
			return false
		}
	}
	return true
}

// logChange logs when the process becomes ready, or ceases to be.
func (s *Server) logChange(checks []check) {
	switch ready := isReady(checks); {
	case ready == s.healthy.Swap(ready):
	case ready:
		s.o.Log.Info("ops: ready")
	default:
		s.o.Log.Warn("ops: not ready", "checks", strings.Join(failures(checks), "; "))
	}
}

func failures(checks []check) []string {
	var all []string
	for _, c := range checks {
		if c.failed != nil {
			all = append(all, c.name+": "+c.failed.Error())
		}
	}
	return all
}

// write answers a probe as Kubernetes answers its own: with ok, or with all checks
// if one fails or the query has verbose.
// https://kubernetes.io/docs/reference/using-api/health-checks/
func write(w http.ResponseWriter, r *http.Request, name string, checks []check) {
	ready := isReady(checks)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if !ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if ready && !r.URL.Query().Has("verbose") {
		fmt.Fprintln(w, "ok")
		return
	}
	for _, c := range checks {
		switch {
		case c.failed != nil:
			fmt.Fprintf(w, "[-]%s failed: %v\n", c.name, c.failed)
		case c.note != "":
			fmt.Fprintf(w, "[+]%s ok: %s\n", c.name, c.note)
		default:
			fmt.Fprintf(w, "[+]%s ok\n", c.name)
		}
	}
	result := "passed"
	if !ready {
		result = "failed"
	}
	fmt.Fprintf(w, "%s check %s\n", name, result)
}
