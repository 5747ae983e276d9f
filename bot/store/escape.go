package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// PostgreSQL stores no text with a zero byte or invalid UTF-8. IDs of platforms may
// be any text, so such bytes are escaped on their way to the database. No ID of
// Slack or Discord has one.

const escapeByte = '\x1a' // "substitute" in ASCII

// escapeText escapes the bytes that PostgreSQL does not store, and escapeByte.
func escapeText(s string) string {
	if !strings.ContainsAny(s, "\x00\x1a") && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == 0 || r == escapeByte || r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "%c%02x", escapeByte, s[i])
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// unescapeText reverts escapeText.
func unescapeText(s string) string {
	parts := strings.Split(s, string(rune(escapeByte)))
	for i, part := range parts[1:] {
		if len(part) < 2 {
			return s // not escaped by escapeText
		}
		n, err := strconv.ParseUint(part[:2], 16, 8)
		if err != nil {
			return s
		}
		parts[i+1] = string([]byte{byte(n)}) + part[2:]
	}
	return strings.Join(parts, "")
}

// A connector makes connections that escape texts.
type connector struct{ driver.Connector }

func newConnector(config *pgx.ConnConfig) driver.Connector {
	return connector{stdlib.GetConnector(*config)}
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return connection{conn.(*stdlib.Conn)}, nil
}

type connection struct{ *stdlib.Conn }

// CheckNamedValue escapes an argument.
func (c connection) CheckNamedValue(v *driver.NamedValue) error {
	if text, ok := v.Value.(string); ok {
		v.Value = escapeText(text)
	}
	return c.Conn.CheckNamedValue(v)
}

// QueryContext unescapes what the query returns.
func (c connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return unescapedRows{rows}, nil
}

type unescapedRows struct{ driver.Rows }

// Next implements driver.Rows.
func (r unescapedRows) Next(into []driver.Value) error {
	err := r.Rows.Next(into)
	for i, v := range into {
		if text, ok := v.(string); ok && err == nil {
			into[i] = unescapeText(text)
		}
	}
	return err
}
