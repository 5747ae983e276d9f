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

// A Description is the effective configuration without its secrets.
type Description struct {
	File     string            `json:"file,omitempty"`
	Values   map[string]string `json:"values"` // by key, as the file would have it; a secret is [set] or [not set]
	Channels []Channel         `json:"channels,omitempty"`
	Users    []User            `json:"users,omitempty"`

	Maintenance []Maintenance `json:"maintenance,omitempty"`
	Warnings    []string      `json:"warnings,omitempty"`
}

// Description returns what Describe writes.
func (c *Config) Description() Description {
	d := Description{File: c.file, Values: map[string]string{}, Users: c.Console.Users, Maintenance: c.Bot.Maintenance}
	for _, k := range c.keys() {
		if all, ok := k.value.Interface().([]string); ok {
			d.Values[k.name] = strings.Join(all, " ")
		} else if !k.isList() {
			d.Values[k.name] = text(k.value)
		}
	}
	for _, ch := range c.Bot.Channels {
		ch.Mode, ch.Language = cmp.Or(ch.Mode, c.Bot.DefaultMode), cmp.Or(ch.Language, c.Language)
		d.Channels = append(d.Channels, ch)
	}
	for _, m := range c.Warnings {
		d.Warnings = append(d.Warnings, m.String())
	}
	return d
}

// Describe writes the effective configuration without its secrets.
func (c *Config) Describe(w io.Writer) error {
	d := c.Description()
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "file\t%s\n", cmp.Or(d.File, "none"))
	for _, k := range c.keys() {
		if value, ok := d.Values[k.name]; ok {
			fmt.Fprintf(tab, "%s\t%s\n", k.name, cmp.Or(value, "-"))
		}
	}
	for _, ch := range d.Channels {
		fmt.Fprintf(tab, "channel %s\tmode %s, language %s%s%s%s\n", ch.ID, ch.Mode, ch.Language, about(ch.About), reads(ch.Bots), records(ch.Unanswered))
	}
	for _, m := range d.Maintenance {
		fmt.Fprintf(tab, "maintenance\t%s from %s to %s %s, %s\n", strings.Join(m.Errors, " "), m.From, m.To, cmp.Or(m.Zone, "UTC"), channelsOf(m.Channels))
	}
	for _, u := range d.Users {
		fmt.Fprintf(tab, "user %s\trole %s, password %s\n", u.Name, u.Role, u.Hash)
	}
	for _, m := range d.Warnings {
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

// channelsOf formats a list of channels, where none is all.
func channelsOf(channels []string) string {
	if len(channels) == 0 {
		return "all channels"
	}
	return "channels " + strings.Join(channels, " ")
}

// records formats whether messages that almost led to a question are recorded.
func records(unanswered bool) string {
	if !unanswered {
		return ""
	}
	return ", records what almost led to a question"
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
