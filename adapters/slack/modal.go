package slack

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Modals: the search, and the input of a value that a private answer asks for.

// valueMetadata is the private_metadata of the modal that takes a value. Nothing
// else remembers which question the value answers.
type valueMetadata struct {
	Thread bot.Thread `json:"t"`
	Post   bot.PostID `json:"p"`
	Button string     `json:"b"`
	Direct bool       `json:"d,omitempty"`
}

// openModal opens the modal that a user asked for. The trigger_id expires after
// 3 s.
func (s *Slack) openModal(ctx context.Context, a modalRequest) error {
	s.tryProfile(ctx, a.user)
	words := s.words(ctx, a.team, a.user)
	view := searchModal(words)
	if a.about != nil {
		var err error
		if view, err = valueModal(words, *a.about); err != nil {
			return err
		}
	}
	_, err := s.client.OpenViewContext(ctx, a.trigger, view)
	return err
}

func searchModal(w chat.Words) slack.ModalViewRequest {
	search := slack.NewInputBlock(searchBlock, label(w["search"]), label(w["search_hint"]), searchSelect(w))
	search.Optional = true
	area := slack.NewPlainTextInputBlockElement(label(w["paste_placeholder"]), pasteAction)
	area.Multiline, area.MaxLength = true, maxSection
	paste := slack.NewInputBlock(pasteBlock, label(w["paste"]), nil, area)
	paste.Optional = true
	return modal(w, searchView, w["search_title"], w["search_submit"], search, paste)
}

// searchSelect returns the select that completes a search while the user types.
func searchSelect(w chat.Words) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, label(w["search_placeholder"]), searchAction)
	e.MinQueryLength = new(0)
	return e
}

func valueModal(w chat.Words, about bot.Press) (slack.ModalViewRequest, error) {
	private, err := json.Marshal(valueMetadata{about.Thread, about.Post, about.Button.String(), about.Direct})
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	input := slack.NewPlainTextInputBlockElement(nil, valueAction)
	input.MaxLength = maxSection
	view := modal(w, valueView, w["value_title"], w["value_submit"], slack.NewInputBlock(valueBlock, label(w["value"]), label(w["value_hint"]), input))
	view.PrivateMetadata = string(private)
	return view, nil
}

func modal(w chat.Words, callback, title, submit string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback,
		Title: label(shorten(title, maxViewTitle)), Submit: label(shorten(submit, maxViewTitle)), Close: label(shorten(w["close"], maxViewTitle)),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// valueSubmission returns the press that the submission of a value represents.
func valueSubmission(i interaction, team, value string) (parsed, error) {
	var n valueMetadata
	if err := json.Unmarshal([]byte(i.View.Private), &n); err != nil {
		return nil, chat.ErrIncomplete
	}
	b, err := bot.ParseButton(n.Button)
	if err != nil || n.Thread.Adapter != adapterName || n.Thread.Workspace != team || n.Thread.Channel == "" {
		return nil, chat.ErrIncomplete
	}
	return inbound{event: bot.Press{
		Head:   bot.Head{ID: usedID(team, "value", i.View.ID+i.View.Hash), Thread: n.Thread, From: i.user(), Direct: n.Direct},
		Button: b, Post: n.Post, Value: value,
	}}, nil
}

// options is the response to a block_suggestion. Slack keeps the order.
type options struct {
	Options []*slack.OptionBlockObject `json:"options"`
}

// suggestOptions completes what a user types in a search.
func (s *Slack) suggestOptions(ctx context.Context, t optionsRequest) options {
	lang := s.language(ctx, t.team, t.user)
	found := options{Options: []*slack.OptionBlockObject{}}
	for _, one := range s.o.Library.Suggest(t.query, lang, maxSuggested) {
		if len(one.Value) > maxOption {
			continue
		}
		var detail *slack.TextBlockObject
		if one.Detail != "" {
			detail = label(shorten(one.Detail, maxOption))
		}
		found.Options = append(found.Options, slack.NewOptionBlockObject(one.Value, label(shorten(one.Label, maxOption)), detail))
	}
	return found
}

// maxSuggested is how many suggestions are shown: what fits on a screen, and in
// maxAck.
const maxSuggested = 20
