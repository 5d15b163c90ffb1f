package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to wait for the server, and to make databases
)

// Server is a PostgreSQL server of the tests' own, in a temporary directory, listening on loopback.
type Server struct {
	dir, bin, port string
	cred           *syscall.Credential // PostgreSQL refuses to run as root
	cmd            *exec.Cmd
	life           io.Closer // the server ends when it closes, also when our process is killed
}

// what to install when there are no binaries.
var errMissing = errors.New("PostgreSQL is missing: apt-get install postgresql, or name a server in WAPOST_TEST_POSTGRES " +
	"(postgres://user:password@host/database, whose user may create databases)")

// What happens to the directory when the server has ended.
const (
	keep   = "keep"
	remove = "remove"
)

const startLimit = 60 * time.Second

// NewServer makes and starts a server that a test may kill. The test is skipped when there is no PostgreSQL.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := makeServer("on", keep)
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(func() {
		s.Kill()
		_ = os.RemoveAll(s.dir) // a temporary directory
	})
	return s
}

// StartServer makes and starts a server with fsync, for what is no test. Call Remove.
func StartServer() (*Server, error) { return makeServer("on", remove) }

// NewDatabase makes an empty database and returns its URL.
func (s *Server) NewDatabase() (string, error) {
	_, made, err := makeDatabase(s.url("postgres"))
	return made, err
}

// Remove ends the server that StartServer started; all that it has stored goes with it.
func (s *Server) Remove() error {
	s.Kill()
	return os.RemoveAll(s.dir)
}

// missing skips the test, or fails it where PostgreSQL is required.
func missing(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, errMissing) || os.Getenv("WAPOST_REQUIRE_POSTGRES") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// makeServer prepares a cluster and starts it. Without fsync it is only good for tests that do not ask about crashes of the
// machine; a kill of the processes loses nothing.
func makeServer(fsync, afterwards string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.dir, err = os.MkdirTemp("", "wapost-postgres-"); err != nil {
		return nil, err
	}
	if err := s.becomeOrdinary(); err != nil {
		return nil, err
	}
	init := s.command("initdb", "-D", s.data(), "-U", "wapost", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	conf := fmt.Sprintf("listen_addresses = '127.0.0.1'\nport = %s\nunix_socket_directories = ''\nfsync = %s\nmax_connections = 200\n"+
		"shared_buffers = 64MB\nautovacuum_naptime = 10min\n", s.port, fsync)
	f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(conf)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return s, s.start(afterwards)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// binaries finds the directory of initdb and postgres: where the packages of the distributions put them, newest first, or in
// the path.
func binaries() (string, error) {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
			return dir, nil
		}
	}
	return "", errMissing
}

func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir))) // 0 for a name that is no number
	return n
}

// becomeOrdinary has the server run as somebody else when we are root.
func (s *Server) becomeOrdinary() error {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		s.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(s.dir, int(uid), int(gid))
	}
	return errors.New("neither postgres nor nobody is a user here, and PostgreSQL refuses to run as root")
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...) //nolint:gosec // a fixed name in a directory of the system
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred, Setpgid: true}
	return cmd
}

// supervise runs the server until its input ends: when our process is killed, the kernel closes that.
const supervise = `"$1" -D "$2" >"$3/log" 2>&1 & server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
case "$4" in remove) rm -rf "$3";; esac`

// Start starts the server and waits until it answers.
func (s *Server) Start() error {
	return s.start(keep)
}

func (s *Server) start(afterwards string) error {
	s.cmd = s.command("postgres")
	s.cmd.Path, s.cmd.Args = "/bin/sh", []string{"sh", "-c", supervise, "sh", filepath.Join(s.bin, "postgres"), s.data(), s.dir, afterwards}
	life, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	s.life = life
	if err := s.cmd.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it has served
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log")) // as much as there is
			return fmt.Errorf("PostgreSQL does not start: %w: %s", err, log)
		}
	}
}

// Kill ends the server at once, as a crash would: clients are cut off, what was not committed is lost.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.life.Close()
	_ = s.cmd.Wait() // it was told to end
	s.cmd = nil
}

func (s *Server) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("wapost"), Host: net.JoinHostPort("127.0.0.1", s.port), Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return createDatabase(t, s.url("postgres"))
}

func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, errors.Join(err, ln.Close())
}
