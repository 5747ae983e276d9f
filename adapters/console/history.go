package console

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	udiff "github.com/aymanbagabas/go-udiff"

	"mabsbot/bot"
)

// The history of a file of the knowledge base.

// A diffLine is a line of a comparison: kept, added, removed, or one that says where
// the next ones are.
type diffLine struct{ Kind, Text string }

// maxDiff bounds the lines of a comparison that a page shows.
const maxDiff = 2000

// diff compares two texts.
func diff(before, after string) []diffLine {
	u, err := udiff.ToUnifiedDiff("", "", before, udiff.Lines(before, after), udiff.DefaultContextLines)
	if err != nil {
		return nil // the edits are of before
	}
	var all []diffLine
	for _, hunk := range u.Hunks {
		all = append(all, diffLine{"place", strconv.Itoa(hunk.ToLine)})
		for _, line := range hunk.Lines {
			kind := map[udiff.OpKind]string{udiff.Insert: "added", udiff.Delete: "removed"}[line.Kind]
			all = append(all, diffLine{cmp.Or(kind, "kept"), strings.TrimSuffix(line.Content, "\n")})
		}
	}
	return all[:min(len(all), maxDiff)]
}

// A historyPage lists the versions of a file.
type historyPage struct {
	editPage
	Versions []pastVersion
	Older    string // the address of the next page, or ""
}

// A pastVersion is a version with what it changed.
type pastVersion struct {
	bot.FileVersion
	Diff    []diffLine
	Current bool
	First   bool // the version that it was made from is no longer kept
}

// maxVersions is how many versions a page of the history has.
const maxVersions = 20

// fileHistory lists the versions of a file, the latest first.
func (c *Console) fileHistory(w http.ResponseWriter, r *http.Request) {
	f, err := c.fileOf(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	before, _ := strconv.Atoi(r.URL.Query().Get("before")) // another text is the first page
	all, err := c.editor.History(r.Context(), f.File, max(before, 0), maxVersions+1)
	if err != nil && !errors.Is(err, bot.ErrUnreadable) {
		c.deny(w, r, err)
		return
	}
	p := historyPage{editPage: c.editPageOf(r, f)}
	p.Tab = f.File
	for i, v := range all[:min(len(all), maxVersions)] {
		was := f.Folder.Content
		j := slices.IndexFunc(all[i:], func(o bot.FileVersion) bool { return o.Version == v.From })
		if j > 0 && !all[i+j].Removed {
			was = all[i+j].Content
		}
		first := v.From > 0 && j < 0
		is := v.Content
		if v.Removed {
			is = f.Folder.Content
		}
		p.Versions = append(p.Versions, pastVersion{v, diff(was, is), v.Version == f.Version, first})
	}
	if len(all) > maxVersions {
		p.Older = p.View.address(filePath(f.File, "history", false), map[string]string{"before": strconv.Itoa(all[maxVersions-1].Version)})
	}
	c.show(w, http.StatusOK, p.View.Lang, "history", p)
}
