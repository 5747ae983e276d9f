package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A target is an operating system and a processor.
type target struct{ OS, Arch string }

func (t target) String() string { return t.OS + "/" + t.Arch }

// program returns the name of the binary.
func (t target) program() string {
	if t.OS == "windows" {
		return "mabsbot.exe"
	}
	return "mabsbot"
}

// parseTargets parses comma-separated GOOS/GOARCH pairs.
func parseTargets(text string) ([]target, error) {
	var all []target
	for pair := range strings.SplitSeq(text, ",") {
		if !strings.Contains(","+allTargets+",", ","+pair+",") {
			return nil, fmt.Errorf("there is no target %q; want some of %s", pair, allTargets)
		}
		system, arch, _ := strings.Cut(pair, "/")
		all = append(all, target{system, arch})
	}
	return all, nil
}

// A binary is a program that was built.
type binary struct {
	target target
	path   string
}

// build compiles the program. Without cgo it needs no library of the system, and
// timetzdata contains the time zones, which Windows and the image lack.
func build(ctx context.Context, o options, t target, work string) (binary, error) {
	path := filepath.Join(work, t.OS+"-"+t.Arch, t.program())
	args := []string{"build", "-tags", "timetzdata", "-ldflags", "-s -w -X mabsbot/adapters/cli.release=" + o.Version, "-o", path}
	if !o.FullPaths {
		args = append(args, "-trimpath")
	}
	c := exec.CommandContext(ctx, "go", append(args, ".")...)
	c.Dir = o.Source
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+t.OS, "GOARCH="+t.Arch)
	if text, err := c.CombinedOutput(); err != nil {
		return binary{}, fmt.Errorf("build %s: %w\n%s", t, err, text)
	}
	return binary{t, path}, nil
}

// commitTime returns the time of all files in a release, so that two builds of a
// commit are equal: SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/),
// or the time of the commit.
func commitTime(ctx context.Context, source string) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		out, err := exec.CommandContext(ctx, "git", "-C", source, "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("%s is no git repository: set SOURCE_DATE_EPOCH to the seconds since 1970 of the source: %w", source, err)
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
