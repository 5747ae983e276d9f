package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"mabsbot/adapters/scripted"
	"mabsbot/bot"
	"mabsbot/bot/store"
	"mabsbot/config"
)

// Commands on the outbox: list what waits and what was given up, and send it again.

func outboxCommand() *cobra.Command {
	c := group("outbox", "List the answers that wait or could not be sent, and send them again", outboxList(), outboxRetry(), outboxDrop())
	c.Long = `Answers that a platform refused, or that failed too often, are kept as dead letters
for store.retention. List them, and send them again once the cause is removed: a
permission is back, an app is installed again, a channel is no longer archived. The
bot may run meanwhile, and sends within seconds what is retried.`
	return c
}

// onOutbox returns a function that runs f on the database.
func onOutbox(f func(ctx context.Context, out io.Writer, db *store.SQL, ids []string) error) runFunc {
	return func(cmd *cobra.Command, args []string, c *config.Config) (err error) {
		db, err := openExisting(cmd.Context(), c.Store)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		return f(cmd.Context(), cmd.OutOrStdout(), db, args)
	}
}

func outboxList() *cobra.Command {
	var asJSON, text bool
	limit := 100
	c := command("list", "List the dead letters, and how many posts wait", cobra.NoArgs, onOutbox(func(ctx context.Context, out io.Writer, db *store.SQL, _ []string) error {
		l, err := outboxListing(ctx, db, limit, text)
		if err != nil {
			return err
		}
		if asJSON {
			e := json.NewEncoder(out)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(l)
		}
		return l.write(out)
	}))
	c.Long = `List how many posts wait and for how long, and the dead letters, latest first: when
each was given up, after how many attempts, where it was to go, and why. The texts
are shown only with --text, because they quote what users wrote.`
	c.Example = `  mabsbot outbox list
  mabsbot outbox list --json`
	c.Flags().BoolVar(&asJSON, "json", false, "write the list as JSON")
	c.Flags().BoolVar(&text, "text", false, "show the texts of the dead letters")
	c.Flags().IntVar(&limit, "limit", limit, "list at most so many dead letters")
	return c
}

func outboxRetry() *cobra.Command {
	var all bool
	idsOrAll := func(_ *cobra.Command, ids []string) error {
		if all == (len(ids) > 0) {
			return errors.New(`name the IDs that "outbox list" shows, or --all`)
		}
		return nil
	}
	c := command("retry [ID...]", "Send dead letters again", idsOrAll, onOutbox(func(ctx context.Context, out io.Writer, db *store.SQL, ids []string) error {
		if all {
			letters, err := db.DeadLetters(ctx, math.MaxInt32)
			if err != nil {
				return err
			}
			for _, l := range letters {
				ids = append(ids, string(l.ID))
			}
		}
		return eachLetter(out, ids, "%d dead letters are sent again, at once or when the bot starts.\n", func(id bot.PostID) error { return db.Resend(ctx, id) })
	}))
	c.Long = `Send dead letters again: those with the given IDs, or all. A post that fails again is
a dead letter again, after as many attempts as a new one.

A post appears twice if it had been delivered although the platform reported an
error, and the platform does not let the bot recognize it; bot/store/README.md says
when.`
	c.Example = `  mabsbot outbox retry 622175e08eb535eea8cce2f0
  mabsbot outbox retry --all`
	c.Flags().BoolVar(&all, "all", false, "send all dead letters again")
	return c
}

func outboxDrop() *cobra.Command {
	c := command("drop ID...", "Remove dead letters", cobra.MinimumNArgs(1), onOutbox(func(ctx context.Context, out io.Writer, db *store.SQL, ids []string) error {
		return eachLetter(out, ids, "%d dead letters are removed.\n", func(id bot.PostID) error { return db.Discard(ctx, id) })
	}))
	c.Long = `Remove the dead letters with the given IDs, with their texts.`
	c.Example = `  mabsbot outbox drop 622175e08eb535eea8cce2f0`
	return c
}

// eachLetter calls f for each ID and reports how many dead letters it changed, and
// which IDs name none.
func eachLetter(out io.Writer, ids []string, done string, f func(bot.PostID) error) error {
	var unknown []string
	n := 0
	for _, id := range ids {
		switch err := f(bot.PostID(id)); {
		case errors.Is(err, bot.ErrNoDeadLetter):
			unknown = append(unknown, id)
		case err != nil:
			return err
		default:
			n++
		}
	}
	if len(unknown) > 0 {
		return errors.Join(say(out, done, n), fmt.Errorf("no dead letter has the ID %s", strings.Join(unknown, ", ")))
	}
	return say(out, done, n)
}

// A listing is the output of "outbox list".
type listing struct {
	Backlogs    []listedBacklog `json:"backlogs"`
	DeadLetters []listedLetter  `json:"dead_letters"`
}

type listedBacklog struct {
	Adapter       string `json:"adapter"`
	Waiting       int    `json:"waiting"`
	OldestSeconds int64  `json:"oldest_seconds"`
	DeadLetters   int    `json:"dead_letters"`
}

type listedLetter struct {
	ID        bot.PostID `json:"id"`
	At        time.Time  `json:"at"`
	Attempts  int        `json:"attempts"`
	Adapter   string     `json:"adapter"`
	Workspace string     `json:"workspace,omitempty"`
	Channel   string     `json:"channel"`
	Root      string     `json:"root,omitempty"`
	To        string     `json:"to,omitempty"` // the ID of the user
	Why       string     `json:"why"`
	Text      string     `json:"text,omitempty"`
}

func outboxListing(ctx context.Context, db *store.SQL, limit int, text bool) (listing, error) {
	l := listing{Backlogs: []listedBacklog{}, DeadLetters: []listedLetter{}}
	backlogs, err := db.Backlogs(ctx)
	if err != nil {
		return listing{}, err
	}
	for _, b := range backlogs {
		l.Backlogs = append(l.Backlogs, listedBacklog{b.Adapter, b.Waiting, int64(b.Oldest / time.Second), b.DeadLetters})
	}
	letters, err := db.DeadLetters(ctx, limit)
	if err != nil {
		return listing{}, err
	}
	for _, d := range letters {
		t := d.Thread
		one := listedLetter{d.ID, d.At.UTC(), d.Attempt, t.Adapter, t.Workspace, t.Channel, t.Root, d.To.ID, d.Why, ""}
		if text {
			one.Text = scripted.PlainText(d.Reply)
		}
		l.DeadLetters = append(l.DeadLetters, one)
	}
	return l, nil
}

// write writes the listing for people.
func (l listing) write(out io.Writer) error {
	if len(l.Backlogs) == 0 {
		return say(out, "No post waits, and there are no dead letters.\n")
	}
	total := 0
	for _, b := range l.Backlogs {
		oldest := ""
		if b.Waiting > 0 {
			oldest = fmt.Sprintf(", the oldest for %v", time.Duration(b.OldestSeconds)*time.Second)
		}
		total += b.DeadLetters
		if err := say(out, "%s: %d waiting%s; %d dead letters\n", b.Adapter, b.Waiting, oldest, b.DeadLetters); err != nil {
			return err
		}
	}
	if len(l.DeadLetters) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\nID\tGIVEN UP\tATTEMPTS\tADAPTER\tCHANNEL\tTO\tWHY\n")
	for _, d := range l.DeadLetters {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", d.ID, d.At.Local().Format(time.DateTime), d.Attempts, d.Adapter, d.Channel, cmp.Or(d.To, "-"), cmp.Or(printable(d.Why), "unknown"))
		if d.Text != "" {
			fmt.Fprintf(table, "\n%s\n\n", printable(d.Text))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if more := total - len(l.DeadLetters); more > 0 {
		return say(out, "\n%d more: use --limit.\n", more)
	}
	return nil
}

// printable replaces the characters of a text that would control a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}
