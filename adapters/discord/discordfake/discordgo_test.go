package discordfake

import (
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
)

// redirect sends requests for Discord to the fake.
type redirect struct{ to *url.URL }

func (r redirect) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.URL.Scheme, request.URL.Host = r.to.Scheme, r.to.Host
	return http.DefaultTransport.RoundTrip(request)
}

// openDiscordgo connects a discordgo session to the fake.
func (g *stage) openDiscordgo(handlers ...any) *discordgo.Session {
	g.t.Helper()
	discordgo.Logger = func(_, _ int, format string, args ...any) { log.New(io.Discard, "", 0).Printf(format, args...) }
	session, err := discordgo.New("Bot " + g.s.Token)
	g.must(err)
	to, err := url.Parse(g.s.url())
	g.must(err)
	session.Client = &http.Client{Transport: redirect{to}}
	session.SyncEvents = true
	session.Identify.Intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages | discordgo.IntentMessageContent
	for _, h := range handlers {
		session.AddHandler(h)
	}
	g.must(session.Open())
	g.t.Cleanup(func() { _ = session.Close() }) // it may be disconnected already
	return session
}

// TestDiscordgo checks the fake with discordgo.
func TestDiscordgo(t *testing.T) {
	g := newStage(t, Options{})
	session := g.openDiscordgo(func(s *discordgo.Session, m *discordgo.MessageCreate) {
		if m.Author.Bot {
			return
		}
		if strings.Contains(m.Content, "thread") {
			th, err := s.MessageThreadStart(m.ChannelID, m.ID, "a thread", 60)
			g.check(err)
			_, err = s.ChannelMessageSend(th.ID, "in the thread")
			g.check(err)
			return
		}
		_, err := s.ChannelMessageSendReply(m.ChannelID, "heard "+m.Content, m.Reference())
		g.check(err)
	}, answerInteraction(g))
	_, err := session.ApplicationCommandBulkOverwrite(g.s.AppID, "", []*discordgo.ApplicationCommand{
		{Name: "mabs", Description: "looks up", Options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionString, Name: "query", Description: "what", Autocomplete: true},
		}},
		{Name: "Look up", Type: discordgo.MessageApplicationCommand},
	})
	g.must(err)
	said := g.kim.Say(g.c.ID, "hello")
	g.shows("heard hello")
	g.kim.DM("hello in private")
	g.shows("heard hello in private")
	m := g.kim.Say(g.c.ID, "a thread please")
	g.shows("in the thread")
	if th := g.s.threadsOf(g.c.ID); len(th) != 1 || th[0].ID != m.ID || th[0].Name != "a thread" {
		t.Errorf("threads %+v", th)
	}
	choices, err := g.kim.Suggest(g.c.ID, "/mabs 0x2")
	if err != nil || len(choices) != 1 || choices[0].Name != "like 0x2" {
		t.Error(choices, err)
	}
	g.must(g.kim.Command(g.c.ID, "/mabs 0x29834"))
	g.shows("typed 0x29834")
	g.must(g.kim.CommandOn(said, "Look up"))
	g.shows("looked at hello")
	g.must(g.kim.Press("Go on"))
	g.shows("pressed")
	for _, c := range g.s.Refused() {
		t.Errorf("%+v", c)
	}
}

// check is must for handlers, which run in another goroutine and cannot end the
// test.
func (g *stage) check(err error) {
	if err != nil {
		g.t.Error(err)
	}
}

// answerInteraction returns a handler for commands, autocomplete and buttons.
func answerInteraction(g *stage) any {
	return func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		text := func(content string) *discordgo.InteractionResponse {
			return &discordgo.InteractionResponse{Type: discordgo.InteractionResponseChannelMessageWithSource, Data: &discordgo.InteractionResponseData{
				Content: content, Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
					discordgo.Button{Label: "Go on", Style: discordgo.PrimaryButton, CustomID: "go"},
				}}},
			}}
		}
		var answer *discordgo.InteractionResponse
		switch i.Type {
		case discordgo.InteractionApplicationCommandAutocomplete:
			value := i.ApplicationCommandData().Options[0].StringValue()
			answer = &discordgo.InteractionResponse{Type: discordgo.InteractionApplicationCommandAutocompleteResult, Data: &discordgo.InteractionResponseData{
				Choices: []*discordgo.ApplicationCommandOptionChoice{{Name: "like " + value, Value: value}},
			}}
		case discordgo.InteractionApplicationCommand:
			data := i.ApplicationCommandData()
			if data.TargetID != "" {
				answer = text("looked at " + data.Resolved.Messages[data.TargetID].Content)
			} else {
				answer = text("typed " + data.Options[0].StringValue())
			}
		case discordgo.InteractionMessageComponent:
			answer = text("pressed")
			answer.Type = discordgo.InteractionResponseUpdateMessage
		}
		g.check(s.InteractionRespond(i.Interaction, answer))
	}
}
