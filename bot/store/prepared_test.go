package store

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
)

// kept returns how many statements a connection keeps.
func kept(t *testing.T, c *sql.Conn) (n int) {
	t.Helper()
	must(t, c.Raw(func(conn any) error {
		n = len(conn.(*preparedConn).idle)
		return nil
	}))
	return n
}

// TestPrepared runs a statement again while it runs, with other arguments, after an
// error and after the schema has changed.
func TestPrepared(t *testing.T) {
	s := openNew(t)
	c, err := s.write.Conn(t.Context())
	must(t, err)
	defer c.Close()
	const query = `WITH RECURSIVE n (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) SELECT i FROM n`
	read := func(from, to int) *sql.Rows {
		t.Helper()
		rows, err := c.QueryContext(t.Context(), query, from, to)
		must(t, err)
		return rows
	}
	want := func(rows *sql.Rows, want ...int) {
		t.Helper()
		var got []int
		for rows.Next() {
			var i int
			must(t, rows.Scan(&i))
			got = append(got, i)
		}
		must(t, rows.Err())
		must(t, rows.Close())
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	before := kept(t, c)
	outer := read(1, 4)
	outer.Next()
	want(read(7, 9), 7, 8, 9)
	want(outer, 2, 3, 4)
	want(read(5, 5), 5)
	if n := kept(t, c) - before; n != 1 {
		t.Errorf("the connection keeps %d statements of one", n)
	}
	insert := func(id int) error {
		_, err := c.ExecContext(t.Context(), `INSERT INTO events (id, at) VALUES ($1, 0)`, id)
		return err
	}
	must(t, insert(1))
	wantError(t, insert(1), "UNIQUE")
	must(t, insert(2))
	_, err = c.ExecContext(t.Context(), `DROP TABLE events`)
	must(t, err)
	wantError(t, insert(3), "no such table")
	_, err = c.ExecContext(t.Context(), `CREATE TABLE events (id INTEGER, at INTEGER)`)
	must(t, err)
	must(t, insert(3))
}

// TestPreparedBound checks that a connection keeps no more than maxStatements.
func TestPreparedBound(t *testing.T) {
	s := openNew(t)
	c, err := s.write.Conn(t.Context())
	must(t, err)
	defer c.Close()
	for i := range 2 * maxStatements {
		var got int
		must(t, c.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT %d`, i)).Scan(&got))
		if got != i {
			t.Fatalf("got %d, want %d", got, i)
		}
	}
	if n := kept(t, c); n != maxStatements {
		t.Errorf("the connection keeps %d statements", n)
	}
}
