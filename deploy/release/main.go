// Command release builds what a release consists of: for each target an archive with
// the binary and a list of its components (SBOM), an image for containers, and the
// checksums of all. It needs Go and no container engine.
//
// main.go is the command line and the order of the work. build.go compiles,
// archive.go packs, sbom.go lists the components of a binary, and image.go makes the
// image.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	if err != nil {
		os.Exit(2)
	}
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	Version   string
	Source    string // folder of the module mabsbot
	Out       string
	Targets   []target
	Certs     string
	FullPaths bool
}

const allTargets = "linux/amd64,linux/arm64,windows/amd64,windows/arm64,darwin/amd64,darwin/arm64"

// parse reads the flags. flag has reported the error.
func parse(args []string, errs io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("release", flag.ContinueOnError)
	f.SetOutput(errs)
	f.Func("version", "version to build, such as v1.2.3 (required)", func(text string) error {
		if !semver.MatchString(text) {
			return fmt.Errorf("want a version such as v1.2.3 or v1.2.3-rc.1")
		}
		o.Version = text
		return nil
	})
	f.StringVar(&o.Source, "source", "..", "folder of the source code")
	f.StringVar(&o.Out, "out", "../dist", "folder to write to; it must not exist, or be empty")
	f.StringVar(&o.Certs, "certs", "/etc/ssl/certs/ca-certificates.crt", "file with the CA certificates of the image")
	f.BoolVar(&o.FullPaths, "full-paths", false, "leave the folders of this machine in the binaries, which shares compiled packages with other builds")
	setTargets := func(text string) (err error) {
		o.Targets, err = parseTargets(text)
		return err
	}
	f.Func("targets", "comma-separated GOOS/GOARCH pairs (default all: "+allTargets+")", setTargets)
	if err := setTargets(allTargets); err != nil {
		return o, err
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.Version == "" || f.NArg() > 0 {
		err := fmt.Errorf("want -version and no arguments")
		fmt.Fprintln(errs, err)
		f.Usage()
		return o, err
	}
	return o, nil
}

// semver matches the versions of https://semver.org with the v of Go.
var semver = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

// run builds a release.
func run(ctx context.Context, o options, out io.Writer) error {
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return err
	}
	if old, err := os.ReadDir(o.Out); err != nil || len(old) > 0 {
		return fmt.Errorf("%s is not empty (%v): name a new folder with -out", o.Out, err)
	}
	at, err := commitTime(ctx, o.Source)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "mabsbot-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	var linux []binary
	for _, t := range o.Targets {
		b, err := build(ctx, o, t, work)
		if err != nil {
			return err
		}
		if err := writeTarget(o, b, at); err != nil {
			return err
		}
		fmt.Fprintln(out, "built", t)
		if t.OS == "linux" {
			linux = append(linux, b)
		}
	}
	if len(linux) > 0 {
		if err := writeImage(o, linux, at, work); err != nil {
			return err
		}
		fmt.Fprintln(out, "built the image")
	}
	return writeSums(o.Out)
}

// writeTarget writes the archive and the components of a binary.
func writeTarget(o options, b binary, at time.Time) error {
	name := fmt.Sprintf("mabsbot_%s_%s_%s", strings.TrimPrefix(o.Version, "v"), b.target.OS, b.target.Arch)
	sbom, err := components(b.path, o.Version, at)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.Out, name+".cdx.json"), sbom, 0o644); err != nil {
		return err
	}
	files := []file{{name: b.target.program(), path: b.path, mode: 0o755}}
	for _, text := range []string{"LICENSE", "NOTICE", "README.md"} {
		files = append(files, file{name: text, path: filepath.Join(o.Source, text), mode: 0o644})
	}
	pack, suffix := packTar, ".tar.gz"
	if b.target.OS == "windows" {
		pack, suffix = packZip, ".zip"
	}
	return create(filepath.Join(o.Out, name+suffix), func(w io.Writer) error { return pack(w, name, files, at) })
}

// writeSums writes the checksums of all files of a folder, as sha256sum does.
func writeSums(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var lines []string
	for _, e := range entries {
		sum, err := sum256(filepath.Join(folder, e.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, sum+"  "+e.Name()+"\n")
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(strings.Join(lines, "")), 0o644)
}

// create creates a file and lets write fill it.
func create(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
