package slack

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"
	"golang.org/x/text/width"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// From bot.Reply to Block Kit. All text is escaped, so that a paste cannot contain
// a mention or a link, and verbatim keeps Slack from finding any.

// A message is a rendered post.
type message struct {
	text   string // for notifications and screen readers; escaped
	blocks []slack.Block
}

// A renderer renders one message.
type renderer struct {
	words chat.Words
	home  string // the URL of the workspace, for links to messages
	mark  mark
	types bool // values are typed in a modal, because a private answer has no thread to reply in

	blocks  []slack.Block
	text    strings.Builder
	left    int // rest of maxMessage
	room    int // rest of maxBlocks, without reserved blocks
	buttons int
}

// render renders a post.
func (s *Slack) render(p bot.Post) message {
	r := renderer{words: s.texts.In(p.Reply.Lang), home: s.me().url, mark: markOf(p), types: p.Private}
	return r.message(p.Reply)
}

// message renders a reply. Buttons and their questions always have room; long text
// is cut before them.
func (r *renderer) message(reply bot.Reply) message {
	r.left, r.room = maxMessage, maxBlocks
	for _, b := range reply.Blocks {
		r.reserve(b)
	}
	for _, b := range reply.Blocks {
		r.block(b)
	}
	return message{text: r.summary(), blocks: r.blocks}
}

// reserve subtracts blocks that are never left out: buttons and questions, headings, links
// and context.
func (r *renderer) reserve(b bot.Block) {
	switch b.Kind {
	case bot.BlockQuestion:
		r.left -= min(sizeOf(b.Text), maxSection)
		r.room--
	case bot.BlockHeading:
		r.left -= min(sizeOf(b.Text), maxHeader)
	case bot.BlockLink, bot.BlockThread:
		r.left -= min(sizeOf(b.Text), maxLink) + len(b.URL)
	case bot.BlockContext:
		r.left -= min(sizeOf(b.Text), maxContext/2) + len(b.URL)
	}
	for _, c := range b.Buttons {
		r.left -= min(sizeOf(c.Label), maxLabel)
	}
	r.room -= (len(b.Buttons) + maxActions - 1) / maxActions
}

func (r *renderer) block(b bot.Block) {
	b.Text = removeInvisible(b.Text)
	switch b.Kind {
	case bot.BlockHeading:
		r.heading(b.Text)
	case bot.BlockQuestion:
		r.keep(section(escape(shorten(bold(b.Text), maxSection))))
		r.say(bold(b.Text))
	case bot.BlockQuote:
		r.quote(b.Text)
	case bot.BlockWarning:
		r.section("⚠️ " + b.Text)
	case bot.BlockTable:
		r.section(table(b.Rows))
	case bot.BlockSteps:
		r.section(steps(b.Items))
	case bot.BlockCopy:
		r.copy(b.Text)
	case bot.BlockLink:
		r.link(b.Text, secure(b.URL))
	case bot.BlockThread:
		r.link(b.Text, r.permalink(b.Thread))
	case bot.BlockContext:
		r.small(b)
	case bot.BlockProgress:
		b.Text = strings.TrimSpace(b.Dots() + " " + b.Text)
		r.say(b.Text)
		r.small(b)
	case bot.BlockFolded:
		r.small(bot.Block{Text: b.Text + " " + b.Titles()})
	case bot.BlockCheck:
		r.section("*" + b.Label + "* " + b.Text)
	case bot.BlockChoices:
		r.choices(b.Buttons)
	default:
		r.section(b.Text)
	}
}

// say adds to the text for notifications.
func (r *renderer) say(text string) {
	if r.text.Len() < 2*maxText {
		r.text.WriteString(text + "\n")
	}
}

// summary returns the text for notifications, which is never empty.
func (r *renderer) summary() string {
	text := bot.ShowTimes(r.text.String(), plainTime)
	return escape(shorten(strings.TrimSpace(cmp.Or(strings.TrimSpace(text), "…")), maxText))
}

// add adds a block if there is room.
func (r *renderer) add(b slack.Block) {
	if r.room > 0 {
		r.room--
		r.keep(b)
	}
}

// keep adds a block for which room was reserved.
func (r *renderer) keep(b slack.Block) { r.blocks = append(r.blocks, b) }

// heading adds a header block, whose text is plain.
func (r *renderer) heading(text string) {
	text = escapePlain(strings.ReplaceAll(text, "\n", " "))
	if strings.TrimSpace(text) == "" {
		return
	}
	r.say(text)
	r.add(slack.NewHeaderBlock(label(shorten(text, maxHeader))))
}

// section adds text with `code spans`, in as many blocks as needed.
func (r *renderer) section(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	r.say(strings.ReplaceAll(text, "`", ""))
	for _, piece := range split(r.fit(text), maxSection) {
		r.add(section(escape(piece)))
	}
}

// section returns a section that Slack shows whole: it would otherwise fold a
// long one behind "See more", and a command has to be readable.
func section(text string) *slack.SectionBlock {
	return slack.NewSectionBlock(markdown(text), nil, nil, slack.SectionBlockOptionExpand(true))
}

// quote adds a user's text as a quote.
func (r *renderer) quote(text string) {
	const mark = "> "
	r.say(text)
	for _, piece := range split(r.fit(text), maxSection/(1+len(mark))) { // the text may consist of line breaks
		r.add(section(mark + strings.ReplaceAll(escape(piece), "\n", "\n"+mark)))
	}
}

// fit cuts a text to the rest of the message, with a note where it is cut.
func (r *renderer) fit(text string) string {
	if need := sizeOf(text); need <= r.left {
		r.left -= need
		return text
	}
	if r.left <= 0 {
		return ""
	}
	note := r.words["cut"]
	room := max(r.left-sizeOf(note), 1)
	r.left = 0
	return shorten(text, room) + note
}

// copy adds a command, key or path as a code block, from which it can be copied.
// Each piece of a long one is in its own fence. A piece that contains a fence is
// rich text, which has none.
func (r *renderer) copy(text string) {
	const fence = "```"
	r.say(text)
	for _, piece := range split(r.fit(text), maxSection-2*len(fence)-2) {
		if strings.Contains(piece, fence) {
			r.add(preformatted(piece))
			continue
		}
		r.add(section(fence + "\n" + escape(piece) + "\n" + fence))
	}
}

func preformatted(text string) slack.Block {
	return slack.NewRichTextBlock("", &slack.RichTextPreformatted{
		Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text, nil)},
	})
}

// maxLink leaves room for the URL of a link in its section.
const maxLink = maxSection / 2

// link adds a link, or only its text if there is no URL.
func (r *renderer) link(text, address string) {
	if address == "" {
		r.section(text)
		return
	}
	r.say(text)
	r.add(slack.NewSectionBlock(markdown(anchor(shorten(text, maxLink), address)), nil, nil))
}

// anchor returns a link in Slack's markup.
func anchor(text, address string) string {
	return "<" + strings.ReplaceAll(escape(address), "|", "%7C") + "|" + escape(text) + ">"
}

// secure returns a URL if it is https and short enough for a section with its
// text, otherwise "".
func secure(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || len(address) > maxSection/4 || strings.ContainsAny(address, "<> \n") {
		return ""
	}
	return address
}

// permalink returns the URL of a thread, which Slack makes of channel and ts, or
// "" for a private answer.
func (r *renderer) permalink(t bot.Thread) string {
	if r.home == "" || t.Adapter != adapterName || t.Channel == "" || strings.HasPrefix(t.Channel, bot.DirectChannel) {
		return ""
	}
	address := strings.TrimSuffix(r.home, "/") + "/archives/" + url.PathEscape(t.Channel)
	switch ts := threadTS(t); {
	case ts != "":
		return address + "/p" + strings.ReplaceAll(ts, ".", "") + "?thread_ts=" + ts + "&cid=" + url.QueryEscape(t.Channel)
	case t.Root == "":
		return address
	}
	return ""
}

// small adds a context block.
func (r *renderer) small(b bot.Block) {
	if strings.TrimSpace(b.Text) == "" {
		return
	}
	shown := shorten(b.Text, maxContext/2)
	text := escape(shown)
	if address := secure(b.URL); address != "" {
		text = anchor(shown, address)
	}
	r.add(slack.NewContextBlock("", markdown(text)))
}

// choices adds buttons, and a menu of those that are seldom pressed. Slack
// truncates a long label on its button, so the labels of a row with a long one are
// also listed above it.
func (r *renderer) choices(all []bot.LabeledButton) {
	buttons, seldom := rank(all)
	if long := longLabels(buttons); long != "" {
		r.section(long)
	}
	var row []slack.BlockElement
	for _, c := range buttons {
		if r.types && c.Button.Action == bot.ActionSkip {
			row = append(row, r.button(typeAction, bot.LabeledButton{Label: r.words["value_button"], Button: c.Button, Primary: true}))
		}
		row = append(row, r.button(buttonAction, c))
	}
	if len(seldom) > 0 {
		row = append(row, r.menu(seldom))
	}
	for len(row) > 0 {
		n := min(len(row), maxActions)
		r.keep(slack.NewActionBlock(r.mark.blockID(len(r.blocks)), row[:n]...))
		row = row[n:]
	}
}

// rank separates the buttons that go into the menu. They stay buttons if the menu
// would have a single option, or one that is too long for it.
func rank(all []bot.LabeledButton) (buttons, menu []bot.LabeledButton) {
	for _, c := range all {
		if c.More {
			menu = append(menu, c)
		} else {
			buttons = append(buttons, c)
		}
	}
	long := func(c bot.LabeledButton) bool { return len(c.Button.String()) > maxOption }
	if len(menu) < 2 || len(menu) > maxOptions || slices.ContainsFunc(menu, long) {
		return all, nil
	}
	return buttons, menu
}

// menu returns an overflow menu, or a select menu if that has too few options.
func (r *renderer) menu(all []bot.LabeledButton) slack.BlockElement {
	r.buttons++
	var options []*slack.OptionBlockObject
	for _, c := range all {
		options = append(options, slack.NewOptionBlockObject(c.Button.String(), label(buttonText(c, maxOption)), nil))
	}
	id := buttonAction + ":" + strconv.Itoa(r.buttons)
	if len(options) <= maxOverflow {
		return slack.NewOverflowBlockElement(id, options...)
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, label(r.words["more"]), id, options...)
}

// longLabels lists the labels of a row if one is too long for its button.
func longLabels(all []bot.LabeledButton) string {
	var b strings.Builder
	long := false
	for _, c := range all {
		long = long || columns(c.Label) > shownLabel
		b.WriteString("• " + c.Label + "\n")
	}
	if !long {
		return ""
	}
	return b.String()
}

// columns returns the width of a text, in which East Asian wide characters take
// two columns.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

func (r *renderer) button(kind string, c bot.LabeledButton) slack.BlockElement {
	r.buttons++
	b := slack.NewButtonBlockElement(kind+":"+strconv.Itoa(r.buttons), c.Button.String(), label(buttonText(c, maxLabel)))
	if c.Primary {
		b.Style = slack.StylePrimary
	}
	return b
}

// buttonText returns the label of a button as plain text.
func buttonText(c bot.LabeledButton, limit int) string {
	return shorten(cmp.Or(strings.TrimSpace(escapePlain(removeInvisible(c.Label))), "…"), limit)
}

// label returns a plain_text object.
func label(text string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: text}
}

// markdown returns an mrkdwn object for a text that is already escaped.
func markdown(text string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: text, Verbatim: true}
}

// bold makes the first line of a question bold, unless the text contains markup.
func bold(text string) string {
	if strings.ContainsAny(text, "*`") {
		return text
	}
	lines := strings.Split(text, "\n")
	lines[0] = "*" + strings.TrimSpace(lines[0]) + "*"
	return strings.Join(lines, "\n")
}

// table renders rows as lines: Slack allows only one table block per message, and
// breaks Hangul in narrow columns.
func table(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		if len(row) == 0 {
			continue
		}
		fmt.Fprintf(&b, "• %s\n", strings.Join(row, " — "))
	}
	return b.String()
}

// steps renders a list of steps, with marks for those tried and for the current
// one.
func steps(items []bot.Item) string {
	var b strings.Builder
	for i, item := range items {
		mark := map[bot.ItemState]string{bot.ItemTried: "✓ ", bot.ItemCurrent: "→ "}[item.State]
		fmt.Fprintf(&b, "%s. %s%s\n", cmp.Or(item.Number, strconv.Itoa(i+1)), mark, item.Text)
	}
	return b.String()
}
