package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
)

// rules are ChannelOperations.
type rules struct {
	found  bot.Channels
	set    []string // what was changed
	refuse error    // returned by SetChannel
	broken error    // returned by Channels
}

func (r *rules) Channels(context.Context, string) (bot.Channels, error) { return r.found, r.broken }

func (r *rules) SetChannel(_ context.Context, place bot.Place, version int, set bot.Settings, by bot.User) error {
	for i := range r.found.All {
		if v := &r.found.All[i]; v.Place == place && r.refuse == nil {
			v.Settings, v.Policy.Mode = set, set.Mode
		}
	}
	if r.refuse == nil {
		r.set = append(r.set, fmt.Sprintf("%s/%s/%s %d %s %s %s %s by %s", place.Adapter, place.Workspace, place.Channel, version, set.Mode, set.Language, set.About, set.Unanswered, by.ID))
	}
	return r.refuse
}

// someRules are a channel that only the configuration names, one that has rules of its
// own, and one without.
func someRules() rules {
	change := func(by string, byPage bool) *bot.SettingsChange {
		return &bot.SettingsChange{By: bot.User{ID: "U1", Name: by}, ByPage: byPage, At: time.Now().AddDate(0, 0, -2)}
	}
	return rules{found: bot.Channels{
		Modes:      []bot.Choice{{Value: "off", Text: "off: I never speak here"}, {Value: "shadow", Text: "shadow: I record what I would answer, and post nothing"}, {Value: "on", Text: "on: I also answer pasted errors"}},
		Languages:  []bot.Choice{{Value: "auto", Text: "auto: the message and its author decide"}, {Value: "ko", Text: "한국어"}},
		Topics:     []bot.Choice{{Value: "anything", Text: "anything"}, {Value: "backup", Text: "backup: MABS, DPM and MARS"}},
		Recordings: []bot.Choice{{Value: "on", Text: "on: what almost led to a question"}, {Value: "off", Text: "off: those to me"}},
		Workspaces: []bot.WorkspaceView{{Place: bot.Place{Adapter: "slack", Workspace: "T1"}, Escalation: "C7", Set: "C7", By: change("lee", false)}},
		All: []bot.ChannelView{
			{Place: bot.Place{Channel: "C9"}, Policy: bot.ChannelPolicy{Mode: bot.ModeOn}},
			{
				Place: bot.Place{Adapter: "slack", Workspace: "T1", Channel: "C1"}, Version: 7, Questions: 25,
				Policy:   bot.ChannelPolicy{Mode: bot.ModeShadow, Language: "ko", About: bot.AboutBackup, Bots: []string{"B1"}},
				File:     bot.ChannelPolicy{About: bot.AboutBackup},
				Settings: bot.Settings{Mode: bot.ModeShadow, Language: "ko", Bots: []string{"B1"}, Unanswered: bot.RecordOff, Mutes: []bot.Mute{{Error: "319", From: 1796162400, To: 1796184000}}},
				Mutes:    []bot.Mute{{Error: "319", From: 1796162400, To: 1796184000}, {Error: "100050", From: 1796162400, To: 1796184000}},
				ModeBy:   change("kim", false), MutesBy: change("lee", false), LanguageBy: change("ada", true),
			},
			{Place: bot.Place{Adapter: adapterName, Workspace: "w", Channel: SupportChannel}, Policy: bot.ChannelPolicy{Mode: bot.ModeOn}, Questions: 1},
		},
	}}
}

func TestChannelsPage(t *testing.T) {
	fake := &sums{rules: someRules()}
	s := newStage(t, withUsers, withSums(fake))
	page := func(name, query string) string {
		r := request("GET", "/channels?"+query, "")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(name)})
		return s.serveOne(r).Body.String()
	}
	english := page("ada", "as=alex")
	for _, want := range []string{
		"<h2>C9</h2>", "No question yet", "slack · C1", "workspace T1", "25 questions in 30 days",
		"post nothing <small>set by kim by chat, ", "한국어 <small>set by ada here, ", "MARS <small>from the configuration<", "B1 <small>set by an administrator<", "errors <small>default<",
		"off: those to me <small>set by an administrator<", "C7 <small>set by lee by chat, ", "go nowhere <small>default<", `name="unanswered"`,
		"319 from 2026-12-01 22:00 to 2026-12-02 04:00 (UTC) <small>set by lee by chat, ", "100050 from 2026-12-01 22:00 to 2026-12-02 04:00 (UTC) <small>from the configuration<",
		`name="version" value="7"`, `<option value="shadow" selected>`, `<option value="ko" selected>`,
	} {
		if !strings.Contains(english, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(english, `data-change="/channels"`); n != 2 {
		t.Errorf("an administrator gets %d forms, want one for each channel that the bot knows", n)
	}
	if strings.Contains(page("ed", "as=alex"), "data-change") {
		t.Error("an editor gets a form")
	}
	if korean := page("vi", "as=minji"); !strings.Contains(korean, "kim 님이 채팅으로 설정") || strings.Contains(korean, "rules_") {
		t.Errorf("in Korean:\n%s", korean)
	}
	fake.found.All = nil
	if !strings.Contains(page("vi", "as=alex"), "No channel yet") {
		t.Error("an empty page says nothing")
	}
	fake.broken = errors.New("away")
	if got := page("vi", "as=alex"); !strings.Contains(got, "Please try again") {
		t.Errorf("without the database:\n%s", got)
	}
}

// TestSetChannel checks who may change a channel, and what they read if it is refused.
func TestSetChannel(t *testing.T) {
	const change = `{"adapter":"slack","workspace":"T1","channel":"C1","version":"7","mode":"on","language":"","about":"backup"}`
	kim := &bot.SettingsConflict{By: bot.User{Name: "kim"}}
	for _, tt := range []struct {
		name, user, body string
		refuse           error
		forged           bool
		status           int
		says             string
	}{
		{"an administrator", "ada", change, nil, false, 200, ""},
		{"of console.password", "", change, nil, false, 200, ""},
		{"an editor", "ed", change, nil, false, 403, "Your role does not allow this"},
		{"another site", "ada", change, nil, true, 403, "did not come from a page of mabsbot"},
		{"two at once", "ada", change, kim, false, 409, "kim changed this channel"},
		{"an unknown channel", "ada", change, bot.ErrNoChannel, false, 404, "no longer exists"},
		{"no mode", "ada", change, bot.ErrNoSetting, false, 400, "could not be read"},
		{"the database is away", "ada", change, errors.New("away"), false, 503, "try again"},
		{"no form", "ada", "mode=on", nil, false, 400, "could not be read"},
		{"another field", "ada", `{"bots":"B1"}`, nil, false, 400, "could not be read"},
		{"no number", "ada", `{"version":"x"}`, nil, false, 400, "could not be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake := &sums{rules: rules{refuse: tt.refuse}}
			s := newStage(t, withUsers, withSums(fake))
			r := request("POST", "/channels?as=alex", tt.body)
			r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(tt.user)})
			if tt.forged {
				r.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			w := s.serveOne(r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			want := ""
			if tt.status == 200 {
				want = strings.TrimSuffix("slack/T1/C1 7 on  backup  by console/"+tt.user, "/")
			}
			if got := strings.Join(fake.set, "\n"); got != want {
				t.Errorf("changed %q, want %q", got, want)
			}
		})
	}
}

// TestChannelsWithheld checks that without a login other platforms are neither shown nor
// changed.
func TestChannelsWithheld(t *testing.T) {
	fake := &sums{rules: someRules()}
	s := newStage(t, withSums(fake))
	body := s.serveOne(request("GET", "/channels?as=alex", "")).Body.String()
	if strings.Contains(body, "C1") || strings.Contains(body, "C9") || !strings.Contains(body, SupportChannel) {
		t.Errorf("the page shows\n%s", body)
	}
	w := s.serveOne(request("POST", "/channels?as=alex", `{"adapter":"slack","channel":"C1","version":"7","mode":"on"}`))
	if w.Code != 404 || len(fake.set) > 0 {
		t.Errorf("%d %s, changed %q", w.Code, w.Body, fake.set)
	}
}

// TestBrowserChannels switches a channel on with the keyboard.
func TestBrowserChannels(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	fake := &sums{rules: someRules()}
	for i := range fake.found.All {
		fake.found.All[i].Adapter = adapterName
	}
	home := serve(t, newStage(t, withSums(fake)))
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/channels?as=minji"))
	b.sees(".rules", "kim 님이 채팅으로 설정")
	b.do(chromedp.Focus(chromedp.CSS(".rules > li:nth-child(2) summary")), chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelector(".rules details").open || document.querySelectorAll(".rules details")[1].open`)
	b.inside("390 px")
	b.shot("60-channels-narrow")
	b.do(chromedp.Focus(chromedp.CSS(".rules > li:nth-child(2) [name=mode]")), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	b.wait(`!document.querySelector(".rules details[open]")`)
	if got := strings.Join(fake.set, "\n"); got != "console/T1/C1 7 on ko  off by console" {
		t.Errorf("changed %q", got)
	}
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/channels?as=alex"))
	b.click(".rules > li:nth-child(2) summary")
	b.inside("1200 px")
	b.shot("61-channels")
}
