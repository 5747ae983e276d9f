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

// A eventCase is something that makes the fake send an event, and the event.
type eventCase struct {
	event   string
	kind    float64 // of an interaction
	trigger func(g *stage)
}

// registerCommands registers what most tests use.
func (g *stage) registerCommands() {
	g.t.Helper()
	status, o := g.call(bulkOverwriteGlobalCommands, `[
		{"name":"mabs","name_localizations":{"ko":"맙스"},"description":"Looks up","options":[{"type":3,"name":"query","description":"What","autocomplete":true}]},
		{"type":3,"name":"Look up"}]`, g.s.AppID)
	if status != 200 {
		g.t.Fatal(status, o)
	}
}

// withButtons is a message of the bot's with a button and a select.
const withButtons = `{"content":"choose","components":[
	{"type":1,"components":[{"type":2,"style":1,"label":"Go on","custom_id":"go"},{"type":2,"style":2,"label":"Stop","custom_id":"stop","disabled":true},
		{"type":2,"style":5,"label":"Read","url":"https://example.com"}]},
	{"type":1,"components":[{"type":3,"custom_id":"pick","placeholder":"Pick","options":[{"label":"tape","value":"t"},{"label":"disk","value":"d"}]}]}]}`

// eventCases are by the schema that the event must have.
func eventCases() map[string][]eventCase {
	use := func(kind float64, do func(g *stage)) eventCase { return eventCase{"INTERACTION_CREATE", kind, do} }
	return map[string][]eventCase{
		"Ready": {{"READY", 0, func(*stage) {}}},
		"ThreadCreate": {
			{"THREAD_CREATE", 0, func(g *stage) { g.kim.startThread(g.kim.Say(g.c.ID, "hi"), "about") }},
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
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.Say(g.kim.startThread(g.kim.Say(g.c.ID, "hi"), "about").ID, "hello") }},
			{"MESSAGE_CREATE", 0, func(g *stage) { g.kim.startThread(g.kim.Say(g.c.ID, "hi"), "about") }},
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
			{"MESSAGE_UPDATE", 0, func(g *stage) { g.kim.startThread(g.kim.Say(g.c.ID, "hi"), "about") }},
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

// TestEventsHaveDiscordsShape holds the events against schemas made from
// discord-api-types, and against the examples of Discord's documentation.
func TestEventsHaveDiscordsShape(t *testing.T) {
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

// eventSchema is the schema of an event; the test is skipped where there is none.
func eventSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	file := findSpec("discord-" + name + ".schema.json")
	if file == "" {
		t.Skip("no schemas of Discord's events beside this module")
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
			delete(each.(object), "enum") // the flags, where any set of them may come
		}
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile(name)
}

// latestEvent is the data of the newest event of a kind. The caller holds Server.mu.
func (g *stage) latestEvent(c eventCase) any {
	for _, each := range slices.Backward(g.s.sessions[0].log) {
		var f struct {
			T string
			D any
		}
		if err := json.Unmarshal(each.text, &f); err != nil {
			g.t.Fatal(err)
		}
		if data, _ := f.D.(object); f.T == c.event && (c.kind == 0 || data["type"] == c.kind) {
			return f.D
		}
	}
	return nil
}

// TestHello has the shape of Discord's.
func TestHello(t *testing.T) {
	schema := eventSchema(t, "Hello")
	g := newStage(t, Options{})
	l := g.connect(g.s.gatewayURL() + "?v=10&encoding=json")
	if err := schema.Validate(l.readFrame()); err != nil {
		t.Error(err)
	}
}

// examples are payloads of Discord's documentation, and the events that are like
// them.
var examples = map[string]struct {
	schema string
	number int // of the sending
}{
	"msg-031-example-message.json":     {"MessageCreate", 0},
	"cmd-020-example-interaction.json": {"SlashInteraction", 0},
	"cmd-026-example-interaction.json": {"MessageCommandInteraction", 0},
}

// unsent are keys of the examples that the fake leaves out, and why.
var unsent = map[string]string{
	"reactions":         "nobody has reacted",
	"member.is_pending": "of before 2021; pending took its place",
}

// TestEventsHaveAllKeysOfExamples holds what the fake sends against what Discord
// says that it sends.
func TestEventsHaveAllKeysOfExamples(t *testing.T) {
	spec := findSpec("discord-openapi.json")
	if spec == "" {
		t.Skip("no examples of Discord's beside this module")
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
				if !got[key] && unsent[key] == "" && unsent[strings.Split(key, ".")[0]] == "" {
					t.Errorf("the fake does not send %s", key)
				}
			}
		})
	}
}

// TestExamplesAreTaken: messages, modals and commands of Discord's documentation
// are such as the fake takes.
func TestExamplesAreTaken(t *testing.T) {
	spec := findSpec("discord-openapi.json")
	if spec == "" {
		t.Skip("no examples of Discord's beside this module")
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
		status, o, route := g.take(filepath.Base(file), string(text))
		if status >= 400 {
			t.Errorf("%s: %d %v", filepath.Base(file), status, o)
		}
		taken[route]++
	}
	if taken[CreateMessage] < 10 || taken[createInteractionResponse] < 5 || taken[CreateGlobalCommand] < 4 {
		t.Errorf("%v", taken)
	}
}

// take makes the request whose body the example is; none for another example.
func (g *stage) take(name, text string) (status int, answer any, route string) {
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

// keys are the paths of all keys. Keys that are ids count as one.
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
