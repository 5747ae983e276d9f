package slack

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
)

// anything matches every text: Go knows no look-ahead, and the pattern that has
// one is for addresses that the manifest does not use.
type anything string

func (a anything) MatchString(string) bool { return true }
func (a anything) String() string          { return string(a) }

// TestManifest checks the manifest of each mode against Slack's schema.
func TestManifest(t *testing.T) {
	data, err := os.ReadFile("testdata/manifest.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { return anything(s), nil })
	if err := c.AddResource("manifest.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{Socket, HTTP} {
		var b bytes.Buffer
		if err := WriteManifest(&b, mode); err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := yaml.Unmarshal(b.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(m); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		if urls := strings.Count(b.String(), exampleHost+EventsPath); (urls == 4) != (mode == HTTP) || urls > 0 == (mode == Socket) {
			t.Errorf("%s: %d request URLs", mode, urls)
		}
		m["features"].(map[string]any)["slash_commands"].([]any)[0].(map[string]any)["command"] = strings.Repeat("/x", 40)
		m["display_information"].(map[string]any)["name"] = strings.Repeat("n", 36)
		if compiled.Validate(m) == nil {
			t.Error("the schema takes anything")
		}
	}
}

// TestManifestScopes runs the bot on a Slack that enforces scopes and event
// subscriptions, with those of the manifest.
func TestManifestScopes(t *testing.T) {
	s := newStage(t, slackfake.Options{Scopes: scopeNames(), Events: events()})
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is")
	s.presses(s.alex, "Continue in DM")
	s.sees(s.alex, "I sent it to you")
	s.kim.DM(chattest.PolicyKo)
	s.sees(s.kim, "어떤 보존 기간을")
	s.alex.Upload(s.channel.ID, "", "", slackfake.File{Name: "a.log", Content: []byte("Replica is inconsistent (ID: 3106)")})
	s.sees(s.alex, "3106")
	s.kim.OpenHome()
	s.until("the home page", func() bool { _, ok := s.kim.Home(); return ok })
	s.kim.OpenMessages()
	s.quiet()
	for _, call := range s.Calls("") {
		if call.Error == "missing_scope" {
			t.Errorf("%s lacks a scope", call.Method)
		}
	}
	if !slices.Contains(scopeNames(), "commands") || len(events()) < 8 {
		t.Errorf("%v, %v", scopeNames(), events())
	}
}
