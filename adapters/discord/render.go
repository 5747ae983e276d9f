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

// A reply to Discord's Components V2, in one container. Embeds were the other
// way. With components the buttons stand under the question that they answer and
// the small print under those, where an embed comes before all buttons; commands
// have the full width of the message; and no permission to embed links is
// needed, which servers often take away.
//
// All that may come from a paste is escaped, so that no text of anybody's can
// format, mention or hide; whoever sends a message allows no mentions besides.

// accent is the colour of the container's edge: the blue of Azure.
const accent = 0x0078D4

// A renderer writes one reply: a message, which it calls a page, or several where
// one cannot hold it.
type renderer struct {
	words     chat.Words
	cutNote   string                  // says that a text was cut; room for it is always reserved
	jump      func(bot.Thread) string // the address of a thread, or ""
	post      bot.PostID
	pageLimit int // pages

	pages      [][]discordgo.MessageComponent
	parts      []discordgo.MessageComponent // of this page
	text       strings.Builder              // of the texts since the last row
	left       int                          // of maxDisplay on this page
	reserved   int                          // of maxDisplay on any page, for what is never cut
	components int                          // components of this page, the container and a last text among them
	buttons    int                          // on all pages
	truncated  bool                         // something was cut
}

// render writes a post on at most so many pages, with a note before it where
// there is something to explain. There is always one.
func (d *Discord) render(p bot.Post, note string, pageLimit int) [][]discordgo.MessageComponent {
	words := d.in(p.Reply.Lang)
	r := renderer{words: words, cutNote: words["cut"], jump: d.permalink, post: p.ID, pageLimit: pageLimit}
	if p.Private && pageLimit == 1 {
		r.cutNote = words["cut_private"]
	}
	return r.message(p.Reply, note)
}

// message writes a reply. What is too long for one page goes on on the next;
// what is too long for all is cut. Questions, buttons and small print are not.
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
	b.Text = strings.TrimRight(strings.TrimLeft(removeInvisible(b.Text), "\n"), "\n ") // the first line of code may be indented
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
	case bot.BlockChoices:
		r.choices(b.Buttons)
	default:
		r.paragraph("", b.Text)
	}
}

// paragraph writes text with `code spans` after a mark.
func (r *renderer) paragraph(mark, text string) {
	r.distribute(text, size, len(mark)+1, func(piece string) string { return mark + escape(piece) })
}

// quote shows words of somebody's as they are.
func (r *renderer) quote(text string) {
	const mark = "> "
	marked := func(c rune) int {
		if c == '\n' {
			return 1 + len(mark)
		}
		return size(c)
	}
	r.distribute(text, marked, len(mark)+1, func(piece string) string {
		return mark + strings.ReplaceAll(escape(piece), "\n", "\n"+mark)
	})
}

// copy shows a command, key or path so that it can be taken as it is. A fence in
// it would end ours; it is parted by spaces that are not seen.
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

// highlightLanguage is the name that Discord's highlighter has for a shell. Text without
// one is named as such: else the first line could be taken for a name.
func highlightLanguage(shell string) string {
	if shell == "cmd" {
		return "bat"
	}
	return cmp.Or(shell, "text")
}

// link shows text that leads to an address, where there is one, after a mark.
func (r *renderer) link(mark, text, to string) {
	to = secure(to)
	r.distribute(text, size, len(mark)+len(to)+len("[](<>)")+1, func(piece string) string { return mark + anchor(piece, to) })
}

// anchor is text that leads to an address, if there is one.
func anchor(text, to string) string {
	if to == "" {
		return escape(text)
	}
	return "[" + linkText(text) + "](<" + to + ">)"
}

// secure returns an address if it is one of https that fits, else "".
func secure(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" || u.Host == "" || len(to) > maxURL || strings.ContainsAny(to, "<> \n") {
		return ""
	}
	return to
}

// permalink is the address of a thread. A private answer has none.
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

// choices shows buttons, and more entries than make a row as a list. What has no
// room on a button stands above in full.
func (r *renderer) choices(all []bot.LabeledButton) {
	all = all[:max(0, min(len(all), maxButtons-r.buttons))]
	r.paragraph("", longLabels(all))
	if len(all) == 0 {
		return
	}
	if len(all) > maxRow && !slices.ContainsFunc(all, func(c bot.LabeledButton) bool { return c.Button.Action != bot.ActionStart }) {
		r.row([]discordgo.MessageComponent{r.selectMenu(all)})
		return
	}
	var row []discordgo.MessageComponent
	for _, c := range all {
		if c.Button.Action == bot.ActionSkip { // what a value is asked for can be gone on without
			row = append(row, r.button(valuePrefix, bot.LabeledButton{Label: r.words["value_button"], Button: c.Button, Primary: true}))
		}
		row = append(row, r.button("", c))
	}
	for each := range slices.Chunk(row, maxRow) {
		r.row(each)
	}
}

// row puts a row on the page, under the texts so far.
func (r *renderer) row(in []discordgo.MessageComponent) {
	if r.components+len(in)+2 > maxComponents { // the row itself, and a text before it
		if r.isLastPage() {
			return
		}
		r.endPage()
	}
	r.components += len(in) + 2
	r.flush()
	r.parts = append(r.parts, discordgo.ActionsRow{Components: in})
}

// longLabels lists the labels of a row in which one has no room.
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

func (r *renderer) button(mark string, c bot.LabeledButton) discordgo.MessageComponent {
	r.buttons++
	b := discordgo.Button{Label: label(c.Label, maxLabel), Style: discordgo.SecondaryButton, CustomID: customID(mark, c.Button, r.buttons, r.post)}
	if c.Primary {
		b.Style = discordgo.PrimaryButton
	}
	return b
}

// selectMenu is a select of entries.
func (r *renderer) selectMenu(all []bot.LabeledButton) discordgo.MessageComponent {
	r.buttons++
	s := discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: selectPrefix + customSep + strconv.Itoa(r.buttons),
		Placeholder: label(r.words["choose"], maxPlaceholder),
	}
	for i, c := range all[:min(len(all), maxOptions)] {
		s.Options = append(s.Options, discordgo.SelectMenuOption{Label: label(c.Label, maxOption), Value: customID("", c.Button, i, r.post)})
	}
	return s
}

// label is a text on a button. Discord reads no markup there.
func label(text string, limit int) string {
	return cmp.Or(shorten(strings.TrimSpace(strings.ReplaceAll(removeInvisible(text), "`", "")), limit), "…")
}

// bold makes the first line of a question bold, unless it holds signs that would
// end it.
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

// table writes rows as a list: Discord has no tables, and columns of Hangul do
// not stand under each other.
func table(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		if len(row) > 0 {
			fmt.Fprintf(&b, "• %s\n", strings.Join(row, " — "))
		}
	}
	return strings.TrimSpace(removeInvisible(b.String()))
}

// steps writes a list of steps: tried, present, and to come.
func steps(items []bot.Item) string {
	var b strings.Builder
	for i, item := range items {
		mark := map[bot.ItemState]string{bot.ItemTried: "✓ ", bot.ItemCurrent: "→ "}[item.State]
		fmt.Fprintf(&b, "%s. %s%s\n", cmp.Or(item.Number, strconv.Itoa(i+1)), mark, item.Text)
	}
	return strings.TrimSpace(removeInvisible(b.String()))
}

// threadName is what a thread is named for: the heading of its first answer.
func (d *Discord) threadName(r bot.Reply) string {
	for _, b := range r.Blocks {
		if text := strings.TrimSpace(strings.Join(strings.Fields(removeInvisible(b.Text)), " ")); b.Kind == bot.BlockHeading && text != "" {
			return shorten(strings.ReplaceAll(text, "`", ""), maxThreadName)
		}
	}
	return d.in(r.Lang)["thread"]
}
