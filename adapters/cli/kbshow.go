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

	"github.com/spf13/cobra"

	"mabsbot/bot"
	"mabsbot/config"
	"mabsbot/kb"
)

func kbShowCommand(layers func(*config.Config) []kb.Layer, lang *string) *cobra.Command {
	var asJSON, order bool
	c := command("show ID|CODE", "Show one entry, or those with a code or symbol", exactly("ID or CODE"), func(cmd *cobra.Command, args []string, c *config.Config) error {
		base, err := kb.Load(layers(c)...)
		if err != nil {
			return err
		}
		in := cmp.Or(*lang, c.Language)
		switch {
		case order:
			return showOrder(cmd.Context(), cmd.OutOrStdout(), base, in, args[0], c, asJSON)
		case asJSON:
			return kb.ShowJSON(cmd.OutOrStdout(), base, in, args[0])
		}
		return kb.Show(cmd.OutOrStdout(), base, in, args[0])
	})
	c.Long = `Show one entry, or those with a code or symbol. With --order, show instead in which
order a walkthrough that begins now tries the steps if bot.learning is on, and the
outcomes of the last year from which that follows. The bot may run meanwhile.`
	c.Example = `  mabsbot kb show 3106
  mabsbot kb show replica-inconsistent --order`
	c.Flags().BoolVar(&order, "order", false, "show the order of the steps that follows from the outcomes in the database")
	jsonFlag(c, &asJSON)
	config.AddKeyFlags(c.Flags(), "store")
	c.ValidArgsFunction = completion(layers, lang, func(e *kb.Entry, lang string) (string, string) { return e.ID, e.Title.In(lang) })
	return c
}

// A learnedOrder is the order of the steps of an entry, for --json.
type learnedOrder struct {
	Entry    string        `json:"entry"`
	Revision string        `json:"revision"`
	Learning string        `json:"learning"` // bot.learning
	Enough   int           `json:"enough"`   // how many outcomes a step needs to move
	Steps    []learnedStep `json:"steps"`
}

// A learnedStep is a step or chain with its outcomes.
type learnedStep struct {
	Step      string  `json:"step"`
	Place     int     `json:"place"`      // in the entry, from 1
	Lower     float64 `json:"lower"`      // the lower bound of the share that it helps
	Helped    int     `json:"helped"`     // in how many conversations
	NotHelped int     `json:"not_helped"` // the error stayed, or came back
	Skipped   int     `json:"skipped"`
	Open      int     `json:"open"` // it was shown, and no one said whether it helped
}

// showOrder writes the orders of the entries that Show shows.
func showOrder(ctx context.Context, out io.Writer, base *kb.Base, lang, what string, c *config.Config, asJSON bool) (err error) {
	entries, err := base.Find(lang, what)
	if err != nil {
		return err
	}
	db, err := openExisting(ctx, c.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var all []learnedOrder
	for _, e := range entries {
		counts, _, err := db.StepCounts(ctx, e.ID, bot.UserKey{})
		if err != nil {
			return err
		}
		all = append(all, orderOf(e, counts, c.Bot.Learning))
	}
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	for _, o := range all {
		if err := o.write(out); err != nil {
			return err
		}
	}
	return nil
}

func orderOf(e *kb.Entry, counts []bot.StepCount, learning string) learnedOrder {
	all := learnedOrder{Entry: e.ID, Revision: e.Revision, Learning: learning, Enough: kb.EnoughOutcomes, Steps: []learnedStep{}}
	for _, o := range bot.Order(e, counts) {
		item, _ := e.StepIndex(o.Step)
		s := learnedStep{Step: o.Step, Place: item + 1, Helped: o.Helped, NotHelped: o.NotHelped}
		s.Lower = math.Floor(1000*kb.Tally{Helped: s.Helped, NotHelped: s.NotHelped}.Lower()) / 1000
		for _, c := range counts {
			switch {
			case c.Step != e.Steps.Items[item].Key():
			case c.Outcome == bot.StepSkipped:
				s.Skipped = max(c.N, 0)
			case c.Outcome == bot.StepOpen:
				s.Open = max(c.N, 0)
			}
		}
		all.Steps = append(all.Steps, s)
	}
	return all
}

func (o learnedOrder) write(out io.Writer) error {
	tab := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "%s  (revision %s), bot.learning is %s\n", o.Entry, o.Revision, o.Learning)
	for i, s := range o.Steps {
		notes := []string{fmt.Sprintf("%d open", s.Open)}
		if s.Place != i+1 {
			notes = append(notes, fmt.Sprintf("step %d of the entry", s.Place))
		}
		if of := s.Helped + s.NotHelped; of > 0 && of < o.Enough {
			notes = append(notes, fmt.Sprintf("fewer than %d outcomes", o.Enough))
		}
		fmt.Fprintf(tab, "%d\t%s\thelped %d of %d\tat least %.0f %%\t%d skipped\t%s\n", i+1, s.Step,
			s.Helped, s.Helped+s.NotHelped, 100*s.Lower, s.Skipped, strings.Join(notes, "; "))
	}
	return tab.Flush()
}
