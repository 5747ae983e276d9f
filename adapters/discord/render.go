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

// A renderer writes one message.
type renderer struct {
	words chat.Words
	jump  func(bot.Thread) string // the address of a thread, or ""
	post  bot.PostID

	parts   []discordgo.MessageComponent
	text    strings.Builder // of the texts since the last row
	left    int             // of maxDisplay
	asks    bool            // room is reserved for a question
	used    int             // components, the container and a last text among them
	buttons int
}

// render writes a post as components, with a note before it where there is
// something to explain.
func (d *Discord) render(p bot.Post, note string) []discordgo.MessageComponent {
	r := renderer{words: d.in(p.Reply.Lang), jump: d.permalink, post: p.ID}
	return r.message(p.Reply, note)
}

// message writes a reply. Buttons and what they ask always have their place;
// what is too long is cut before them.
func (r *renderer) message(reply bot.Reply, note string) []discordgo.MessageComponent {
	r.used = 2
	r.left = maxDisplay - min(sizeOf(note), maxNote) - sizeOf("-# \n")
	for _, b := range reply.Blocks {
		r.reserve(b)
	}
	if note != "" {
		r.write("-# " + escape(shorten(note, maxNote)))
	}
	for _, b := range reply.Blocks {
		r.block(b)
	}
	r.flush()
	if len(r.parts) == 0 {
		r.parts = append(r.parts, discordgo.TextDisplay{Content: "…"})
	}
	return []discordgo.MessageComponent{discordgo.Container{AccentColor: new(accent), Components: r.parts}}
}

// maxNote keeps a note to a few lines.
const maxNote = 300

// maxAsked keeps a question to what is read; it is never cut by what stands
// before it.
const maxAsked = 1000

// reserve keeps room for what is never cut.
func (r *renderer) reserve(b bot.Block) {
	if b.Kind == bot.Ask && !r.asks {
		r.asks = true
		r.left -= min(sizeOf(b.Text), maxAsked) + sizeOf("****\n")
	}
}

func (r *renderer) block(b bot.Block) {
	b.Text = strings.TrimSpace(visible(b.Text))
	switch b.Kind {
	case bot.Heading:
		r.line("### ", strings.ReplaceAll(b.Text, "\n", " "))
	case bot.Ask:
		r.ask(b.Text)
	case bot.Quote:
		r.quote(b.Text)
	case bot.Warning:
		r.line("⚠️ ", b.Text)
	case bot.Table:
		r.line("", table(b.Rows))
	case bot.Steps:
		r.line("", steps(b.Items))
	case bot.Copy:
		r.copy(b.Shell, b.Text)
	case bot.Link:
		r.link("", b.Text, b.URL)
	case bot.Jump:
		r.link("", b.Text, r.jump(b.Thread))
	case bot.Context:
		r.link("-# ", strings.ReplaceAll(b.Text, "\n", " "), b.URL)
	case bot.Choices:
		r.choices(b.Buttons)
	default:
		r.line("", b.Text)
	}
}

// write adds markdown for which there is room.
func (r *renderer) write(markdown string) { r.text.WriteString(markdown + "\n") }

// flush makes the texts since the last row a component.
func (r *renderer) flush() {
	if text := strings.TrimSpace(r.text.String()); text != "" {
		r.parts = append(r.parts, discordgo.TextDisplay{Content: text})
	}
	r.text.Reset()
}

// ask shows a question. Room was reserved for the first.
func (r *renderer) ask(text string) {
	if !r.asks {
		text = r.fit(text, len("****\n"))
	}
	r.asks = false
	if text != "" {
		r.write(bold(shorten(text, maxAsked)))
	}
}

// line shows text with `code spans` after a mark.
func (r *renderer) line(mark, text string) {
	if text = r.fit(text, len(mark)+1); text != "" {
		r.write(mark + escape(text))
	}
}

// quote shows words of somebody's as they are.
func (r *renderer) quote(text string) {
	const mark = "> "
	if text = r.fit(text, len(mark)*(1+strings.Count(text, "\n"))+1); text != "" {
		r.write(mark + strings.ReplaceAll(escape(text), "\n", "\n"+mark))
	}
}

// fit cuts a text to what is left of the message, and says so once. extra is
// what stands around it.
func (r *renderer) fit(text string, extra int) string {
	if text == "" || r.left <= 0 {
		return ""
	}
	if need := sizeOf(text) + extra; need <= r.left {
		r.left -= need
		return text
	}
	note := r.words["cut"]
	room := r.left - sizeOf(note) - extra
	r.left = 0
	if room < 1 {
		return ""
	}
	return shorten(text, room) + note
}

// copy shows a command, key or path so that it can be taken as it is. A fence in
// it would end ours; it is parted by spaces that are not seen.
func (r *renderer) copy(shell, text string) {
	const fence = "```"
	if strings.Contains(text, fence) {
		text = strings.ReplaceAll(text, "``", "`\u200b`")
	}
	if text = r.fit(text, 2*len(fence)+len("powershell")+3); text == "" {
		return
	}
	r.write(fence + language(shell) + "\n" + text + "\n" + fence)
}

// language is the name that Discord's highlighter has for a shell. Text without
// one is named as such: else the first line could be taken for a name.
func language(shell string) string {
	if shell == "cmd" {
		return "bat"
	}
	return cmp.Or(shell, "text")
}

// link shows text that leads to an address, where there is one.
func (r *renderer) link(mark, text, to string) {
	to = secure(to)
	if text = r.fit(text, len(mark)+len(to)+len("[](<>)")+1); text == "" {
		return
	}
	if to == "" {
		r.write(mark + escape(text))
		return
	}
	text = strings.NewReplacer("[", "(", "]", ")", "://", ":/\u2060/").Replace(text) // an address in the text would end the link
	r.write(mark + "[" + escape(text) + "](<" + to + ">)")
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
	at, known := d.places.of(t.Channel)
	switch {
	case !known || at.guild == "" && at.kind != directChannel:
		return ""
	case at.guild == "":
		return home + "@me/" + t.Channel
	case d.places.isThread(t.Root):
		return home + at.guild + "/" + t.Root
	}
	return home + at.guild + "/" + t.Channel + "/" + t.Root
}

// choices shows buttons, and more entries than make a row as a list. What has no
// room on a button stands above in full.
func (r *renderer) choices(all []bot.Choice) {
	all = all[:max(0, min(len(all), maxButtons-r.buttons))]
	r.line("", longLabels(all))
	if len(all) == 0 {
		return
	}
	if len(all) > maxRow && !slices.ContainsFunc(all, func(c bot.Choice) bool { return c.Button.Action != bot.Start }) {
		r.row([]discordgo.MessageComponent{r.list(all)})
		return
	}
	var row []discordgo.MessageComponent
	for _, c := range all {
		if c.Button.Action == bot.Skip { // what a value is asked for can be gone on without
			row = append(row, r.button(typeMark, bot.Choice{Label: r.words["value_button"], Button: c.Button, Main: true}))
		}
		row = append(row, r.button("", c))
	}
	for each := range slices.Chunk(row, maxRow) {
		r.row(each)
	}
}

// row puts a row on the message, under the texts so far, while there is room.
func (r *renderer) row(in []discordgo.MessageComponent) {
	if r.used+len(in)+2 > maxComponents { // the row itself, and a text before it
		return
	}
	r.used += len(in) + 2
	r.flush()
	r.parts = append(r.parts, discordgo.ActionsRow{Components: in})
}

// longLabels lists the labels of a row in which one has no room.
func longLabels(all []bot.Choice) string {
	var b strings.Builder
	long := false
	for _, c := range all {
		long = long || sizeOf(c.Label) > maxLabel
		b.WriteString("• " + shorten(visible(c.Label), 2*maxLabel) + "\n")
	}
	if !long {
		return ""
	}
	return strings.TrimSpace(b.String())
}

func (r *renderer) button(kind string, c bot.Choice) discordgo.MessageComponent {
	r.buttons++
	b := discordgo.Button{Label: label(c.Label, maxLabel), Style: discordgo.SecondaryButton, CustomID: kind + customID(c.Button, r.buttons, r.post)}
	if c.Main {
		b.Style = discordgo.PrimaryButton
	}
	return b
}

// list is a select of entries.
func (r *renderer) list(all []bot.Choice) discordgo.MessageComponent {
	r.buttons++
	s := discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: selectID + customSep + strconv.Itoa(r.buttons),
		Placeholder: label(r.words["choose"], maxPlaceholder),
	}
	for i, c := range all[:min(len(all), maxOptions)] {
		s.Options = append(s.Options, discordgo.SelectMenuOption{Label: label(c.Label, maxOption), Value: customID(c.Button, i, r.post)})
	}
	return s
}

// label is a text on a button. Discord reads no markup there.
func label(text string, most int) string {
	return cmp.Or(shorten(strings.TrimSpace(strings.ReplaceAll(visible(text), "`", "")), most), "…")
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
	return strings.TrimSpace(visible(b.String()))
}

// steps writes a list of steps: tried, present, and to come.
func steps(items []bot.Item) string {
	var b strings.Builder
	for i, item := range items {
		mark := map[bot.ItemState]string{bot.Tried: "✓ ", bot.Current: "→ "}[item.Mark]
		fmt.Fprintf(&b, "%d. %s%s\n", i+1, mark, item.Text)
	}
	return strings.TrimSpace(visible(b.String()))
}

// title is what a thread is named for: the heading of its first answer.
func (d *Discord) title(r bot.Reply) string {
	for _, b := range r.Blocks {
		if text := strings.TrimSpace(strings.Join(strings.Fields(visible(b.Text)), " ")); b.Kind == bot.Heading && text != "" {
			return shorten(strings.ReplaceAll(text, "`", ""), maxThreadName)
		}
	}
	return d.in(r.Lang)["thread"]
}
