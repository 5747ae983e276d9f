package discordfake

import (
	"fmt"
	"strings"
	"testing"
)

// TestValidateCommands checks which commands can be registered.
func TestValidateCommands(t *testing.T) {
	option := func(fields string) string {
		return `{"name":"mabs","description":"x","options":[` + fields + `]}`
	}
	const query = `{"type":3,"name":"query","description":"x"`
	choices := func(n, long int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"name":"%s","value":"%d"}`, letters(long), i))
		}
		return option(query + `,"choices":[` + strings.Join(list, ",") + `]}`)
	}
	for name, c := range map[string]struct{ body, want string }{
		"a command":                            {`{"name":"mabs","description":"x"}`, "201"},
		"in Korean":                            {`{"name":"맙스","description":"x"}`, "201"},
		"upper case":                           {`{"name":"Mabs","description":"x"}`, "400 50035"},
		"a space":                              {`{"name":"ma bs","description":"x"}`, "400 50035"},
		"a long name":                          {`{"name":"` + letters(33) + `","description":"x"}`, "400 50035"},
		"no name":                              {`{"description":"x"}`, "400 50035"},
		"no description":                       {`{"name":"mabs"}`, "400 50035"},
		"a long description":                   {`{"name":"mabs","description":"` + letters(101) + `"}`, "400 50035"},
		"a message command":                    {`{"name":"Look Up","type":3}`, "201"},
		"a message command with a description": {`{"name":"Look up","type":3,"description":"x"}`, "400 50035"},
		"localized":                            {`{"name":"mabs","description":"x","name_localizations":{"ko":"맙스"},"description_localizations":{"ko":"찾기"}}`, "201"},
		"an unknown locale":                    {`{"name":"mabs","description":"x","name_localizations":{"kr":"맙스"}}`, "400 50035"},
		"an invalid localization":              {`{"name":"mabs","description":"x","name_localizations":{"de":"Mabs"}}`, "400 50035"},
		"an option":                            {option(query + `,"autocomplete":true}`), "201"},
		"an option with an upper-case name":    {option(`{"type":3,"name":"Query","description":"x"}`), "400 50035"},
		"an option without a type":             {option(`{"name":"query","description":"x"}`), "400 50035"},
		"a duplicate option":                   {option(query + `},` + query + `}`), "400 50035"},
		"required after optional":              {option(query + `},{"type":3,"name":"b","description":"x","required":true}`), "400 50035"},
		"25 choices":                           {choices(25, 100), "201"},
		"26 choices":                           {choices(26, 1), "400 50035"},
		"a long choice":                        {choices(1, 101), "400 50035"},
		"choices and autocomplete":             {option(query + `,"autocomplete":true,"choices":[{"name":"x","value":"x"}]}`), "400 50035"},
		"a subcommand":                         {option(`{"type":1,"name":"help","description":"x","options":[` + query + `}]}`), "201"},
		"8,001 characters":                     {option(strings.TrimSuffix(strings.Repeat(`{"type":1,"name":"NAME","description":"x","options":[`+choicesOnly(25)+`]},`, 3), ",")), "400 50035"},
	} {
		g := newStage(t, Options{})
		body := c.body
		for i := range 3 {
			body = strings.Replace(body, "NAME", fmt.Sprint("sub", i), 1)
		}
		if got := statusOf(g.call(CreateGlobalCommand, body, g.s.AppID)); got != c.want {
			t.Errorf("%s: %s %s, want %s", name, got, g.s.Calls(CreateGlobalCommand)[0].Reason, c.want)
		}
		if (len(g.s.Commands()) == 1) != (c.want == "201") {
			t.Errorf("%s: %+v", name, g.s.Commands())
		}
	}
}

// choicesOnly returns an option with n choices whose names and values have 100
// characters.
func choicesOnly(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"name":"%s","value":"%0100d"}`, letters(100), i))
	}
	return `{"type":3,"name":"q","description":"x","choices":[` + strings.Join(list, ",") + `]}`
}

// TestRegister checks that name and type identify a command.
func TestRegister(t *testing.T) {
	g := newStage(t, Options{CommandLimit: 3})
	const mabs, look = `{"name":"mabs","description":"x"}`, `{"name":"look","type":3}`
	create := func(body string) (string, object) {
		status, o := g.call(CreateGlobalCommand, body, g.s.AppID)
		return statusOf(status, o), o.(object)
	}
	got, one := create(mabs)
	if got != "201" || one["version"] == nil {
		t.Errorf("%s %v", got, one)
	}
	if got, two := create(mabs); got != "200" || two["id"] != one["id"] || two["version"] != one["version"] {
		t.Errorf("registered again: %s %v", got, two)
	}
	if got, two := create(`{"name":"mabs","description":"y"}`); got != "200" || two["id"] != one["id"] || two["version"] == one["version"] {
		t.Errorf("registered with changes: %s %v", got, two)
	}
	if _, o := g.call(bulkOverwriteGlobalCommands, `[`+mabs+`,`+look+`]`, g.s.AppID); len(o.([]any)) != 2 || o.([]any)[0].(object)["id"] != one["id"] {
		t.Errorf("%v", o)
	}
	id := g.s.Commands()[1].ID
	for _, c := range []struct{ route, body, want string }{
		{getGlobalCommand, "", "200"}, {editGlobalCommand, `{"name":"Look up"}`, "200"}, {editGlobalCommand, `{"name":""}`, "400 50035"}, {deleteGlobalCommand, "", "204"},
		{getGlobalCommand, "", "404 10063"}, {editGlobalCommand, `{}`, "404 10063"}, {deleteGlobalCommand, "", "404 10063"},
	} {
		if got := statusOf(g.call(c.route, c.body, g.s.AppID, id)); got != c.want {
			t.Errorf("%s: %s, want %s", c.route, got, c.want)
		}
	}
	create(look)
	if got, _ := create(`{"name":"another","description":"x"}`); got != "400 30034" {
		t.Errorf("a command over the daily limit: %s", got)
	}
	if got := statusOf(g.call(getGlobalCommands, "", "1")); got != "404 10002" {
		t.Errorf("for another application: %s", got)
	}
	if got := statusOf(g.call(bulkOverwriteGlobalCommands, `[]`, g.s.AppID)); got != "200" || len(g.s.Commands()) != 0 {
		t.Error(got)
	}
}

// TestCommandLimits checks the number of commands of each type.
func TestCommandLimits(t *testing.T) {
	for kind, most := range map[int]int{commandChatInput: 100, commandMessage: 15} {
		g := newStage(t, Options{})
		for i := range most + 1 {
			body := fmt.Sprintf(`{"name":"c%d","type":%d,"description":"x"}`, i, kind)
			if kind != commandChatInput {
				body = fmt.Sprintf(`{"name":"c%d","type":%d}`, i, kind)
			}
			want := "201"
			if i == most {
				want = "400 30032"
			}
			if got := statusOf(g.call(CreateGlobalCommand, body, g.s.AppID)); got != want {
				t.Errorf("%d: %s", i, got)
			}
		}
	}
}

// TestGuildCommands checks that a guild command exists only in its guild.
func TestGuildCommands(t *testing.T) {
	g := newStage(t, Options{AckTimeout: 1})
	status, o := g.call(createGuildCommand, `{"name":"here","description":"x"}`, g.s.AppID, g.s.Guild)
	if status != 201 || o.(object)["guild_id"] != g.s.Guild {
		t.Errorf("%d %v", status, o)
	}
	if _, all := g.call(getGlobalCommands, "", g.s.AppID); len(all.([]any)) != 0 {
		t.Errorf("%v", all)
	}
	if _, all := g.call(getGuildCommands, "", g.s.AppID, g.s.Guild); len(all.([]any)) != 1 {
		t.Errorf("%v", all)
	}
	elsewhere := g.s.AddChannel(Channel{Guild: g.s.addGuild(guild{name: "elsewhere"}).id, Name: "there"})
	for channel, offered := range map[string]bool{g.c.ID: true, g.kim.DMChannel(): false, elsewhere.ID: false} {
		if err := g.kim.Command(channel, "/here"); (err == errNoResponse) != offered {
			t.Errorf("%s: %v", channel, err)
		}
	}
}

// TestLocalizations checks with_localizations.
func TestLocalizations(t *testing.T) {
	g := newStage(t, Options{})
	g.registerCommands()
	for query, want := range map[string]bool{"": false, "?with_localizations=true": true} {
		_, all := g.call("GET /applications/"+g.s.AppID+"/commands"+query, "")
		if got := all.([]any)[0].(object)["name_localizations"] != nil; got != want {
			t.Errorf("%s: %v", query, all)
		}
	}
}

// TestTypeCommand checks how the client parses a slash command.
func TestTypeCommand(t *testing.T) {
	const definition = `{"name":"mabs","description":"x","name_localizations":{"ko":"맙스"},"options":[
		{"type":3,"name":"query","description":"x","required":true,"max_length":10},{"type":4,"name":"n","description":"x"},
		{"type":5,"name":"deep","description":"x"},{"type":10,"name":"f","description":"x"},{"type":3,"name":"area","description":"x","choices":[{"name":"SQL","value":"sql"}]},
		{"type":6,"name":"who","description":"x"}]}`
	for line, want := range map[string]string{
		"/mabs 0x29834":                          "map[name:query type:3 value:0x29834]",
		"/맙스 replica":                            "map[name:query type:3 value:replica]",
		"/mabs query:a b n:7":                    "map[name:query type:3 value:a b] map[name:n type:4 value:7]",
		"/mabs n:7 query:a":                      "map[name:query type:3 value:a] map[name:n type:4 value:7]",
		"/mabs query:a deep:true f:1.5 area:SQL": "map[name:query type:3 value:a] map[name:deep type:5 value:true] map[name:f type:10 value:1.5] map[name:area type:3 value:sql]",
		"/mabs":                                  "requires query",
		"/mabs 12345678901":                      "is limited to 10 characters",
		"/mabs query:a area:VM":                  "has no choice",
		"/mabs query:a n:x":                      "invalid syntax",
		"/mabs query:a who:kim":                  "cannot type an option of type 6",
		"/nothing":                               "no command",
	} {
		g := newStage(t, Options{})
		g.call(CreateGlobalCommand, definition, g.s.AppID)
		g.s.mu.Lock()
		i, err := g.kim.parseCommand(g.c.ID, line, interactionCommand)
		g.s.mu.Unlock()
		got := fmt.Sprint(err)
		if err == nil {
			got = strings.Trim(fmt.Sprint(i.payload["data"].(object)["options"]), "[]") + "]"
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// TestContexts checks where a command is available.
func TestContexts(t *testing.T) {
	for fields, want := range map[string][2]bool{ // in a guild, in a direct message
		`"type":1`: {true, true}, `"dm_permission":false`: {true, false}, `"contexts":[0]`: {true, false}, `"contexts":[1]`: {false, true}, `"contexts":[0,1,2]`: {true, true},
	} {
		g := newStage(t, Options{AckTimeout: 1})
		g.call(CreateGlobalCommand, `{"name":"mabs","description":"x",`+fields+`}`, g.s.AppID)
		for i, channel := range []string{g.c.ID, g.kim.DMChannel()} {
			if err := g.kim.Command(channel, "/mabs"); (err == errNoResponse) != want[i] {
				t.Errorf("%s: %d %v", fields, i, err)
			}
		}
	}
}
