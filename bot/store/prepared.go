package store

import (
	"context"
	"database/sql/driver"
	"errors"
)

// SQLite compiles a statement each time it runs, unless it is kept: for the searches
// of the outbox that takes longer than to run them. Each connection keeps the
// statements that it has run.

// maxStatements bounds the statements of a connection. The store has fewer, but those
// of migrations and those that list resting channels are of any number.
const maxStatements = 128

// A preparing connector makes connections that keep their statements.
type preparing struct{ driver.Connector }

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &preparedConn{conn.(sqliteConn), map[string]*statement{}}, nil
}

// sqliteConn is what database/sql uses of a connection to SQLite.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// A preparedConn keeps the statements that are not running, by their text.
type preparedConn struct {
	sqliteConn
	idle map[string]*statement
}

// A statement is one of SQLite.
type statement struct {
	driver.Stmt
	query string
}

// take returns a statement that is not running.
func (c *preparedConn) take(ctx context.Context, query string) (*statement, error) {
	if s := c.idle[query]; s != nil {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	return &statement{s, query}, err
}

// put keeps a statement that has run, unless another one with its text is kept. If
// there are too many, any of them goes: most are used again and again.
func (c *preparedConn) put(s *statement) (err error) {
	if c.idle[s.query] != nil {
		return s.Close()
	}
	if len(c.idle) == maxStatements {
		for query, other := range c.idle {
			delete(c.idle, query)
			err = other.Close()
			break
		}
	}
	c.idle[s.query] = s
	return err
}

// ExecContext implements driver.ExecerContext.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if err := errors.Join(err, c.put(s)); err != nil {
		return nil, err
	}
	return result, nil
}

// QueryContext implements driver.QueryerContext.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.put(s))
	}
	return preparedRows{rows, c, s}, nil
}

// Close implements driver.Conn.
func (c *preparedConn) Close() error {
	var err error
	for _, s := range c.idle {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.sqliteConn.Close())
}

// preparedRows keep their statement once they are closed.
type preparedRows struct {
	driver.Rows
	conn *preparedConn
	from *statement
}

// Close implements driver.Rows.
func (r preparedRows) Close() error { return errors.Join(r.Rows.Close(), r.conn.put(r.from)) }
