package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

var targets = flag.String("targets", "linux/amd64", "targets that TestRelease builds; the first must be linux/amd64")

// TestRelease builds a release and looks at all its files.
func TestRelease(t *testing.T) {
	o := options{Version: "v1.2.3", Source: "../..", Out: filepath.Join(t.TempDir(), "dist"), Certs: "/etc/ssl/certs/ca-certificates.crt", FullPaths: true}
	if _, err := os.Stat(o.Certs); err != nil {
		missing(t, "CA certificates: "+err.Error())
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	var err error
	if o.Targets, err = parseTargets(*targets); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), o, t.Output()); err != nil {
		t.Fatal(err)
	}
	t.Run("sums", func(t *testing.T) { testSums(t, o) })
	for _, target := range o.Targets {
		t.Run(target.String(), func(t *testing.T) { testTarget(t, o, target) })
	}
	t.Run("image", func(t *testing.T) { testImage(t, o) })
	t.Run("again", func(t *testing.T) {
		if err := run(t.Context(), o, t.Output()); err == nil || !strings.Contains(err.Error(), "is not empty") {
			t.Errorf("a second release in the folder: %v", err)
		}
	})
}

// missing skips a test that needs what this machine lacks, or fails in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("TEST_NO_SKIP") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// testSums checks that SHA256SUMS lists every other file, and that each target has
// an archive and a list of components.
func testSums(t *testing.T, o options) {
	text, err := os.ReadFile(filepath.Join(o.Out, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if want, err := sum256(filepath.Join(o.Out, name)); !ok || err != nil || sum != want {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
		got = append(got, name)
	}
	want := []string{"mabsbot_1.2.3_oci.tar"}
	for _, target := range o.Targets {
		name, suffix := "mabsbot_1.2.3_"+target.OS+"_"+target.Arch, ".tar.gz"
		if target.OS == "windows" {
			suffix = ".zip"
		}
		want = append(want, name+suffix, name+".cdx.json")
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the files are %q, want %q", got, want)
	}
}

// testTarget checks the archive of a target, the binary in it, and its components.
func testTarget(t *testing.T, o options, target target) {
	folder := "mabsbot_1.2.3_" + target.OS + "_" + target.Arch
	read := readTar
	if target.OS == "windows" {
		read = readZip
	}
	files := read(t, filepath.Join(o.Out, folder))
	program := folder + "/" + target.program()
	if got, want := slices.Sorted(maps.Keys(files)), []string{folder + "/LICENSE", folder + "/NOTICE", folder + "/README.md", program}; !slices.Equal(got, want) {
		t.Errorf("the archive has %q, want %q", got, want)
	}
	path := filepath.Join(t.TempDir(), target.program())
	if err := os.WriteFile(path, files[program], 0o755); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"GOOS": target.OS, "GOARCH": target.Arch, "CGO_ENABLED": "0", "-tags": "timetzdata"} {
		if got := setting(info, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	testComponents(t, filepath.Join(o.Out, folder+".cdx.json"), path, len(info.Deps))
	if target.OS == runtime.GOOS && target.Arch == runtime.GOARCH {
		if out, err := exec.CommandContext(t.Context(), path, "--version").CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "mabsbot v1.2.3 ") {
			t.Errorf("--version: %s, %v", out, err)
		}
	}
}

// testComponents checks that the document has every module of the binary.
func testComponents(t *testing.T, path, program string, modules int) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	var b cdx.BOM
	if err := strict.Decode(&b); err != nil {
		t.Fatal(err)
	}
	sum, err := sum256(program)
	if err != nil {
		t.Fatal(err)
	}
	if main := b.Metadata.Component; main.Version != "v1.2.3" || (*main.Hashes)[0].Value != sum {
		t.Errorf("the component is %+v, want the version v1.2.3 and the hash %s", main, sum)
	}
	refs := map[string]bool{}
	for _, c := range *b.Components {
		if refs[c.BOMRef] || c.Version == "" || !strings.HasPrefix(c.PackageURL, "pkg:golang/") {
			t.Errorf("%+v: listed twice, or without a version or address", c)
		}
		refs[c.BOMRef] = true
	}
	if len(refs) != modules+1 || !refs["pkg:golang/std@"+strings.TrimPrefix(runtime.Version(), "go")] {
		t.Errorf("%d components, want std and %d modules", len(refs), modules)
	}
	for _, ref := range *(*b.Dependencies)[0].Dependencies {
		if !refs[ref] {
			t.Errorf("the dependency %s is no component", ref)
		}
	}
}

func readTar(t *testing.T, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path + ".tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if want := mode(h.Name); h.FileInfo().Mode() != want || h.Uid != 0 {
			t.Errorf("%s has the mode %s and the owner %d, want %s and 0", h.Name, h.FileInfo().Mode(), h.Uid, want)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func readZip(t *testing.T, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return files
}

func mode(name string) fs.FileMode {
	if filepath.Base(name) == "mabsbot" {
		return 0o755
	}
	return 0o644
}

// testImage checks the image of linux/amd64 and starts it.
func testImage(t *testing.T, o options) {
	index := openImage(t, filepath.Join(o.Out, "mabsbot_1.2.3_oci.tar"))
	m, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	i, err := index.Image(m.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	c, err := i.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if p := m.Manifests[0].Platform; p.OS != c.OS || p.Architecture != c.Architecture || c.OS != "linux" || c.Architecture != "amd64" {
		t.Errorf("the index has %s/%s, the image %s/%s, want linux/amd64", p.OS, p.Architecture, c.OS, c.Architecture)
	}
	root := t.TempDir()
	unpack(t, i, root)
	certs, err := os.ReadFile(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"))
	if err != nil || !x509.NewCertPool().AppendCertsFromPEM(certs) {
		t.Errorf("the image has no CA certificates: %v", err)
	}
	start(t, c.Config, root)
}

// openImage unpacks the archive of an image, and checks that all of its parts have
// the hashes of their names.
func openImage(t *testing.T, path string) v1.ImageIndex {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	folder := t.TempDir()
	r := tar.NewReader(f)
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(folder, h.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := create(name, func(w io.Writer) error { _, err := io.Copy(w, r); return err }); err != nil {
			t.Fatal(err)
		}
		if sum, err := sum256(name); strings.HasPrefix(h.Name, "blobs/sha256/") && (err != nil || filepath.Base(name) != sum) {
			t.Errorf("%s has the hash %s, %v", h.Name, sum, err)
		}
	}
	index, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// TestPack checks that equal files make equal archives.
func TestPack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	at := time.Unix(1_700_000_000, 0)
	for name, pack := range map[string]func(io.Writer, string, []file, time.Time) error{"tar": packTar, "zip": packZip} {
		var archives [2]bytes.Buffer
		for i := range archives {
			if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, at, at.Add(time.Duration(i)*time.Hour)); err != nil {
				t.Fatal(err)
			}
			if err := pack(&archives[i], "folder", []file{{"name", path, 0o755}}, at); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(archives[0].Bytes(), archives[1].Bytes()) {
			t.Errorf("%s: two archives of equal files differ", name)
		}
	}
}

func TestParse(t *testing.T) {
	for args, want := range map[string]string{
		"":                                    "want -version",
		"-version 1.2.3":                      "want a version such as v1.2.3",
		"-version v1.2":                       "want a version such as v1.2.3",
		"-version v1.2.3 dist":                "no arguments",
		"-version v1.2.3 -targets plan9/mips": `there is no target "plan9/mips"`,
	} {
		var errs bytes.Buffer
		if _, err := parse(strings.Fields(args), &errs); err == nil || !strings.Contains(errs.String(), want) {
			t.Errorf("%q: %v, %s, want %s", args, err, errs.String(), want)
		}
	}
	o, err := parse(strings.Fields("-version v1.2.3-rc.1"), io.Discard)
	if err != nil || len(o.Targets) != 6 {
		t.Errorf("%v, %+v", err, o)
	}
}
