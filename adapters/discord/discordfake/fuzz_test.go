package discordfake

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzRequests checks that no body makes the fake panic or respond with an
// error that Discord does not have.
func FuzzRequests(f *testing.F) {
	for i, body := range []string{
		withButtons, `{"embeds":[{"title":"x","fields":[{"name":"a","value":"b"}]}],"allowed_mentions":{"parse":["users"]},"nonce":1}`,
		`{"flags":32768,"components":[{"type":17,"components":[{"type":9,"components":[{"type":10,"content":"a"}],"accessory":{"type":11,"media":{"url":"https://a"}}}]}]}`,
		labels, rows, `{"type":4,"data":{"content":"x","flags":64}}`, `{"type":8,"data":{"choices":[{"name":"x","value":"x"}]}}`,
		`{"name":"mabs","description":"x","options":[{"type":1,"name":"a","description":"x","options":[{"type":3,"name":"b","description":"x","choices":[{"name":"x","value":"x"}]}]}]}`,
		`[{"name":"mabs","description":"x"},null,7]`, `{"name":"x","message":{"content":"x"},"applied_tags":[1]}`, `{"content":"x","message_reference":{"message_id":7},"attachments":[{"id":0}]}`,
		`{"embeds":[null,7,{"fields":7}],"components":[null,{"type":1,"components":[null]},{"type":"1"}]}`, `{"archived":1,"name":null}`, `null`, `[]`, `7`,
	} {
		f.Add(i, body)
	}
	f.Fuzz(func(t *testing.T, which int, body string) {
		s := newServer(Options{}.withDefaults())
		defer s.close()
		c := s.AddChannel(Channel{Name: "support"})
		forum := s.AddChannel(Channel{Name: "forum", Type: GuildForum})
		kim := s.Person(User{Name: "kim"})
		s.mu.Lock()
		m := s.publishMessage(&Message{Channel: c.ID, User: s.BotID, Content: "x"}, allMentions())
		i := s.createInteraction(kim, c.ID, interactionComponent, "x", object{}, m, nil)
		s.mu.Unlock()
		paths := []string{
			"POST /channels/" + c.ID + "/messages", "PATCH /channels/" + c.ID + "/messages/" + m.ID, "POST /channels/" + c.ID + "/messages/" + m.ID + "/threads",
			"POST /channels/" + c.ID + "/threads", "POST /channels/" + forum.ID + "/threads", "PATCH /channels/" + c.ID, "POST /users/@me/channels",
			"POST /applications/" + s.AppID + "/commands", "PUT /applications/" + s.AppID + "/commands", "POST /interactions/" + i.ID + "/" + i.token + "/callback",
			"POST /webhooks/" + s.AppID + "/" + i.token,
		}
		for n := range paths {
			method, path, _ := strings.Cut(paths[(uint(which)+uint(n))%uint(len(paths))], " ")
			r := httptest.NewRequest(method, "/api/v10"+path, strings.NewReader(body))
			r.Header.Set("Authorization", "Bot "+s.Token)
			r.Header.Set("User-Agent", agent)
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			s.routes().ServeHTTP(w, r)
			if w.Code >= 500 || w.Code == 401 {
				t.Errorf("%s %s answers %d", method, path, w.Code)
			}
		}
		for _, each := range s.BotMessages() {
			_ = each.Plain()
		}
	})
}

// FuzzFrames checks that no frame makes the gateway panic.
func FuzzFrames(f *testing.F) {
	for _, text := range []string{
		`{"op":1,"d":null}`, `{"op":2,"d":{"token":"x","intents":1,"shard":[0,1]}}`, `{"op":6,"d":{"token":"x","session_id":"x","seq":-1}}`, `{"op":2,"d":{"shard":[0,0]}}`,
		`{"op":null}`, `{"op":3}`, `[]`, ``, `{"op":1e99}`, `{"op":2,"d":"TOKEN"}`,
	} {
		f.Add(text)
	}
	s, err := start(Options{IdentifyLimit: 1 << 40})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.close)
	f.Fuzz(func(_ *testing.T, text string) {
		c := &conn{s: s, record: &Connection{}, wake: make(chan struct{}, 1)}
		s.handleFrame(c, []byte(strings.ReplaceAll(text, `"x"`, `"`+s.Token+`"`)))
		s.Dispatch("NEWS", nil)
		s.mu.Lock()
		s.sessions = nil
		s.mu.Unlock()
	})
}
