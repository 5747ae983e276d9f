package discordfake

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestOpenAPI checks that the fake validates requests with Discord's OpenAPI
// document.
func TestOpenAPI(t *testing.T) {
	file := findSpec("discord-openapi.json")
	if file == "" {
		t.Skip("Discord's OpenAPI document is not available")
	}
	document, err := loadSpec(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		route, body string
		ok          bool
	}{
		"a message":                {CreateMessage, `{"content":"x"}`, true},
		"11 embeds":                {CreateMessage, `{"embeds":[` + strings.Repeat(`{"title":"x"},`, 10) + `{"title":"x"}]}`, false},
		"a long nonce":             {CreateMessage, `{"content":"x","nonce":"012345678901234567890123456789"}`, false},
		"a long label":             {CreateMessage, `{"components":[{"type":1,"components":[{"type":2,"style":1,"custom_id":"a","label":"` + letters(90) + `"}]}]}`, false},
		"a response":               {createInteractionResponse, `{"type":4,"data":{"content":"x"}}`, true},
		"an unknown callback type": {createInteractionResponse, `{"type":99}`, false},
		"an edit":                  {EditOriginalResponse, `{"content":"x"}`, true},
		"an invalid edit":          {EditOriginalResponse, `{"content":7}`, false},
		"commands":                 {bulkOverwriteGlobalCommands, `[{"name":"mabs","description":"x"}]`, true},
		"invalid commands":         {bulkOverwriteGlobalCommands, `[{"description":"x"}]`, false},
		"an unknown route":         {getCurrentBotApplication, `{}`, true},
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
			t.Errorf("Discord's document does not have %s", r.name)
		}
	}
}

func BenchmarkLoadSpec(b *testing.B) {
	file := findSpec("discord-openapi.json")
	if file == "" {
		b.Skip("Discord's OpenAPI document is not available")
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
