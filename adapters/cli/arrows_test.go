package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// An arrow allows package from to import package to. Both are relative to the
// module; "" is package main.
type arrow struct{ from, to, reason string }

// arrows lists every allowed import between packages of this module, with its
// reason. A package that imports none has a row with to == "". Test files do
// not count.
var arrows = []arrow{
	{"", "adapters/cli", "runs its command line"},

	{"adapters/cli", "config", "loads what the owner configured"},
	{"adapters/cli", "kb", "loads the knowledge base and serves the kb commands"},
	{"adapters/cli", "bot", "makes the core and runs it"},
	{"adapters/cli", "bot/locale", "loads the languages"},
	{"adapters/cli", "bot/redact", "keeps secrets out of the log"},
	{"adapters/cli", "bot/store", "opens the database"},
	{"adapters/cli", "adapters/chat", "prints what its adapters diagnose"},
	{"adapters/cli", "adapters/traces", "sends traces if they are configured"},
	{"adapters/cli", "adapters/ops", "serves health and metrics"},
	{"adapters/cli", "bot/observe", "connects the adapters with the metrics and the log"},
	{"adapters/cli", "adapters/console", "serves the web console"},
	{"adapters/cli", "adapters/discord", "serves Discord"},
	{"adapters/cli", "adapters/scripted", "serves mabsbot chat --jsonl"},
	{"adapters/cli", "adapters/slack", "serves Slack"},
	{"adapters/cli", "adapters/terminal", "serves mabsbot chat"},

	{"config", "", "is a leaf: every package gets plain values from adapters/cli"},
	{"kb", "kb/match", "lets the matcher find entries: it knows them as documents"},
	{"kb/match", "", "is a leaf: it knows texts, codes and numbers, but no entries"},

	{"bot", "kb", "walks users through entries"},
	{"bot", "bot/locale", "detects intents and renders its own texts in the user's language"},
	{"bot/locale", "", "is a leaf: a language is independent of the entries"},
	{"bot", "kb/match", "reads bands and evidence"},
	{"bot", "bot/redact", "quotes no secrets"},
	{"bot/redact", "", "is a leaf: it knows texts and kinds of secrets"},
	{"bot/store", "bot", "stores the types of the core"},
	{"bot/observe", "bot", "decorates its adapters"},
	{"bot/observe", "kb/match", "reports bands and evidence"},
	{"bot/store/postgrestest", "", "is a leaf: it starts a server and knows no tables"},
	{"bot/bottest", "bot", "runs conformance suites against the interfaces of the core"},
	{"bot/bottest", "kb", "writes entries and evidence into the walkthroughs of its suites"},

	{"adapters/chat", "bot", "orders events by thread, and retries after ErrConflict"},
	{"adapters/chat/chatfake", "", "is a leaf: it stands in for the platform's side"},
	{"adapters/chat/chattest", "bot", "plays scripts on a core"},
	{"adapters/chat/chattest", "bot/locale", "gives that core its languages"},
	{"adapters/chat/chattest", "bot/store", "gives that core a database"},
	{"adapters/chat/chattest", "kb", "gives that core the built-in entries"},
	{"adapters/chat/chattest", "adapters/chat", "checks the promise of its Intake"},
	{"adapters/console", "bot", "implements bot.Adapter"},
	{"adapters/console", "kb", "shows entries and match results"},
	{"adapters/slack", "bot", "implements bot.Adapter"},
	{"adapters/slack", "adapters/chat", "shares transport code with Discord"},
	{"adapters/slack/slackfake", "adapters/chat/chatfake", "shares faults and journals with the fake Discord"},
	{"adapters/discord", "bot", "implements bot.Adapter"},
	{"adapters/discord", "adapters/chat", "shares transport code with Slack"},
	{"adapters/discord", "adapters/discord/discordapi", "talks to Discord"},
	{"adapters/discord/discordapi", "", "is a leaf: a client of Discord that knows nothing of the bot"},
	{"adapters/discord/discordfake", "adapters/chat/chatfake", "shares faults and journals with the fake Slack"},
	{"adapters/ops", "bot", "reports on adapters and backlogs"},
	{"adapters/ops", "bot/observe", "implements its Meter"},
	{"adapters/ops", "kb/match", "names bands"},
	{"adapters/traces", "bot", "decorates its adapters and its store"},
	{"adapters/scripted", "bot", "implements bot.Adapter, and sends the posts itself"},
	{"adapters/terminal", "bot", "implements bot.Adapter"},
	{"adapters/terminal", "adapters/chat", "loads its texts as Slack and Discord do"},
}

// TestArrows checks that packages import each other only as arrows allows, that
// every row is used, and that every package has a row.
func TestArrows(t *testing.T) {
	for _, problem := range checkArrows(arrows, imports(t)) {
		t.Error(problem)
	}
}

// TestCheckArrows checks that TestArrows fails in each way in which it should.
func TestCheckArrows(t *testing.T) {
	imports := map[string][]string{"": {"core"}, "core": nil}
	good := []arrow{{"", "core", "runs it"}, {"core", "", "is a leaf"}}
	tests := []struct {
		name    string
		arrows  []arrow
		imports map[string][]string
		want    string
	}{
		{"valid", good, imports, ""},
		{"an import without a row", good, map[string][]string{"": {"core"}, "core": {"leaf"}, "leaf": nil}, "core imports leaf: no row allows it"},
		{"a package without a row", good[:1], imports, "core has no row"},
		{"a row that no import uses", append(slices.Clone(good), arrow{"core", "leaf", "once did"}), imports, "core → leaf is allowed and unused: remove the row"},
		{"a leaf row of a package that imports", append(slices.Clone(good), arrow{"", "", "is a leaf"}), imports, "main is listed as a leaf and imports core"},
		{"a row twice", append(slices.Clone(good), good[0]), imports, "main → core is listed twice"},
		{"a row without a reason", []arrow{{"", "core", ""}, good[1]}, imports, "main → core has no reason"},
		{"a row of a package that does not exist", append(slices.Clone(good), arrow{"gone", "", "is a leaf"}), imports, "gone is listed and does not exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(checkArrows(tt.arrows, tt.imports), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("problems: %q, want %q", got, tt.want)
			}
		})
	}
}

// checkArrows returns the differences between imports, by package, and the
// rows.
func checkArrows(rows []arrow, imports map[string][]string) []string {
	name := func(pkg string) string { return cmp.Or(pkg, "main") }
	var problems []string
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	listed := map[string]bool{}
	allowed := map[[2]string]bool{}
	for _, a := range rows {
		row := name(a.from) + " → " + a.to
		key := [2]string{a.from, a.to}
		if allowed[key] {
			report("%s is listed twice", row)
		}
		listed[a.from], allowed[key] = true, true
		if a.reason == "" {
			report("%s has no reason", row)
		}
		found, exists := imports[a.from]
		switch {
		case !exists:
			report("%s is listed and does not exist", name(a.from))
		case a.to == "" && len(found) > 0:
			report("%s is listed as a leaf and imports %s", name(a.from), strings.Join(found, ", "))
		case a.to != "" && !slices.Contains(found, a.to):
			report("%s is allowed and unused: remove the row", row)
		}
	}
	for _, from := range slices.Sorted(maps.Keys(imports)) {
		if !listed[from] {
			report("%s has no row", name(from))
		}
		for _, to := range imports[from] {
			if !allowed[[2]string{from, to}] {
				report("%s imports %s: no row allows it", name(from), to)
			}
		}
	}
	return problems
}

// imports returns the imports of each package of this module from this module,
// without test files.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "mabsbot"), "/")
		found[from] = nil
		for _, imported := range p.Imports {
			if to, ours := strings.CutPrefix(imported, "mabsbot/"); ours {
				found[from] = append(found[from], to)
			}
		}
	}
	return found
}
