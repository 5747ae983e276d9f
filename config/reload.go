package config

import (
	"reflect"
	"slices"
	"strings"
)

// File returns the file that was read, or "".
func (c *Config) File() string { return c.file }

// isLive reports whether a change of a key counts without a restart: what decisions
// depend on, and what is logged.
func isLive(key string) bool {
	live := []string{"language", "log.level", "slack.escalation_channel", "discord.escalation_channel"}
	return strings.HasPrefix(key, "bot.") || slices.Contains(live, key)
}

// Changes returns the keys whose values differ from those of a later configuration,
// and which of them count after a restart.
func (c *Config) Changes(later *Config) (live, restart []string) {
	after := later.keys()
	for i, k := range c.keys() {
		switch {
		case sameValue(k.value, after[i].value):
		case isLive(k.name):
			live = append(live, k.name)
		default:
			restart = append(restart, k.name)
		}
	}
	return live, restart
}

// sameValue compares two values. A list that is given and empty is like none.
func sameValue(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
