package config

import (
	"io"
	"log/slog"
)

// Log configures logging.
type Log struct {
	Level  slog.Level `mapstructure:"level" usage:"lowest level that is logged: debug, info, warn or error"`
	Format string     `mapstructure:"format" usage:"log format: text or json"` // LogText or LogJSON
}

// The values of Log.Format.
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

// Logger returns a logger that writes to w.
func (l Log) Logger(w io.Writer) *slog.Logger { return l.LoggerAt(w, l.Level) }

// LoggerAt is Logger with a level that may change.
func (l Log) LoggerAt(w io.Writer, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if l.Format == LogJSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
