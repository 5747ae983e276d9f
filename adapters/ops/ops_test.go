package ops_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"mabsbot/adapters/ops"
	"mabsbot/bot"
	"mabsbot/bot/observe"
)

// A system is what a server reports on, in the hands of a test.
type system struct {
	services []bot.Service
	database error
	hangs    bool // the database does not answer
	trouble  error
	backlogs []bot.Backlog
	entries  int
	failed   bool // the reload
	config   bot.Configuration
	stopping bool
}

func working() *system {
	return &system{entries: 153, services: []bot.Service{
		{Adapter: "slack", State: bot.ServiceUp, Connection: bot.Connection{Up: true, Reconnects: 2, Redelivered: 5}},
		{Adapter: "console", State: bot.ServiceUp, Simulated: true},
	}}
}

func (s *system) ping(ctx context.Context) error {
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.database
}

func (s *system) watchedBy(o *ops.Server) {
	o.Watch(ops.System{
		Adapters: []string{"slack", "console"}, Services: func() []bot.Service { return s.services }, Database: s.ping, Trouble: func() error { return s.trouble },
		Backlogs: func(ctx context.Context) ([]bot.Backlog, error) { return s.backlogs, s.ping(ctx) },
		Entries:  func() int { return s.entries }, ReloadFailed: func() bool { return s.failed }, Configuration: func() bot.Configuration { return s.config }, Stopping: func() bool { return s.stopping },
	})
}

func newServer() *ops.Server {
	return ops.New(ops.Options{Version: "v1.2.3", Log: slog.New(slog.DiscardHandler)})
}

func get(t *testing.T, o *ops.Server, path string) (status int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	o.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// TestReady checks what /readyz answers in each state of the system, and that
// /livez does not depend on it.
func TestReady(t *testing.T) {
	const all = "[+]database ok\n[+]knowledge-base ok\n[+]platforms ok\n[+]adapter/slack ok: up\n[+]adapter/console ok: up\nreadyz check passed\n"
	for name, tt := range map[string]struct {
		change func(*system)
		status int
		body   string // of ?verbose; without it the body is the same unless the status is 200
	}{
		"all works":        {func(*system) {}, 200, all},
		"database away":    {func(s *system) { s.database = errors.New("dial tcp 10.0.0.5: refused") }, 503, strings.NewReplacer("[+]database ok", "[-]database failed: it does not answer", "passed", "failed").Replace(all)},
		"database hangs":   {func(s *system) { s.hangs = true }, 503, strings.NewReplacer("[+]database ok", "[-]database failed: it does not answer", "passed", "failed").Replace(all)},
		"no entries":       {func(s *system) { s.entries = 0 }, 503, strings.NewReplacer("[+]knowledge-base ok", "[-]knowledge-base failed: no entries are loaded", "passed", "failed").Replace(all)},
		"reload failed":    {func(s *system) { s.failed = true }, 200, strings.Replace(all, "knowledge-base ok", "knowledge-base ok: the last reload failed, and the previous entries stay in use", 1)},
		"config refused":   {func(s *system) { s.config.Problem = "mabsbot.yaml:3: the name of a secret channel" }, 200, strings.Replace(all, "[+]platforms", "[+]configuration ok: the last reload failed, and the previous configuration stays in use\n[+]platforms", 1)},
		"config waits":     {func(s *system) { s.config.Restart = []string{"http.addr", "store.path"} }, 200, strings.Replace(all, "[+]platforms", "[+]configuration ok: changes need a restart: http.addr store.path\n[+]platforms", 1)},
		"Slack connects":   {func(s *system) { s.services[0].State = bot.ServiceConnecting }, 503, strings.NewReplacer("[+]platforms ok", "[-]platforms failed: none is up", "[+]adapter/slack ok: up", "[-]adapter/slack failed: connecting", "passed", "failed").Replace(all)},
		"Slack ended":      {func(s *system) { s.services[0].State = bot.ServiceEnded }, 503, strings.NewReplacer("[+]platforms ok", "[-]platforms failed: none is up", "[+]adapter/slack ok: up", "[-]adapter/slack failed: ended", "passed", "failed").Replace(all)},
		"standby":          {func(s *system) { s.services[0].State = bot.ServiceStandby }, 200, strings.Replace(all, "slack ok: up", "slack ok: standby", 1)},
		"console alone":    {func(s *system) { s.services = s.services[1:] }, 200, strings.Replace(all, "[+]adapter/slack ok: up\n", "", 1)},
		"one of two works": {func(s *system) { s.services[1] = bot.Service{Adapter: "discord", State: bot.ServiceEnded} }, 200, strings.Replace(all, "[+]adapter/console ok: up", "[-]adapter/discord failed: ended", 1)},
		"damaged":          {func(s *system) { s.trouble = errors.New("the database is damaged") }, 200, strings.Replace(all, "[+]platforms", "[-]storage failed: the database is damaged\n[+]platforms", 1)},
		"no adapter runs":  {func(s *system) { s.services = nil }, 503, "[+]database ok\n[+]knowledge-base ok\n[-]platforms failed: none is up\nreadyz check failed\n"},
		"stopping":         {func(s *system) { s.stopping = true }, 503, strings.NewReplacer("readyz check passed", "[-]shutdown failed: the program is stopping\nreadyz check failed").Replace(all)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, o := working(), newServer()
				tt.change(s)
				s.watchedBy(o)
				if status, body := get(t, o, "/readyz?verbose"); status != tt.status || body != tt.body {
					t.Errorf("%d\n%swant %d\n%s", status, body, tt.status, tt.body)
				}
				want := tt.body
				if tt.status == 200 {
					want = "ok\n"
				}
				if status, body := get(t, o, "/readyz"); status != tt.status || body != want {
					t.Errorf("without verbose: %d %q", status, body)
				}
				if status, body := get(t, o, "/livez"); status != 200 || body != "ok\n" {
					t.Errorf("/livez: %d %q", status, body)
				}
			})
		})
	}
}

// TestStarting checks that a process lives before it is ready.
func TestStarting(t *testing.T) {
	o := newServer()
	for path, want := range map[string]string{"/readyz": "[-]startup failed: the program is starting\nreadyz check failed\n", "/livez?verbose": "[+]ping ok\nlivez check passed\n"} {
		if _, body := get(t, o, path); body != want {
			t.Errorf("%s: %q, want %q", path, body, want)
		}
	}
	if status, body := get(t, o, "/metrics"); status != 200 || !strings.Contains(body, "\nmabsbot_ready 0\n") {
		t.Errorf("/metrics: %d %s", status, body)
	}
}

// TestLog checks that a change of readiness is logged once.
func TestLog(t *testing.T) {
	var log strings.Builder
	o := ops.New(ops.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	s := working()
	s.watchedBy(o)
	for _, err := range []error{nil, nil, errors.New("gone"), errors.New("gone"), nil} {
		s.database = err
		get(t, o, "/readyz")
	}
	if got := regexp.MustCompile(`msg=.*`).FindAllString(log.String(), -1); !slices.Equal(got, []string{`msg="ops: ready"`, `msg="ops: not ready" checks="database: it does not answer"`, `msg="ops: ready"`}) {
		t.Errorf("the log is %q", got)
	}
}

// measured returns a server of which every metric has a value.
func measured() (*ops.Server, *system) {
	o, s := newServer(), working()
	s.backlogs = []bot.Backlog{{Adapter: "slack", Waiting: 7, Oldest: 90 * time.Second, DeadLetters: 2}}
	s.watchedBy(o)
	m := o.Meter()
	m.Received("slack")
	m.Handled(observe.Event{Adapter: "slack", Kind: observe.KindMessage, Decision: observe.DecisionNone})
	m.Handled(observe.Event{Adapter: "slack", Kind: observe.KindMessage, Band: 2, Decision: observe.DecisionAnswered, Entry: "vss-failure"})
	m.Handled(observe.Event{Adapter: "slack", Kind: observe.KindPress, Decision: observe.DecisionSolved, Entry: "vss-failure"})
	m.Handled(observe.Event{Adapter: "slack", Kind: observe.KindPress, Decision: observe.DecisionPerson})
	m.Failed("slack")
	m.Posted(observe.Post{Adapter: "slack", Result: observe.Delivered, Waited: 2 * time.Second})
	m.Posted(observe.Post{Adapter: "slack", Result: observe.Failed, Again: true})
	o.Acknowledged("slack")(20 * time.Millisecond)
	return o, s
}

func TestMetrics(t *testing.T) {
	o, s := measured()
	_, body := get(t, o, "/metrics")
	for _, want := range []string{
		`mabsbot_build_info{go_version="go`,
		`mabsbot_messages_total{adapter="slack",band="silent"} 1`,
		`mabsbot_messages_total{adapter="slack",band="sure"} 1`,
		`mabsbot_messages_total{adapter="console",band="sure"} 0`,
		`mabsbot_events_total{adapter="slack",decision="none",kind="message"} 1`,
		`mabsbot_events_total{adapter="slack",decision="solved",kind="press"} 1`,
		`mabsbot_answers_total{entry="vss-failure",outcome="answered"} 1`,
		`mabsbot_answers_total{entry="vss-failure",outcome="solved"} 1`,
		`mabsbot_answers_total{entry="none",outcome="person"} 1`,
		`mabsbot_event_failures_total{adapter="slack"} 1`,
		`mabsbot_posts_total{adapter="slack",again="false",result="delivered"} 1`,
		`mabsbot_posts_total{adapter="slack",again="true",result="failed"} 1`,
		`mabsbot_posts_total{adapter="slack",again="false",result="refused"} 0`,
		`mabsbot_acknowledge_seconds_bucket{adapter="slack",le="0.025"} 1`,
		`mabsbot_acknowledge_seconds_bucket{adapter="slack",le="0.01"} 0`,
		`mabsbot_answer_seconds_sum{adapter="slack"} 2`,
		`mabsbot_answer_seconds_count{adapter="slack"} 1`,
		`mabsbot_last_event_timestamp_seconds{adapter="slack"} 1.`,
		`mabsbot_adapter_state{adapter="slack",state="up"} 1`,
		`mabsbot_adapter_state{adapter="slack",state="standby"} 0`,
		`mabsbot_reconnects_total{adapter="slack"} 2`,
		`mabsbot_redeliveries_total{adapter="slack"} 5`,
		`mabsbot_database_up 1`,
		`mabsbot_backlog_posts{adapter="slack"} 7`,
		`mabsbot_backlog_posts{adapter="console"} 0`,
		`mabsbot_backlog_oldest_seconds{adapter="slack"} 90`,
		`mabsbot_dead_letters{adapter="slack"} 2`,
		`mabsbot_knowledge_base_entries 153`,
		`mabsbot_knowledge_base_reload_failed 0`,
		`mabsbot_configuration_reload_failed 0`,
		`mabsbot_configuration_loaded_timestamp_seconds `,
		`mabsbot_ready 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(body, "\n"+want) {
			t.Errorf("%s is missing", want)
		}
	}
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
	s.database, s.failed, s.config.Problem = errors.New("gone"), true, "a mistake"
	_, body = get(t, o, "/metrics")
	for _, want := range []string{"mabsbot_database_up 0", "mabsbot_knowledge_base_reload_failed 1", "mabsbot_configuration_reload_failed 1", "mabsbot_ready 0"} {
		if !strings.Contains(body, "\n"+want+"\n") {
			t.Errorf("without a database %s is missing", want)
		}
	}
	if strings.Contains(body, "mabsbot_backlog_posts{") {
		t.Error("a backlog without a database")
	}
}

// TestEntriesAreBounded checks that new entries cannot make metrics without bound.
func TestEntriesAreBounded(t *testing.T) {
	o := newServer()
	for i := range 5000 {
		o.Meter().Handled(observe.Event{Adapter: "slack", Decision: observe.DecisionAnswered, Entry: "entry-" + strings.Repeat("x", i)})
	}
	_, body := get(t, o, "/metrics")
	if n := strings.Count(body, "mabsbot_answers_total{"); n != 1001 {
		t.Errorf("%d entries have a metric", n)
	}
	if want := `mabsbot_answers_total{entry="other",outcome="answered"} 4000`; !strings.Contains(body, want) {
		t.Errorf("%s is missing", want)
	}
}

// TestDocumented checks that deploy/README.md lists the metrics of the program with
// their type, labels and help, and no others.
func TestDocumented(t *testing.T) {
	o, _ := measured()
	_, body := get(t, o, "/metrics")
	var registered []string
	help := map[string]string{}
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if name, text, ok := strings.Cut(strings.TrimPrefix(line, "# HELP "), " "); ok && strings.HasPrefix(line, "# HELP mabsbot_") {
			help[name] = text
		}
		if name, kind, ok := strings.Cut(strings.TrimPrefix(line, "# TYPE "), " "); ok && strings.HasPrefix(line, "# TYPE mabsbot_") {
			registered = append(registered, "| `"+name+"` | "+kind+" | "+labelsOf(body, name, kind)+" | "+help[name]+" |")
		}
	}
	readme, err := os.ReadFile("../../deploy/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for line := range strings.Lines(string(readme)) {
		if strings.HasPrefix(line, "| `mabsbot_") {
			listed = append(listed, strings.TrimSpace(line))
		}
	}
	for _, row := range registered {
		if !slices.Contains(listed, row) {
			t.Errorf("deploy/README.md does not list\n%s", row)
		}
	}
	for _, row := range listed {
		if !slices.Contains(registered, row) {
			t.Errorf("no metric is\n%s", row)
		}
	}
}

// labelsOf returns the labels of a metric, sorted, or a dash.
func labelsOf(body, name, kind string) string {
	if kind == "histogram" {
		name += "_count"
	}
	found := regexp.MustCompile(`(?m)^` + name + `(?:\{(.*)\})? `).FindStringSubmatch(body)
	if found == nil {
		return "no value"
	}
	var labels []string
	for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(found[1], -1) {
		labels = append(labels, label[1])
	}
	slices.Sort(labels)
	if len(labels) == 0 {
		return "-"
	}
	return strings.Join(labels, ", ")
}

// TestEveryMetricIsMeasured checks that TestDocumented sees every metric: a vector
// without a value does not appear.
func TestEveryMetricIsMeasured(t *testing.T) {
	o, _ := measured()
	_, body := get(t, o, "/metrics")
	for _, name := range ops.Names(o) {
		if !strings.Contains(body, "# TYPE "+name+" ") {
			t.Errorf("%s has no value", name)
		}
	}
}

// TestServer serves on a real port until Close.
func TestServer(t *testing.T) {
	var log strings.Builder
	o := ops.New(ops.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err := o.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	addr := regexp.MustCompile(`addr=(\S+)`).FindStringSubmatch(log.String())[1]
	r, err := http.Get("http://" + addr + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, err := io.ReadAll(r.Body); err != nil || string(body) != "ok\n" {
		t.Errorf("%q, %v", body, err)
	}
	if err := newServer().Start(addr); err == nil || !strings.HasPrefix(err.Error(), "ops: listen tcp") {
		t.Errorf("a second one: %v", err)
	}
	o.Close()
	if _, err := http.Get("http://" + addr + "/livez"); err == nil {
		t.Error("it answers after Close")
	}
	newServer().Close() // without Start
}
