package deploytest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// instructions parses the Dockerfile with the parser of docker build.
func instructions(t *testing.T) []*parser.Node {
	t.Helper()
	f, err := os.Open("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := parser.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Warnings {
		t.Errorf("warning: %s", w.Short)
	}
	return r.AST.Children
}

// words returns the arguments of an instruction.
func words(n *parser.Node) (all []string) {
	for n = n.Next; n != nil; n = n.Next {
		all = append(all, n.Value)
	}
	return all
}

// TestDockerfile checks the last stage: it runs no program while it is built, so the
// image needs no shell, and its process is not root.
func TestDockerfile(t *testing.T) {
	all := instructions(t)
	var last int
	images := map[string]bool{}
	for i, n := range all {
		if !strings.EqualFold(n.Value, "from") {
			continue
		}
		last = i
		images[words(n)[0]] = true
	}
	if !images["${BUILD_IMAGE}"] || !images["${BASE_IMAGE}"] || len(images) != 2 {
		t.Errorf("the images are %v, want arguments only", images)
	}
	stage := map[string][]string{}
	for _, n := range all[last:] {
		name := strings.ToLower(n.Value)
		if name == "run" || name == "shell" {
			t.Errorf("line %d: the last stage runs a shell", n.StartLine)
		}
		if slices.Contains([]string{"healthcheck", "entrypoint", "cmd"}, name) && !n.Attributes["json"] {
			t.Errorf("line %d: %s needs a shell", n.StartLine, name)
		}
		stage[name] = words(n)
	}
	for name, want := range map[string][]string{
		"user": {"65532:65532"}, "volume": {"/data"}, "expose": {"8080", "8081", "3000"},
		"healthcheck": {"CMD", "/mabsbot", "health"}, "entrypoint": {"/mabsbot"},
	} {
		if !slices.Equal(stage[name], want) {
			t.Errorf("%s is %q, want %q", name, stage[name], want)
		}
	}
}

// TestIgnored checks that secrets and data of the folder reach no image.
func TestIgnored(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("../..", ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mabsbot.yaml", "mabsbot.db*", "deploy", ".git"} {
		if !slices.Contains(strings.Split(string(text), "\n"), name) {
			t.Errorf(".dockerignore does not list %s", name)
		}
	}
}
