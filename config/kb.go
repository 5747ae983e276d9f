package config

import "time"

// KB configures the knowledge base.
type KB struct {
	Dir     string        `mapstructure:"dir" usage:"folder of entries that replaces the built-in ones"`
	Overlay string        `mapstructure:"overlay" usage:"folder of entries that add to or replace built-in ones"`
	Reload  time.Duration `mapstructure:"reload" usage:"how often to check the folders for changes; 0 never checks"`
}

// defaultKB checks every two seconds, about as soon as the author of an entry
// looks at the log after saving it.
func defaultKB() KB { return KB{Reload: 2 * time.Second} }

func checkKB(c *Config, wrong func(key, text string)) {
	if c.KB.Reload < 0 {
		wrong("kb.reload", wantDuration)
	}
}
