package slackfake

import (
	"context"
	"io"
	"log"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// A goApp is an app that uses slack-go, the most common library for Go.
type goApp struct {
	*stage
	api    *slack.Client
	client *socketmode.Client
}

// newGoApp connects an app in Socket Mode. do handles its events.
func newGoApp(t *testing.T, options Options, do func(r *goApp, e socketmode.Event)) *goApp {
	t.Helper()
	g := newStage(t, options)
	api := slack.New(g.s.BotToken, slack.OptionAppLevelToken(g.s.AppToken), slack.OptionAPIURL(g.s.APIURL()))
	r := &goApp{g, api, socketmode.New(api, socketmode.OptionLog(log.New(io.Discard, "", 0)))}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = r.client.RunContext(ctx) }) // always ctx.Err()
	running.Go(func() {
		for {
			select {
			case e := <-r.client.Events:
				if e.Request != nil {
					do(r, e)
				}
			case <-ctx.Done():
				return
			}
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	g.must(g.s.waitForSocket(t.Context()))
	return r
}

func button(label string) slack.MsgOption {
	return slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "choose", false, false), nil, nil),
		slack.NewActionBlock("", slack.NewButtonBlockElement("go", "v", slack.NewTextBlockObject("plain_text", label, false, false))))
}

// TestSlackGo checks the fake with slack-go: a message, a mention, a command, a
// button and a modal.
func TestSlackGo(t *testing.T) {
	r := newGoApp(t, Options{}, func(r *goApp, e socketmode.Event) {
		r.client.Ack(*e.Request)
		var err error
		switch data := e.Data.(type) {
		case slackevents.EventsAPIEvent:
			err = r.handleEvent(data.InnerEvent.Data)
		case slack.SlashCommand:
			_, _, err = r.api.PostMessage(data.ChannelID, slack.MsgOptionText("you typed "+data.Text, false), slack.MsgOptionResponseURL(data.ResponseURL, slack.ResponseTypeEphemeral))
		case slack.InteractionCallback:
			err = r.handleInteraction(data)
		}
		if err != nil {
			r.t.Error(err)
		}
	})
	said := r.kim.Say(r.c.ID, "hello")
	r.shows("heard hello")
	if replies := r.s.Thread(said); len(replies) != 2 || replies[1].Thread != said.TS {
		t.Errorf("thread: %+v", replies)
	}
	r.kim.Say(r.c.ID, "@mabsbot help")
	r.shows("mentioned")
	r.must(r.kim.Command(r.c.ID, "/mabs 0x29834"))
	r.shows("you typed 0x29834")
	if w := r.kim.Ephemerals(); len(w) != 1 {
		t.Errorf("ephemeral messages: %+v", w)
	}
	r.kim.Say(r.c.ID, "buttons")
	r.shows("[Go on]")
	r.must(r.kim.Press("Go on"))
	r.shows("you pressed go")
	r.must(r.kim.Shortcut("ask"))
	r.until("no modal opens", func() bool { _, ok := r.kim.View(); return ok })
	r.must(r.kim.Fill("Question", "why?"))
	if errs, err := r.kim.Submit(); err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	r.shows("you asked why?")
}

func (r *goApp) handleEvent(event any) error {
	switch e := event.(type) {
	case *slackevents.AppMentionEvent:
		_, _, err := r.api.PostMessage(e.Channel, slack.MsgOptionText("mentioned by <@"+e.User+">", false))
		return err
	case *slackevents.MessageEvent:
		option := slack.MsgOptionText("heard "+e.Text, false)
		if e.Text == "buttons" {
			option = button("Go on")
		}
		if e.BotID != "" || e.SubType != "" {
			return nil
		}
		_, _, err := r.api.PostMessage(e.Channel, option, slack.MsgOptionTS(e.TimeStamp))
		return err
	}
	return nil
}

func (r *goApp) handleInteraction(i slack.InteractionCallback) error {
	switch i.Type {
	case slack.InteractionTypeBlockActions:
		_, _, _, err := r.api.UpdateMessage(i.Channel.ID, i.Message.Timestamp, slack.MsgOptionText("you pressed "+i.ActionCallback.BlockActions[0].ActionID, false))
		return err
	case slack.InteractionTypeShortcut:
		input := slack.NewPlainTextInputBlockElement(nil, "input")
		_, err := r.api.OpenView(i.TriggerID, slack.ModalViewRequest{Type: "modal", Title: text("Ask"), Submit: text("Send"), CallbackID: "ask",
			Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewInputBlock("question", text("Question"), nil, input)}}})
		return err
	case slack.InteractionTypeViewSubmission:
		_, _, err := r.api.PostMessage(i.User.ID, slack.MsgOptionText("you asked "+i.View.State.Values["question"]["input"].Value, false))
		return err
	}
	return nil
}

func text(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", s, false, false)
}
