package discordfake

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// An eventCase makes the fake send an event.
type eventCase struct {
	event           string
	interactionType float64 // interaction type
	trigger         func(g *stage)
}

// registerCommands registers the commands of most tests.
func (g *stage) registerCommands() {
	g.t.Helper()
	status, o := g.call(bulkOverwriteGlobalCommands, `[
		{"name":"mabs","name_localizations":{"ko":"맙스"},"description":"Looks up","options":[{"type":3,"name":"query","description":"What","autocomplete":true}]},
		{"type":3,"name":"Look up"}]`, g.s.AppID)
	if status != 200 {
		g.t.Fatal(status, o)
	}
}

// withButtons is a message with buttons and a select.
const withButtons = `{"content":"choose","components":[
	{"type":1,"components":[{"type":2,"style":1,"label":"Go on","custom_id":"go"},{"type":2,"style":2,"label":"Stop","custom_id":"stop","disabled":true},
		{"type":2,"style":5,"label":"Read","url":"https://example.com"}]},
	{"type":1,"components":[{"type":3,"custom_id":"pick","placeholder":"Pick","options":[{"label":"tape","value":"t"},{"label":"disk","value":"d"}]}]}]}`

// eventCases returns the cases by the schema of the event.
func eventCases() map[string][]eventCase {
	use := func(kind float64, do func(g *stage)) eventCase { return eventCase{"INTERACTION_CREATE", kind, do} }
	return map[string][]eventCase{
		"Ready": {{"READY", 0, func(*stage) {}}},
		"ThreadCreate": {
			{"THREAD_CREATE", 0, func(g *stage) { g.kim.StartThread(g.kim.Say(g.c.ID, "hi"), "about") }},
			{"THREAD_CREATE", 0, func(g *stage) {
				g.kim.Post(g.s.AddChannel(Channel{Name: "forum", Type: GuildForum}).ID, "why", "because")
			}},
		},
		"ReactionAdd": {
			{"MESSAGE_REACTION_ADD", 0, func(g *stage) { g.must(g.kim.react(g.kim.Say(g.c.ID, "hi"), "👍")) }},
			{"MESSAGE_REACTION_ADD", 0, func(g *stage) { g.must(g.kim.react(g.kim.DM("hi"), "👍")) }},
		},
		"MessageCreate": {
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.Say(g.c.ID, "@mabsbot hello") }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.DM("hello") }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.PostWebhook(g.c.ID, "alerts", "hello") }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.join(g.c.ID) }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.pin(g.kim.Say(g.c.ID, "hi")) }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.Upload(g.c.ID, "hello", File{Name: "a.txt", Content: []byte("a")}) }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.Reply(g.kim.Say(g.c.ID, "hi"), "hello") }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.Say(g.kim.StartThread(g.kim.Say(g.c.ID, "hi"), "about").ID, "hello") }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.StartThread(g.kim.Say(g.c.ID, "hi"), "about") }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.post(withButtons) }},
			{"MESSAGE_CREATE", 0, func(g *stage) {
				g.post(`{"embeds":[{"title":"x","fields":[{"name":"a","value":"b"}],"footer":{"text":"c"}}],"nonce":"n"}`)
			}},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.answerCommand(`{"type":4,"data":{"content":"x","flags":64}}`) }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.answerCommand(`{"type":5}`) }},
			{"MESSAGE_UPDATE", 0, func(g *stage) { g.must(g.kim.Edit(g.kim.Say(g.c.ID, "hi"), "hello")) }},
			{"MESSAGE_UPDATE", 0, func(g *stage) {
				g.must(g.kim.addPreview(g.kim.Say(g.c.ID, "https://a"), object{"type": "link", "url": "https://a"}))
			}},
			{"MESSAGE_UPDATE", 0, func(g *stage) { g.kim.StartThread(g.kim.Say(g.c.ID, "hi"), "about") }},
		},
		"SlashInteraction": {
			use(interactionCommand, func(g *stage) { g.typeCommand() }),
			use(interactionCommand, func(g *stage) {
				g.registerCommands()
				direct := g.kim.DMChannel()
				g.interact(func() (*Interaction, error) { return g.kim.parseCommand(direct, "/mabs", interactionCommand) })
			}),
		},
		"AutocompleteInteraction": {use(interactionAutocomplete, func(g *stage) {
			g.registerCommands()
			g.interact(func() (*Interaction, error) { return g.kim.parseCommand(g.c.ID, "/mabs 0x2", interactionAutocomplete) })
		})},
		"MessageCommandInteraction": {
			use(interactionCommand, func(g *stage) {
				g.registerCommands()
				m := g.kim.Say(g.c.ID, "hi")
				g.interact(func() (*Interaction, error) { return g.kim.sendMessageCommand(m, "Look up") })
			}),
		},
		"ComponentInteraction": {
			use(interactionComponent, func(g *stage) { g.pressButton() }),
			use(interactionComponent, func(g *stage) {
				m := g.post(withButtons)
				g.interact(func() (*Interaction, error) { return g.kim.sendComponent(m, "Pick", []string{"disk"}) })
			}),
		},
		"ModalInteraction": {
			use(interactionModalSubmit, func(g *stage) { g.modal(labels); g.interact(g.kim.submit) }),
			use(interactionModalSubmit, func(g *stage) { g.modal(rows); g.interact(g.kim.submit) }),
		},
	}
}

// TestEventSchemas validates events with schemas made from discord-api-types,
// which the examples in Discord's documentation must match too.
func TestEventSchemas(t *testing.T) {
	for name, each := range eventCases() {
		schema := eventSchema(t, name)
		for _, c := range each {
			t.Run(name, func(t *testing.T) {
				g := newStage(t, Options{})
				l := g.startSession(plainIntents)
				c.trigger(g)
				g.s.mu.Lock()
				defer g.s.mu.Unlock()
				data := g.latestEvent(c)
				if data == nil {
					t.Fatalf("no %s was sent", c.event)
				}
				if err := schema.Validate(data); err != nil {
					t.Errorf("%v", err)
				}
				l.ws.Close()
			})
		}
	}
}

// eventSchema returns the schema of an event. The test is skipped if it is not
// available.
func eventSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	file := findSpec("discord-" + name + ".schema.json")
	if file == "" {
		t.Skip("the schemas of Discord's events are not available")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document object
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for name, each := range document["definitions"].(object) {
		if strings.HasSuffix(name, "Flags") {
			delete(each.(object), "enum") // flags combine to values that the enum does not list
		}
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile(name)
}

// latestEvent returns the data of the newest event of the case. The caller
// holds Server.mu.
func (g *stage) latestEvent(c eventCase) any {
	for _, each := range slices.Backward(g.s.sessions[0].log) {
		var f struct {
			T string
			D any
		}
		if err := json.Unmarshal(each.text, &f); err != nil {
			g.t.Fatal(err)
		}
		if data, _ := f.D.(object); f.T == c.event && (c.interactionType == 0 || data["type"] == c.interactionType) {
			return f.D
		}
	}
	return nil
}

// TestHello checks the schema of hello.
func TestHello(t *testing.T) {
	schema := eventSchema(t, "Hello")
	g := newStage(t, Options{})
	l := g.connect(g.s.gatewayURL() + "?v=10&encoding=json")
	if err := schema.Validate(l.readFrame()); err != nil {
		t.Error(err)
	}
}

// examples maps examples in Discord's documentation to the events that
// correspond to them.
var examples = map[string]struct {
	schema string
	number int // index of the event case
}{
	"msg-031-example-message.json":     {"MessageCreate", 0},
	"cmd-020-example-interaction.json": {"SlashInteraction", 0},
	"cmd-026-example-interaction.json": {"MessageCommandInteraction", 0},
}

// omittedKeys lists keys of the examples that the fake does not send, and why.
var omittedKeys = map[string]string{
	"reactions":         "there are no reactions",
	"member.is_pending": "removed in 2021 in favor of pending",
}

// TestEventsHaveAllKeysOfExamples compares the fake's events with Discord's
// examples.
func TestEventsHaveAllKeysOfExamples(t *testing.T) {
	spec := findSpec("discord-openapi.json")
	if spec == "" {
		t.Skip("Discord's examples are not available")
	}
	for name, e := range examples {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(filepath.Dir(spec), "..", "discord-samples", name))
			if err != nil {
				t.Fatal(err)
			}
			var example any
			if err := json.Unmarshal(text, &example); err != nil {
				t.Fatal(err)
			}
			g := newStage(t, Options{})
			g.startSession(plainIntents)
			c := eventCases()[e.schema][e.number]
			c.trigger(g)
			g.s.mu.Lock()
			defer g.s.mu.Unlock()
			got := keys(g.latestEvent(c))
			for _, key := range slices.Sorted(maps.Keys(keys(example))) {
				if !got[key] && omittedKeys[key] == "" && omittedKeys[strings.Split(key, ".")[0]] == "" {
					t.Errorf("the fake does not send %s", key)
				}
			}
		})
	}
}

// TestExamplesAreAccepted checks that the fake accepts the messages, modals and
// commands in Discord's documentation.
func TestExamplesAreAccepted(t *testing.T) {
	spec := findSpec("discord-openapi.json")
	if spec == "" {
		t.Skip("Discord's examples are not available")
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(spec), "..", "discord-samples", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g := newStage(t, Options{})
		status, o, route := g.sendExample(filepath.Base(file), string(text))
		if status >= 400 {
			t.Errorf("%s: %d %v", filepath.Base(file), status, o)
		}
		taken[route]++
	}
	if taken[CreateMessage] < 10 || taken[createInteractionResponse] < 5 || taken[CreateGlobalCommand] < 4 {
		t.Errorf("%v", taken)
	}
}

// sendExample makes a request with the example as its body. The route is "" for
// examples that are not requests.
func (g *stage) sendExample(name, text string) (status int, answer any, route string) {
	g.t.Helper()
	var o object
	if json.Unmarshal([]byte(text), &o) != nil {
		return 0, nil, ""
	}
	switch {
	case o["flags"] == float64(flagComponentsV2) && o["id"] == nil:
		route = CreateMessage
		status, answer = g.call(route, text, g.c.ID)
	case o["type"] == float64(callbackModal):
		route = createInteractionResponse
		i := g.typeCommand()
		status, answer = g.call(route, text, i.ID, i.token)
	case strings.HasPrefix(name, "cmd-") && o["handler"] == nil && o["name"] != nil && (o["description"] != nil || o["options"] != nil):
		route = CreateGlobalCommand
		status, answer = g.call(route, text, g.s.AppID)
	}
	return status, answer, route
}

// keys returns the paths of all keys. IDs as keys count as one.
func keys(v any) map[string]bool {
	all := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(path, each)
			}
		case object:
			for key, each := range v {
				if strings.Trim(key, "0123456789") == "" {
					key = "id"
				}
				below := strings.TrimPrefix(path+"."+key, ".")
				all[below] = true
				walk(below, each)
			}
		}
	}
	walk("", v)
	return all
}
