package config

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"time"
)

// Store configures where conversations are stored.
type Store struct {
	Path    string `mapstructure:"path" usage:"file of the database"` // "" if URL is set
	URL     Secret `mapstructure:"url"`                               // of PostgreSQL; it contains a password
	URLFile string `mapstructure:"url_file" usage:"file that contains store.url"`
	Key     Key    `mapstructure:"key"` // encrypts messages; if not set, the program keeps a key in Path + ".key"
	KeyFile string `mapstructure:"key_file" usage:"file that contains store.key"`

	Retention time.Duration `mapstructure:"retention" usage:"how long after its last event a conversation is kept"`
}

// minRetention is how long the bot remembers events so that none is handled twice.
const minRetention = 25 * time.Hour

// defaultStore keeps conversations for a month, so that people find their way back
// to an error that comes with the monthly backup.
func defaultStore() Store { return Store{Path: "mabsbot.db", Retention: 30 * 24 * time.Hour} }

func checkStore(c *Config, wrong func(key, text string)) {
	if c.Store.Path == "" && !c.Store.URL.IsSet() {
		wrong("store.path", "want the name of a file")
	}
	if c.Store.URL.IsSet() && !isPostgres(c.Store.URL.Reveal()) {
		wrong("store.url", "want postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	if _, err := c.Store.Key.Bytes(); err != nil {
		wrong("store.key", err.Error())
	} else if c.Store.URL.IsSet() && !c.Store.Key.IsSet() {
		wrong("store.key", "store.url requires a key, the same for every process: "+wantKey)
	}
	if c.Store.Retention < minRetention {
		wrong("store.retention", "want at least 25h, and a unit such as h: 30 days are 720h")
	}
}

// isPostgres reports whether text is the URL of a PostgreSQL database.
func isPostgres(text string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains([]string{"postgres", "postgresql"}, u.Scheme) && len(u.Path) > 1 && (u.Host != "" || u.Query().Has("host"))
}

// A Key is a secret of 32 bytes, written in base64 or hexadecimal.
type Key struct{ Secret }

// keySize is the key size of AES-256 in bytes.
const keySize = 32

const wantKey = `want 32 bytes in base64 or hexadecimal, such as the output of "openssl rand -base64 32"`

// Bytes returns the key, or nil if it is not set.
func (k Key) Bytes() ([]byte, error) {
	text := k.Reveal()
	if text == "" {
		return nil, nil
	}
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if b, err := decode(text); err == nil && len(b) == keySize {
			return b, nil
		}
	}
	return nil, errors.New(wantKey)
}
