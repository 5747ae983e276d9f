package discord

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Replies in Discord's Components V2, in one container. Unlike embeds,
// components allow buttons directly below the question and small print below
// the buttons; they show commands in the full width of the message, and need no
// permission Embed Links.
// https://docs.discord.com/developers/components/overview
//
// Texts that may come from users are escaped, so that they cannot format,
// mention or hide anything. In addition, messages allow no mentions: see draft.

// accent is the color of the container: Azure's blue.
const accent = 0x0078D4

// A renderer renders one reply as a message, called a page, or as several if
// one is too small.
type renderer struct {
	words     chat.Words
	cutNote   string                  // appended to a cut text; its size is always reserved
	jump      func(bot.Thread) string // returns the URL of a thread, or ""
	post      bot.PostID
	pageLimit int // the most pages

	pages      [][]discordgo.MessageComponent
	parts      []discordgo.MessageComponent // of the current page
	text       strings.Builder              // texts since the last action row
	left       int                          // characters left on the current page
	reserved   int                          // characters of every page reserved for blocks that are never cut
	components int                          // on the current page, including the container and a last text
	buttons    int                          // on all pages
	truncated  bool                         // a text was cut
}

// render returns the pages of a post, at least one and at most pageLimit. note
// precedes the reply as small print.
func (d *Discord) render(p bot.Post, note string, pageLimit int) [][]discordgo.MessageComponent {
	words := d.texts.In(p.Reply.Lang)
	r := renderer{words: words, cutNote: words["cut"], jump: d.permalink, post: p.ID, pageLimit: pageLimit}
	if p.Private && pageLimit == 1 {
		r.cutNote = words["cut_private"]
	}
	return r.message(p.Reply, note)
}

// message renders a reply. A text that is too long for one page continues on
// the next, and what exceeds the last page is cut. Questions, buttons and small
// print are never cut.
func (r *renderer) message(reply bot.Reply, note string) [][]discordgo.MessageComponent {
	r.reserved = sizeOf(r.cutNote) + 1
	reserved := r.reserve(reply.Blocks)
	r.beginPage()
	if note != "" {
		r.paragraph("-# ", shorten(note, maxNote))
	}
	for i, b := range reply.Blocks {
		if reserved[i] {
			r.reserved -= reservedSize(b)
			r.left += reservedSize(b)
		}
		r.block(b)
	}
	r.endPage()
	if len(r.pages) == 0 {
		r.parts = []discordgo.MessageComponent{discordgo.TextDisplay{Content: "…"}}
		r.endPage()
	}
	return r.pages
}

func (r *renderer) block(b bot.Block) {
	b.Text = strings.TrimRight(strings.TrimLeft(removeInvisible(b.Text), "\n"), "\n ") // keep the indentation of the first line of code
	switch b.Kind {
	case bot.BlockHeading:
		r.paragraph("### ", strings.ReplaceAll(b.Text, "\n", " "))
	case bot.BlockQuestion:
		r.distribute(shorten(b.Text, maxQuestion), size, len("****\n"), bold)
	case bot.BlockQuote:
		r.quote(b.Text)
	case bot.BlockWarning:
		r.paragraph("⚠️ ", b.Text)
	case bot.BlockTable:
		r.paragraph("", table(b.Rows))
	case bot.BlockSteps:
		r.paragraph("", steps(b.Items))
	case bot.BlockCopy:
		r.copy(b.Shell, b.Text)
	case bot.BlockLink:
		r.link("", b.Text, b.URL)
	case bot.BlockThread:
		r.link("", b.Text, r.jump(b.Thread))
	case bot.BlockContext:
		r.link("-# ", shorten(strings.ReplaceAll(b.Text, "\n", " "), maxContext), b.URL)
	case bot.BlockProgress:
		r.paragraph("-# ", strings.TrimSpace(b.Dots()+" "+b.Text))
	case bot.BlockFolded:
		r.paragraph("-# ", b.Text+" "+b.Titles())
	case bot.BlockCheck:
		r.paragraph("**"+escape(b.Label)+"** ", b.Text)
	case bot.BlockChoices:
		r.choices(b.Buttons)
	default:
		r.paragraph("", b.Text)
	}
}

// paragraph adds text, which may have code spans, after a prefix.
func (r *renderer) paragraph(prefix, text string) {
	r.distribute(text, size, len(prefix)+1, func(piece string) string { return prefix + escape(piece) })
}

// quote adds a block quote.
func (r *renderer) quote(text string) {
	const prefix = "> "
	prefixed := func(c rune) int {
		if c == '\n' {
			return 1 + len(prefix)
		}
		return size(c)
	}
	r.distribute(text, prefixed, len(prefix)+1, func(piece string) string {
		return prefix + strings.ReplaceAll(escape(piece), "\n", "\n"+prefix)
	})
}

// copy adds a code block. Invisible spaces split a fence in the text, which
// would end the block.
func (r *renderer) copy(shell, text string) {
	const fence = "```"
	if strings.Contains(text, fence) {
		text = strings.ReplaceAll(text, "``", "`\u200b`")
	}
	name := highlightLanguage(shell)
	r.distribute(text, size, 2*len(fence)+len(name)+3, func(piece string) string {
		return fence + name + "\n" + piece + "\n" + fence
	})
}

// highlightLanguage returns the name of a shell in Discord's syntax
// highlighting. Text has one, too, because Discord could mistake its first line
// for a name.
func highlightLanguage(shell string) string {
	if shell == "cmd" {
		return "bat"
	}
	return cmp.Or(shell, "text")
}

// link adds text after a prefix, linked if there is a URL.
func (r *renderer) link(prefix, text, to string) {
	to = secure(to)
	r.distribute(text, size, len(prefix)+len(to)+len("[](<>)")+1, func(piece string) string { return prefix + anchor(piece, to) })
}

// anchor returns a masked link, or the text if there is no URL.
func anchor(text, to string) string {
	if to == "" {
		return escape(text)
	}
	return "[" + linkText(text) + "](<" + to + ">)"
}

// secure returns the URL if it is an https URL within the limits, or "".
func secure(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" || u.Host == "" || len(to) > maxURL || strings.ContainsAny(to, "<> \n") {
		return ""
	}
	return to
}

// permalink returns the URL of a thread, or "" for a private conversation.
func (d *Discord) permalink(t bot.Thread) string {
	if t.Adapter != adapterName || !snowflake.MatchString(t.Channel) || t.Root != "" && !snowflake.MatchString(t.Root) {
		return ""
	}
	const home = "https://discord.com/channels/"
	at, known := d.channels.get(t.Channel)
	switch {
	case !known || at.guild == "" && at.kind != discordapi.ChannelTypeDM:
		return ""
	case at.guild == "":
		return home + "@me/" + t.Channel
	case d.channels.isThread(t.Root):
		return home + at.guild + "/" + t.Root
	}
	return home + at.guild + "/" + t.Channel + "/" + t.Root
}

// choices adds action rows of buttons: first those that are often pressed, then
// the others. Labels that are too long for a button are also listed in full.
func (r *renderer) choices(all []bot.LabeledButton) {
	var often, seldom []bot.LabeledButton
	for _, c := range all {
		if c.More {
			seldom = append(seldom, c)
		} else {
			often = append(often, c)
		}
	}
	r.rows(often, min(len(seldom), maxRow))
	r.rows(seldom, 0)
}

// rows adds action rows of buttons, or select menus if there are more than fit
// into a row, and they start entries or are seldom pressed, or if a message has no
// room for so many and for the given number of others.
func (r *renderer) rows(all []bot.LabeledButton, others int) {
	r.paragraph("", longLabels(all))
	if len(all) == 0 {
		return
	}
	inMenu := !slices.ContainsFunc(all, func(c bot.LabeledButton) bool { return !c.More && c.Button.Action != bot.ActionStart })
	if len(all) > maxRow && inMenu || len(all) > maxButtons-r.buttons-others {
		r.menus(all)
		return
	}
	var row []discordgo.MessageComponent
	for _, c := range all {
		if c.Button.Action == bot.ActionSkip { // a value is optional here: offer the modal, too
			row = append(row, r.button(valuePrefix, bot.LabeledButton{Label: r.words["value_button"], Button: c.Button, Primary: true}))
		}
		row = append(row, r.button("", c))
	}
	for each := range slices.Chunk(row, maxRow) {
		r.row(each)
	}
}

// menus adds select menus. If there are more options than fit, a note says so; a
// user may also type an answer.
func (r *renderer) menus(all []bot.LabeledButton) {
	fit := all[:min(len(all), maxMenus*maxOptions)]
	for each := range slices.Chunk(fit, maxOptions) {
		r.row([]discordgo.MessageComponent{r.selectMenu(each)})
	}
	if len(fit) < len(all) {
		r.noteCut()
	}
}

// row adds an action row below the texts so far.
func (r *renderer) row(in []discordgo.MessageComponent) {
	if r.components+len(in)+2 > maxComponents { // the row, and a text before it
		if r.isLastPage() {
			return
		}
		r.endPage()
	}
	r.components += len(in) + 2
	r.flush()
	r.parts = append(r.parts, discordgo.ActionsRow{Components: in})
}

// longLabels lists the labels of buttons if one of them is too long for a
// button.
func longLabels(all []bot.LabeledButton) string {
	var b strings.Builder
	long := false
	for _, c := range all {
		long = long || sizeOf(c.Label) > maxLabel
		b.WriteString("• " + shorten(removeInvisible(c.Label), 2*maxLabel) + "\n")
	}
	if !long {
		return ""
	}
	return strings.TrimSpace(b.String())
}

func (r *renderer) button(prefix string, c bot.LabeledButton) discordgo.MessageComponent {
	r.buttons++
	b := discordgo.Button{Label: label(c.Label, maxLabel), Style: discordgo.SecondaryButton, CustomID: customID(prefix, c.Button, r.buttons, r.post)}
	if c.Primary {
		b.Style = discordgo.PrimaryButton
	}
	return b
}

// selectMenu returns a select menu of at most maxOptions buttons.
func (r *renderer) selectMenu(all []bot.LabeledButton) discordgo.MessageComponent {
	r.buttons++
	s := discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: selectPrefix + customSep + strconv.Itoa(r.buttons),
		Placeholder: label(r.words["choose"], maxPlaceholder),
	}
	for i, c := range all {
		s.Options = append(s.Options, discordgo.SelectMenuOption{Label: label(c.Label, maxOption), Value: customID("", c.Button, i, r.post)})
	}
	return s
}

// label returns plain text, such as that of a button, where Discord interprets
// no markdown.
func label(text string, limit int) string {
	return cmp.Or(shorten(strings.TrimSpace(strings.ReplaceAll(removeInvisible(text), "`", "")), limit), "…")
}

// bold makes the first line of a question bold unless it contains characters
// that would end the bold text.
func bold(text string) string {
	first, rest, more := strings.Cut(text, "\n")
	if !strings.ContainsAny(first, "*`") && first != "" {
		first = "**" + escape(first) + "**"
	} else {
		first = escape(first)
	}
	if more {
		first += "\n" + escape(rest)
	}
	return first
}

// table renders rows as a list, because Discord has no tables and a monospaced
// font does not align Hangul.
func table(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		if len(row) > 0 {
			fmt.Fprintf(&b, "• %s\n", strings.Join(row, " — "))
		}
	}
	return strings.TrimSpace(removeInvisible(b.String()))
}

// steps renders a list of steps and marks those that were tried and the current
// one.
func steps(items []bot.Item) string {
	var b strings.Builder
	for i, item := range items {
		mark := map[bot.ItemState]string{bot.ItemTried: "✓ ", bot.ItemCurrent: "→ "}[item.State]
		fmt.Fprintf(&b, "%s. %s%s\n", cmp.Or(item.Number, strconv.Itoa(i+1)), mark, item.Text)
	}
	return strings.TrimSpace(removeInvisible(b.String()))
}

// threadName returns the name of a thread: the heading of its first reply.
func (d *Discord) threadName(r bot.Reply) string {
	for _, b := range r.Blocks {
		if text := strings.TrimSpace(strings.Join(strings.Fields(removeInvisible(b.Text)), " ")); b.Kind == bot.BlockHeading && text != "" {
			return shorten(strings.ReplaceAll(text, "`", ""), maxThreadName)
		}
	}
	return d.texts.In(r.Lang)["thread"]
}
