package discordfake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// letters returns n letters.
func letters(n int) string { return strings.Repeat("가", n) }

// TestValidateMessages checks the errors of invalid messages.
func TestValidateMessages(t *testing.T) {
	embed := func(n int) string { return fmt.Sprintf(`{"description":%q}`, letters(n)) }
	row := func(components string) string {
		return `{"content":"x","components":[{"type":1,"components":[` + components + `]}]}`
	}
	button := func(fields string) string { return row(`{"type":2,"style":1,` + fields + `}`) }
	for name, c := range map[string]struct {
		body string
		want string // status, error code and part of the message
	}{
		"a message":                             {`{"content":"hello"}`, "200"},
		"nothing":                               {`{"content":"  "}`, "400 50006 Cannot send an empty message"},
		"2,000 characters":                      {fmt.Sprintf(`{"content":%q}`, letters(2000)), "200"},
		"2,001 characters":                      {fmt.Sprintf(`{"content":%q}`, letters(2001)), "400 50035 content: Must be 2000 or fewer in length."},
		"an embed":                              {`{"embeds":[` + embed(4096) + `]}`, "200"},
		"a long embed":                          {`{"embeds":[` + embed(4097) + `]}`, "400 50035 Must be 4096"},
		"embeds with 6,001 characters":          {`{"embeds":[` + embed(3000) + `,` + embed(3001) + `]}`, "400 50035 embeds: Embed size exceeds maximum size of 6000"},
		"11 embeds":                             {`{"embeds":[` + strings.Repeat(embed(1)+",", 10) + embed(1) + `]}`, "400 50035"},
		"a field without a value":               {`{"embeds":[{"fields":[{"name":"x","value":""}]}]}`, "400 50035 embeds.0.fields.0.value: This field is required"},
		"a button":                              {button(`"label":"x","custom_id":"a"`), "200"},
		"a long label":                          {button(`"label":"` + letters(81) + `","custom_id":"a"`), "400 50035 components.0.components.0.label: Must be 80"},
		"a long custom_id":                      {button(`"label":"x","custom_id":"` + letters(101) + `"`), "400 50035 Must be between 1 and 100"},
		"no custom_id":                          {button(`"label":"x"`), "400 50035 components.0.components.0.custom_id: This field is required"},
		"no label":                              {button(`"custom_id":"a"`), "400 50035 A button must have a label"},
		"duplicate custom_id":                   {row(`{"type":2,"style":1,"label":"x","custom_id":"a"},{"type":2,"style":1,"label":"y","custom_id":"a"}`), "400 50035 cannot be duplicated"},
		"a link button with custom_id":          {row(`{"type":2,"style":5,"label":"x","url":"https://a","custom_id":"a"}`), "400 50035 cannot both be specified"},
		"6 rows":                                {`{"content":"x","components":[` + strings.Repeat(`{"type":1,"components":[{"type":2,"style":5,"label":"x","url":"https://a"}]},`, 5) + `{"type":1,"components":[{"type":2,"style":5,"label":"x","url":"https://a"}]}]}`, "400 50035 components: Must be 5"},
		"6 buttons":                             {row(strings.Repeat(`{"type":2,"style":5,"label":"x","url":"https://a"},`, 5) + `{"type":2,"style":5,"label":"x","url":"https://a"}`), "400 50035"},
		"a select next to a button":             {row(`{"type":2,"style":5,"label":"x","url":"https://a"},{"type":3,"custom_id":"a","options":[{"label":"x","value":"y"}]}`), "400 50035 exceeds the maximum width"},
		"a select":                              {row(`{"type":3,"custom_id":"a","options":[{"label":"x","value":"y"}]}`), "200"},
		"duplicate option value":                {row(`{"type":3,"custom_id":"a","options":[{"label":"x","value":"y"},{"label":"z","value":"y"}]}`), "400 50035 already used"},
		"no options":                            {row(`{"type":3,"custom_id":"a","options":[]}`), "400 50035"},
		"a button outside a row":                {`{"content":"x","components":[{"type":2,"style":1,"label":"x","custom_id":"a"}]}`, "400 50035"},
		"components v2":                         {`{"flags":32768,"components":[{"type":17,"components":[{"type":10,"content":"x"}]}]}`, "200"},
		"v2 without the flag":                   {`{"components":[{"type":10,"content":"x"}]}`, "400 50035 components.0.type"},
		"v2 with content":                       {`{"flags":32768,"content":"x","components":[{"type":10,"content":"x"}]}`, "400 50035 content: The 'content' field cannot be used"},
		"v2 with 41 components":                 {`{"flags":32768,"components":[{"type":17,"components":[` + strings.Repeat(`{"type":10,"content":"x"},`, 40) + `{"type":10,"content":"x"}]}]}`, "400 50035"},
		"v2 with 4,001 characters":              {fmt.Sprintf(`{"flags":32768,"components":[{"type":10,"content":%q},{"type":10,"content":"x"}]}`, letters(4000)), "400 50035 4000 characters"},
		"a nonce":                               {`{"content":"x","nonce":"` + letters(25) + `"}`, "200"},
		"a long nonce":                          {`{"content":"x","nonce":"` + letters(26) + `"}`, "400 50035"},
		"parse and users":                       {`{"content":"x","allowed_mentions":{"parse":["users"],"users":["1"]}}`, "400 50035 allowed_mentions: parse:[\"users\"]"},
		"a reply to an unknown message":         {`{"content":"x","message_reference":{"message_id":"1"}}`, "400 50035 message_reference: Unknown message"},
		"a reply with fail_if_not_exists false": {`{"content":"x","message_reference":{"message_id":"1","fail_if_not_exists":false}}`, "200"},
		"broken JSON":                           {`{"content"`, "400 50109 The request body contains invalid JSON."},
		"an object as content":                  {`{"content":{}}`, "400 50035"},
		"embeds that are not objects":           {`{"content":"x","embeds":[7]}`, "400 50035"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, document := range []string{"", findSpec("discord-openapi.json")} {
				s, err := start(Options{Spec: document})
				if err != nil {
					t.Fatal(err)
				}
				defer s.close()
				g := &stage{t: t, s: s, c: s.AddChannel(Channel{Name: "support"})}
				g.call(CreateMessage, c.body, g.c.ID)
				call := s.Calls(CreateMessage)[0]
				got := fmt.Sprint(call.Status)
				if call.Code != 0 {
					got = fmt.Sprint(call.Status, " ", call.Code, " ", call.Reason)
				}
				if document == "" && !containsAll(got, c.want) || !strings.HasPrefix(got, c.want[:3]) {
					t.Errorf("%s\nwant %s", got, c.want)
				}
				if shown := len(s.Messages(g.c.ID)); (shown == 1) != (call.Status == http.StatusOK) {
					t.Errorf("got %d messages", shown)
				}
			}
		})
	}
}

// containsAll reports whether got starts with the status and code of want and
// contains the rest.
func containsAll(got, want string) bool {
	parts := strings.SplitN(want, " ", 3)
	for i, part := range parts {
		if i < 2 && !strings.HasPrefix(got, strings.Join(parts[:i+1], " ")) || !strings.Contains(got, part) {
			return false
		}
	}
	return true
}
