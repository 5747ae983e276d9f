package config

import "log/slog"

// Log says what is logged, and how.
type Log struct {
	Level  slog.Level `mapstructure:"level" usage:"least level that is logged: debug, info, warn or error"`
	Format string     `mapstructure:"format" usage:"form of the log: text or json"` // LogText or LogJSON
}

// The forms of the log.
const (
	LogText = "text"
	LogJSON = "json"
)

func defaultLog() Log { return Log{Level: slog.LevelInfo, Format: LogText} }

func checkLog(c *Config, wrong func(key, text string)) {
	if c.Log.Format != LogText && c.Log.Format != LogJSON {
		wrong("log.format", "want text or json")
	}
}
