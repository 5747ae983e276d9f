package discordfake

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestSpec: Discord's own document, where it is there, takes what Discord takes.
func TestSpec(t *testing.T) {
	file := findSpec("discord-openapi.json")
	if file == "" {
		t.Skip("no OpenAPI document of Discord's beside this module")
	}
	document, err := loadSpec(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		route, body string
		ok          bool
	}{
		"a message":         {CreateMessage, `{"content":"x"}`, true},
		"11 embeds":         {CreateMessage, `{"embeds":[` + strings.Repeat(`{"title":"x"},`, 10) + `{"title":"x"}]}`, false},
		"a long nonce":      {CreateMessage, `{"content":"x","nonce":"012345678901234567890123456789"}`, false},
		"a long label":      {CreateMessage, `{"components":[{"type":1,"components":[{"type":2,"style":1,"custom_id":"a","label":"` + letters(90) + `"}]}]}`, false},
		"an answer":         {createInteractionResponse, `{"type":4,"data":{"content":"x"}}`, true},
		"an unknown answer": {createInteractionResponse, `{"type":99}`, false},
		"an edit":           {EditOriginalResponse, `{"content":"x"}`, true},
		"a wrong edit":      {EditOriginalResponse, `{"content":7}`, false},
		"commands":          {bulkOverwriteGlobalCommands, `[{"name":"mabs","description":"x"}]`, true},
		"wrong commands":    {bulkOverwriteGlobalCommands, `[{"description":"x"}]`, false},
		"of another day":    {getCurrentBotApplication, `{}`, true},
	} {
		var body any
		if err := json.Unmarshal([]byte(c.body), &body); err != nil {
			t.Fatal(err)
		}
		if err := document.request(c.route, body); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, r := range endpoints() {
		if document.operations[shape(r.name)] == "" {
			t.Errorf("Discord has no %s", r.name)
		}
	}
}

func BenchmarkLoadSpec(b *testing.B) {
	file := findSpec("discord-openapi.json")
	if file == "" {
		b.Skip("no OpenAPI document of Discord's beside this module")
	}
	for b.Loop() {
		document, err := readSpec(file)
		if err != nil {
			b.Fatal(err)
		}
		if err := document.request(CreateMessage, object{"content": "x"}); err != nil {
			b.Fatal(err)
		}
	}
}
