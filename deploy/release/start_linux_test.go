package main

import (
	"archive/tar"
	"bufio"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// unpack writes the files of an image, whose layers are applied, into a folder. Only
// /data belongs to the user of the image, so that the rest is as good as read-only.
func unpack(t *testing.T, i v1.Image, root string) {
	t.Helper()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	files := mutate.Extract(i)
	defer files.Close()
	r := tar.NewReader(files)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(root, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(name, 0o755)
		} else if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil {
			err = create(name, func(w io.Writer) error { _, err := io.Copy(w, r); return err })
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, h.FileInfo().Mode().Perm()); err != nil {
			t.Fatal(err)
		}
		if err := os.Lchown(name, h.Uid, h.Gid); err != nil && os.Getuid() == 0 {
			t.Fatal(err)
		}
	}
}

// start runs the image as an engine would, with nothing but its own files: until it
// serves, its own health check succeeds, and it ends at SIGTERM.
func start(t *testing.T, c v1.Config, root string) {
	if os.Getuid() != 0 {
		missing(t, "only root may start a program in another root folder")
	}
	before := list(t, root)
	addr := freeAddress(t)
	run := func(args ...string) *exec.Cmd {
		line := append(slices.Clone(c.Entrypoint), args...)
		cmd := exec.CommandContext(t.Context(), line[0], line[1:]...)
		cmd.Env, cmd.Dir = append(slices.Clone(c.Env), "MABSBOT_CONSOLE_ADDR=127.0.0.1:0", "MABSBOT_OPS_ADDR="+addr), "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: credential(t, c.User), Pdeathsig: syscall.SIGKILL}
		return cmd
	}
	serve := run()
	serve.Stderr = t.Output()
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); !strings.Contains(line, "Open http://127.0.0.1:") {
		t.Errorf("the program wrote %q, %v", line, err)
	}
	if test := c.Healthcheck.Test; test[0] != "CMD" || test[1] != c.Entrypoint[0] {
		t.Errorf("the health check is %q", test)
	}
	if text, err := run(c.Healthcheck.Test[2:]...).CombinedOutput(); err != nil {
		t.Errorf("the health check: %v\n%s", err, text)
	}
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	after := list(t, root)
	if added := slices.DeleteFunc(after, func(name string) bool { return slices.Contains(before, name) || strings.HasPrefix(name, "data/") }); len(added) > 0 {
		t.Errorf("the program wrote outside of /data: %q", added)
	}
	if _, err := os.Stat(filepath.Join(root, "data/mabsbot.db")); err != nil {
		t.Error(err)
	}
}

// credential parses the user of an image.
func credential(t *testing.T, user string) *syscall.Credential {
	t.Helper()
	name, group, _ := strings.Cut(user, ":")
	uid, err := strconv.ParseUint(name, 10, 32)
	if err != nil || uid == 0 {
		t.Fatalf("the user is %q, want a number other than 0", user)
	}
	gid, err := strconv.ParseUint(group, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// freeAddress returns an address on which no program listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// list returns the files under a folder.
func list(t *testing.T, root string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
