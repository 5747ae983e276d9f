// Package postgrestest starts a PostgreSQL server for the tests of a package, with
// an empty database for each test.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Server is a PostgreSQL server on a Unix socket in a temporary folder. It ends
// with the test process, however that ends.
type Server struct {
	dir string // of the socket; data is the folder of the data
	bin string

	mu      sync.Mutex
	created int
	unused  []string // databases that earlier tests have emptied
	stop    io.Closer
}

// Start returns the server of this test process. It skips the test if PostgreSQL is
// not installed; with TEST_NO_SKIP=1 it fails. TEST_POSTGRES names the folder of
// the server's programs; otherwise it is the newest /usr/lib/postgresql/*/bin.
//
// A test that calls it in a synctest bubble has to have called it before: the
// server is not of the bubble.
func Start(t testing.TB) *Server {
	t.Helper()
	bin := programs()
	if bin == "" {
		const missing = "no PostgreSQL: install it, or set TEST_POSTGRES to the folder of its programs"
		if os.Getenv("TEST_NO_SKIP") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

var shared = sync.OnceValues(func() (*Server, error) { return start(programs(), "-c", "fsync=off", "-c", "full_page_writes=off") })

// StartDurable starts a server that the test has to itself and may restart. It
// writes to the disk as an ordinary server does.
func StartDurable(t testing.TB) *Server {
	t.Helper()
	Start(t) // skips
	s, err := start(programs())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// programs returns the folder of the server's programs, or "".
func programs() string {
	if dir := os.Getenv("TEST_POSTGRES"); dir != "" {
		return dir
	}
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres") // the pattern is valid
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // others are old
		return n
	}
	slices.SortFunc(all, func(a, b string) int { return version(a) - version(b) })
	if len(all) == 0 {
		return ""
	}
	return filepath.Dir(all[len(all)-1])
}

// superuser owns the databases.
const superuser = "mabsbot"

// start creates a server with the options and waits until it answers.
func start(bin string, options ...string) (*Server, error) {
	dir, err := os.MkdirTemp("", "mabsbot-pg")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin}
	if err := s.give(dir); err != nil {
		return nil, err
	}
	init := s.command(filepath.Join(bin, "initdb"), "-D", s.data(), "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	s.stop, err = s.supervise("server", filepath.Join(bin, "postgres"), append([]string{"-D", s.data(), "-k", s.dir,
		"-c", "listen_addresses=", "-c", "max_connections=200"}, options...)...)
	if err != nil {
		return nil, err
	}
	return s, s.wait("server", s.url("postgres"))
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// supervised starts the server, starts it again when it ends, and stops it and
// removes its files once standard input ends, as it does when the test process
// ends, in whichever way.
const supervised = `
dir=$1; name=$2; shift 2
while :; do "$@" </dev/null >>"$dir/$name.log" 2>&1 & echo $! >"$dir/$name.pid"; wait $!; done &
loop=$!
read -r _
kill $loop
pid=$(cat "$dir/$name.pid")
kill -TERM $pid; kill -QUIT $pid
while kill -0 $pid 2>/dev/null; do sleep 0.05; done
[ "$name" = bouncer ] || rm -rf "$dir"`

// supervise starts a program, and returns what stops it.
func (s *Server) supervise(name, program string, args ...string) (io.Closer, error) {
	c := s.command("sh", append([]string{"-c", supervised, "sh", s.dir, name, program}, args...)...)
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	stop := func() error { return errors.Join(in.Close(), c.Wait()) }
	return closer(stop), c.Start()
}

type closer func() error

func (f closer) Close() error { return f() }

// command returns a command that runs as an unprivileged user, because PostgreSQL
// refuses to run as root.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = s.dir
	unprivileged(c)
	return c
}

// startTimeout bounds the wait for a server that does not start. One that starts
// needs a part of a second.
const startTimeout = time.Minute

func (s *Server) wait(name, url string) error {
	deadline := time.Now().Add(startTimeout)
	for {
		conn, err := pgx.Connect(context.Background(), url)
		if err == nil {
			return conn.Close(context.Background())
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(s.dir, name+".log"))
			return fmt.Errorf("%s does not start: %w\n%s", name, err, log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// url returns the URL of a database.
func (s *Server) url(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: url.Values{"host": {s.dir}}.Encode()}).String()
}

// Database returns the URL of an empty database that the test has to itself. When
// the test ends, its rows are removed, and another test gets it.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name, err := s.database()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.empty(name); err != nil {
			t.Errorf("empty the database: %v", err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unused = append(s.unused, name)
	})
	return s.url(name)
}

// NewDatabase returns the URL of a database without tables.
func (s *Server) NewDatabase(t testing.TB) string {
	t.Helper()
	name, err := s.create()
	if err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

// DatabaseOn is like NewDatabase, with the tables in a new folder.
func (s *Server) DatabaseOn(t testing.TB, folder string) string {
	t.Helper()
	name, err := s.create()
	if err == nil {
		err = errors.Join(os.Mkdir(folder, 0o700), s.give(folder),
			s.exec("postgres", "CREATE TABLESPACE space_"+name+" LOCATION '"+folder+"'"),
			s.exec("postgres", "ALTER DATABASE "+name+" SET TABLESPACE space_"+name))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := errors.Join(
			s.exec("postgres", "DROP DATABASE "+name+" WITH (FORCE)"),
			s.exec("postgres", "DROP TABLESPACE space_"+name))
		if err != nil {
			t.Error(err)
		}
	})
	return s.url(name)
}

// database returns an unused database, or a new one.
func (s *Server) database() (string, error) {
	s.mu.Lock()
	if n := len(s.unused); n > 0 {
		defer s.mu.Unlock()
		name := s.unused[n-1]
		s.unused = s.unused[:n-1]
		return name, nil
	}
	s.mu.Unlock()
	return s.create()
}

func (s *Server) create() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.created++
	name := fmt.Sprintf("test%d", s.created)
	return name, s.exec("postgres", "CREATE DATABASE "+name+" TEMPLATE template0")
}

// empty ends the connections to a database and removes all rows but the versions of
// the schema. Sequences go on.
func (s *Server) empty(name string) error {
	return errors.Join(
		s.exec("postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`),
		s.exec(name, `DO $$ DECLARE name TEXT; BEGIN
			FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%' LOOP
				EXECUTE format('DELETE FROM %I', name);
			END LOOP; END $$`))
}

func (s *Server) exec(database, query string) (err error) {
	conn, err := pgx.Connect(context.Background(), s.url(database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.Background())) }()
	_, err = conn.Exec(context.Background(), query)
	return err
}

// bouncerPort is the port of PgBouncer in the name of its socket.
const bouncerPort = "6432"

// Bouncer starts PgBouncer in front of the server, in transaction mode and with
// fewer connections than a store opens, and returns the URL of a database through
// it. It skips the test if PgBouncer is not installed; with TEST_NO_SKIP=1 it fails.
func (s *Server) Bouncer(t testing.TB, database string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer" // not in the path of all users
		if _, err := os.Stat(program); err != nil {
			const missing = "no pgbouncer: install it"
			if os.Getenv("TEST_NO_SKIP") != "" {
				t.Fatal(missing)
			}
			t.Skip(missing)
		}
	}
	file := filepath.Join(s.dir, "bouncer.ini")
	config := fmt.Sprintf("[databases]\n* = host=%s user=%s\n[pgbouncer]\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nunix_socket_dir = %s\nlisten_port = %s\n",
		s.dir, superuser, s.dir, bouncerPort)
	if err := errors.Join(os.WriteFile(file, []byte(config), 0o600), s.give(file)); err != nil {
		t.Fatal(err)
	}
	stop, err := s.supervise("bouncer", program, file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop.Close(); err != nil {
			t.Error(err)
		}
	})
	through := database + "&port=" + bouncerPort
	if err := s.wait("bouncer", through+"&default_query_exec_mode=exec"); err != nil {
		t.Fatal(err)
	}
	return through
}

// Crash kills the server as a failing machine does. It starts again by itself, and
// Crash returns once it answers.
func (s *Server) Crash(t testing.TB) {
	t.Helper()
	s.signal(t, "-QUIT")
}

// Restart is like Crash, but the server ends its connections in order.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.signal(t, "-INT")
}

func (s *Server) signal(t testing.TB, signal string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "server.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command("kill", signal, strings.TrimSpace(string(text))).Run(); err != nil {
		t.Fatal(err)
	}
	for {
		again, err := os.ReadFile(filepath.Join(s.dir, "server.pid"))
		if err == nil && string(again) != string(text) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := s.wait("server", s.url("postgres")); err != nil {
		t.Fatal(err)
	}
}
