package config

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"text/tabwriter"
	"time"
)

// Describe writes the effective configuration without its secrets.
func (c *Config) Describe(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "file\t%s\n", cmp.Or(c.file, "none"))
	for _, k := range c.keys() {
		if !k.isList() {
			fmt.Fprintf(tab, "%s\t%s\n", k.name, cmp.Or(text(k.value), "-"))
		}
	}
	for _, ch := range c.Bot.Channels {
		fmt.Fprintf(tab, "channel %s\tmode %s, language %s%s%s\n", ch.ID, cmp.Or(ch.Mode, c.Bot.DefaultMode), cmp.Or(ch.Language, c.Language), about(ch.About), reads(ch.Bots))
	}
	for _, m := range c.Warnings {
		fmt.Fprintf(tab, "warning\t%s\n", m)
	}
	return tab.Flush()
}

// text formats a value as it would be written in the file, or whether it is set
// if it is a secret.
func text(v reflect.Value) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return shortDuration(d)
	}
	if level, ok := v.Interface().(slog.Level); ok {
		return strings.ToLower(level.String())
	}
	return fmt.Sprint(v.Interface())
}

// shortDuration formats 24h0m0s as 24h.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// about formats what a channel is about.
func about(topic string) string {
	if topic == "" {
		return ""
	}
	return ", about " + topic
}

// reads formats the list of bots whose messages are read.
func reads(bots []string) string {
	if len(bots) == 0 {
		return ""
	}
	return ", reads " + strings.Join(bots, " ")
}
