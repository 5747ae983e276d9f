package config

import "time"

// KB says where the knowledge base is.
type KB struct {
	Dir     string        `mapstructure:"dir" usage:"folder of entries that replaces the built-in ones"`
	Overlay string        `mapstructure:"overlay" usage:"folder of entries laid over the others"`
	Reload  time.Duration `mapstructure:"reload" usage:"how often to look whether the folders have changed; 0 never does"`
}

// defaultKB looks every two seconds: whoever saves an entry looks at the log
// about as soon.
func defaultKB() KB { return KB{Reload: 2 * time.Second} }

func checkKB(c *Config, wrong func(key, text string)) {
	if c.KB.Reload < 0 {
		wrong("kb.reload", wantDuration)
	}
}
