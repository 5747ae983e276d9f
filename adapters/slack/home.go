package slack

import (
	"context"
	"strconv"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// The Home tab: what the bot does, a search, the user's unfinished walkthroughs,
// and a language select.

// maxUnfinished is how many walkthroughs the Home tab shows: what fits on a
// screen.
const maxUnfinished = 10

// openHome shows the tab that a user has opened.
func (s *Slack) openHome(ctx context.Context, o homeOpened) {
	if o.user == "" {
		return
	}
	if o.channel != "" {
		s.directs.Store(o.user, o.channel)
	}
	if o.tab == "messages" {
		s.show(ctx, "home/"+o.user, "suggested prompts", func() error { return s.suggestPrompts(ctx, o) })
		return
	}
	s.refreshHome(ctx, o.team, o.user)
}

// refreshHome publishes a user's Home tab.
func (s *Slack) refreshHome(ctx context.Context, team, user string) {
	s.show(ctx, "home/"+user, "home", func() error { return s.publishHome(ctx, team, user) })
}

// show runs f, which shows a page or modal, in a lane. An error is only logged:
// nothing depends on it, and the user can open the page again.
func (s *Slack) show(ctx context.Context, lane, view string, f func() error) {
	s.intake.Pages.Do(lane, func() {
		defer s.intake.Guard(view, func() {})
		if err := f(); err != nil && ctx.Err() == nil {
			s.log.Warn("slack: view not shown", "view", view, "error", explain(err))
		}
	})
}

func (s *Slack) publishHome(ctx context.Context, team, user string) error {
	if !s.profiles.fresh(user) {
		if err := s.profiles.fetch(ctx, user); err != nil {
			s.log.Info("slack: profile not read", "error", explain(err))
		}
	}
	key := bot.UserKey{Adapter: adapterName, Workspace: team, ID: user}
	lang := s.language(ctx, team, user)
	open, err := s.o.Library.Unfinished(ctx, key, lang, maxUnfinished)
	if err != nil {
		return err
	}
	_, err = s.client.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: slack.HomeTabViewRequest{
		Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: s.homePage(lang, open)},
	}})
	return err
}

func (s *Slack) homePage(lang string, open []bot.Unfinished) []slack.Block {
	w := s.texts.In(lang)
	blocks := []slack.Block{
		slack.NewHeaderBlock(label(w["home_title"])),
		slack.NewSectionBlock(markdown(w["home_about"]), nil, nil),
		slack.NewSectionBlock(markdown("*"+w["home_search"]+"*"), nil, slack.NewAccessory(searchSelect(w))),
		slack.NewActionBlock("", slack.NewButtonBlockElement(openAction, openAction, label(w["home_open"]))),
		slack.NewDividerBlock(),
		slack.NewSectionBlock(markdown(w["home_unfinished"]), nil, nil),
	}
	if len(open) == 0 {
		blocks = append(blocks, slack.NewContextBlock("", markdown(w["home_none"])))
	}
	for i, one := range open {
		blocks = append(blocks, s.unfinishedSection(w, i, one))
	}
	return append(blocks, slack.NewDividerBlock(), slack.NewSectionBlock(markdown(w["home_language"]), nil, slack.NewAccessory(s.languageSelect(w, lang))))
}

// unfinishedSection returns a walkthrough with a way back to it: a link to its
// thread or, if that is private, a button that continues in a direct message.
func (s *Slack) unfinishedSection(w chat.Words, n int, one bot.Unfinished) slack.Block {
	r := renderer{home: s.me().url}
	text := "*" + escape(shorten(one.Title, maxSection/4)) + "*\n" + escape(shorten(one.Where, maxSection/4))
	button := slack.NewButtonBlockElement(linkAction+":"+strconv.Itoa(n), linkAction, label(w["home_continue"]))
	if button.URL = r.permalink(one.Thread); button.URL == "" || one.Private {
		button = slack.NewButtonBlockElement(buttonAction+":"+strconv.Itoa(n), one.Carry.String(), label(w["home_continue"]))
	}
	section := slack.NewSectionBlock(markdown(text), nil, slack.NewAccessory(button))
	section.BlockID = mark{channel: one.Thread.Channel, root: one.Thread.Root}.blockID(n)
	return section
}

// languageSelect returns the select with which the user chooses a language.
func (s *Slack) languageSelect(w chat.Words, lang string) *slack.SelectBlockElement {
	tags, names := s.o.Library.Languages()
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, label(w["home_choose"]), langAction)
	for i, tag := range tags[:min(len(tags), maxOptions)] {
		o := slack.NewOptionBlockObject(tag, label(shorten(names[i], maxOption)), nil)
		e.Options = append(e.Options, o)
		if tag == lang {
			e.InitialOption = o
		}
	}
	return e
}

// suggestPrompts sets the suggested prompts of the Messages tab in the user's
// language. Apps with agent_view show those of the manifest, too; Slack rejects
// the call for apps without it.
func (s *Slack) suggestPrompts(ctx context.Context, o homeOpened) error {
	w := s.words(ctx, o.team, o.user)
	params := slack.AssistantThreadsSetSuggestedPromptsParameters{Title: w["prompts"], ChannelID: o.channel}
	for _, key := range []string{"prompt_code", "prompt_paste", "prompt_list"} {
		params.AddPrompt(w[key], w[key+"_message"])
	}
	return s.client.SetAssistantThreadsSuggestedPromptsContext(ctx, params)
}
