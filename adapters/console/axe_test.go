package console

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe are the rules of axe-core: https://github.com/dequelabs/axe-core
const axe = "testdata/axe/node_modules/axe-core/axe.min.js"

// TestBrowserAccessible checks every page with axe-core, as users of both languages see
// it, on a screen and on a phone, in light and dark. What is folded is opened first.
// In the dark only the colors are checked, once: they are the same in both languages.
func TestBrowserAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	rules, err := os.ReadFile(axe)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("TEST_NO_SKIP") == "" {
		t.Skip("axe-core is not installed: run `npm ci` in testdata/axe")
	}
	if err != nil {
		t.Fatal(err)
	}
	b, open := openEveryPage(t)
	for _, p := range everyPage {
		for _, user := range []string{"alex", "minji"} {
			open(p.path, user)
			b.value(string(rules) + `; ""`)
			b.value(`document.querySelectorAll("details").forEach((e) => e.open = true); ` + p.open + `; ""`)
			for _, width := range []int64{1280, 390} {
				b.do(chromedp.EmulateViewport(width, 844))
				b.accessible(fmt.Sprintf("%s as %s, %d px, light", p.path, user, width), "light")
				if user == "alex" {
					b.accessible(fmt.Sprintf("%s as %s, %d px, dark", p.path, user, width), "dark")
				}
			}
		}
	}
}

// accessible fails if the page violates a rule.
func (b browser) accessible(where, scheme string) {
	b.t.Helper()
	b.media("prefers-color-scheme", scheme)
	which := `rules: {"target-size": {enabled: true}}` // WCAG 2.2 AA, which axe-core leaves out by default
	if scheme == "dark" {
		which = `runOnly: ["color-contrast", "link-in-text-block"]`
	}
	wrong, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(violations, which), chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	if wrong != "" {
		b.shot("axe")
		b.t.Errorf("%s:\n%s", where, wrong)
	}
}

// violations lists the rules that the page violates, with the elements.
const violations = `axe.run(document, {%s, resultTypes: ["violations"], preload: false, selectors: false, ancestry: false}).then((r) =>
	r.violations.map((v) => [v.id + ": " + v.help, ...v.nodes.map((n) => "\t" + n.html.slice(0, 200))].join("\n")).join("\n"))`
