package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mabsbot/bot"
	"mabsbot/kb"
)

// The page that changes a file of the knowledge base.

// An editPage shows a file and what a change of it would do.
type editPage struct {
	frame
	State    bot.EditedFile
	ID       string // of the entry; "" of the file of talk, and of a new entry
	New      bool
	Mark     string // of the state that the change is made from
	Content  string
	Base     string // the content that Fields are of
	Fields   []fieldGroup
	Stuck    []string       // the fields that only the YAML can change
	Try      string         // a text to recognize
	Added    string         // a text key; how Try is in Content
	Question bot.QuestionID // the change is because of; "" is none
	Fix      bot.FixID      // likewise
	Failure  string         // a text key; why it was not saved
	Theirs   *theirs
	Checked  *checked
	Mistakes kb.Mistakes // of the last reload
}

// theirs is what another editor saved meanwhile.
type theirs struct {
	bot.FileVersion
	Diff []diffLine // from their file to the one on the page
}

// Address returns the address of a page of the file: edit or history.
func (p editPage) Address(page string) string {
	return filePath(p.State.File, page, p.New) + "?" + p.View.values().Encode()
}

// Entry returns the address of the entry, or of the list.
func (p editPage) Entry() string {
	if p.ID == "" {
		return "/kb?" + p.View.values().Encode()
	}
	return "/kb/" + url.PathEscape(p.ID) + "?" + p.View.values().Encode()
}

func filePath(file, page string, isNew bool) string {
	if isNew {
		return "/kb/new"
	}
	return "/kb/" + strings.TrimSuffix(file, ".yaml") + "/" + page
}

// fileOf returns the file that the address of a request names, which need not exist.
func (c *Console) fileOf(r *http.Request) (bot.EditedFile, error) {
	name := r.PathValue("id") + ".yaml"
	if strings.HasPrefix(r.URL.Path, "/kb/"+kb.Negative+"/") {
		name = kb.Negative
	}
	if c.editor == nil || kb.CheckFileName(name) != nil {
		return bot.EditedFile{}, errNoFile
	}
	f, err := c.editor.File(name)
	if err == nil && f.Version == 0 && f.Folder.Layer == "" && name != kb.Negative {
		return f, errNoFile
	}
	return f, err
}

// editPageOf returns the page of a file without a change.
func (c *Console) editPageOf(r *http.Request, f bot.EditedFile) editPage {
	p := editPage{frame: c.frame(c.view(r), r.URL.EscapedPath(), "edit"), State: f, Mark: f.Mark(), Content: f.Text(), Mistakes: c.editor.Mistakes()}
	if f.File != kb.Negative {
		p.ID = strings.TrimSuffix(f.File, ".yaml")
	}
	return p
}

// editFile shows a file, with a text that is to be added to it.
func (c *Console) editFile(w http.ResponseWriter, r *http.Request) {
	f, err := c.fileOf(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	p := c.editPageOf(r, f)
	p.Question = bot.QuestionID(r.URL.Query().Get("question"))
	if text, err := c.asked(r); err != nil {
		c.deny(w, r, err)
		return
	} else if text != "" {
		p.Try = text
		p.Content, p.Added, err = c.withText(f, text, r.URL.Query().Get("not") != "")
		if err != nil {
			p.Added, p.Failure = "", "editing_not_added"
		}
	}
	if f.File != kb.Negative {
		fix, ok, err := c.drafted(r)
		if err != nil {
			c.deny(w, r, err)
			return
		}
		if ok {
			p.Fix, p.Try = fix.ID, cmp.Or(p.Try, cutAsked(fix.Question))
			if content, err := withFix(p.Content, fix); err == nil {
				p.Content = content
			} else {
				p.Failure = "editing_not_added"
			}
		}
	}
	c.showFile(w, http.StatusOK, p)
}

// withText returns the content of a file with a text: an example of an entry, a
// counterexample of one that is not meant, or a line of talk. An example whose text does
// not lead to the entry yet becomes a phrase, too, which the matcher learns from. added is
// the key of a text that says what was done.
func (c *Console) withText(f bot.EditedFile, text string, not bool) (content, added string, err error) {
	content = f.Text()
	list, added := "match", "edit_added_example"
	switch {
	case f.File == kb.Negative:
		return withLine(content, text), "edit_added_line", nil
	case not:
		list, added = "silent", "edit_added_counterexample"
	}
	with, err := kb.AddValue(content, text, "examples", list)
	if err != nil {
		return content, "", err
	}
	if id := kb.IDOf(content); !not && !slices.Contains(c.editor.Recognize(text).Entries, id) {
		if phrased, err := kb.AddPhrase(with, text); err == nil && phrased != with {
			return phrased, "edit_added_phrase", nil
		}
	}
	return with, added, nil
}

// withLine returns the content of a file of talk with a text in a line of its own.
func withLine(content, text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if content != "" && !strings.HasSuffix(content, "\n") {
		content += "\n"
	}
	return content + line + "\n"
}

// maxAsked bounds a text that an address has. Longer ones are cut: an example is better
// short.
const maxAsked = 2000

// asked returns the text that an address names: that of a question, or its own.
func (c *Console) asked(r *http.Request) (string, error) {
	text := r.URL.Query().Get("text")
	if id := bot.QuestionID(r.URL.Query().Get("question")); id != "" {
		q, err := c.operations.Question(r.Context(), id)
		if errors.Is(err, bot.ErrNoQuestion) || err == nil && !c.mayShow(q.Adapter) {
			return "", errNoQuestion
		}
		if err != nil {
			return "", err
		}
		text = q.Text
	}
	return cutAsked(text), nil
}

// cutAsked returns a text that is short enough for an example.
func cutAsked(text string) string {
	return strings.TrimSpace(strings.ToValidUTF8(text[:min(len(text), maxAsked)], ""))
}

// newFile begins an entry.
func (c *Console) newFile(w http.ResponseWriter, r *http.Request) {
	if c.editor == nil {
		c.deny(w, r, errNoFile)
		return
	}
	text, err := c.asked(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	p := c.newPage(r)
	p.Try, p.Question = text, bot.QuestionID(r.URL.Query().Get("question"))
	if p.Content, err = kb.Skeleton("new-entry"); err == nil && text != "" {
		p.Content, err = kb.AddValue(p.Content, text, "examples", "match")
	}
	fix, ok, failed := c.drafted(r)
	if err == nil {
		err = failed
	}
	if err == nil && ok {
		p.Fix, p.Try = fix.ID, cmp.Or(p.Try, cutAsked(fix.Question))
		p.Content, err = withNewFix(p.Content, fix)
	}
	if err != nil {
		c.deny(w, r, err)
		return
	}
	c.showFile(w, http.StatusOK, p)
}

func (c *Console) newPage(r *http.Request) editPage {
	p := c.editPageOf(r, bot.EditedFile{})
	p.New, p.ID = true, ""
	return p
}

// showFile writes the page with the fields of its content.
func (c *Console) showFile(w http.ResponseWriter, status int, p editPage) {
	p.Tab = cmp.Or(p.State.File, p.Tab)
	if p.State.File != kb.Negative && p.Fields == nil {
		if fields, err := kb.Fields(p.Content); err == nil {
			p.Fields, p.Base = groups(fields), p.Content
		}
	}
	c.show(w, status, p.View.Lang, "edit", p)
}

// maxEdit allows the largest file, twice because of Base, and its fields, if every letter
// takes three bytes of a form.
const maxEdit = 12 * kb.MaxFile

// changeFile checks, saves, undoes or removes a change.
func (c *Console) changeFile(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == "" { // all browsers send one of them
		c.deny(w, r, errForged)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxEdit)
	if err := r.ParseForm(); err != nil {
		_, tooLong := errors.AsType[*http.MaxBytesError](err)
		c.deny(w, r, map[bool]error{true: errTooLong, false: errBadRequest}[tooLong])
		return
	}
	p, err := c.posted(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	edit := bot.Edit{File: p.State.File, Mark: p.Mark, Content: p.Content, By: userOf(accountOf(r))}
	switch r.PostForm.Get("do") {
	case "check":
		c.check(r.Context(), &p, edit)
		c.showFile(w, http.StatusOK, p)
		return
	case "save":
		if len(p.Stuck) > 0 {
			p.Failure = "editing_stuck_save"
			c.showFile(w, http.StatusConflict, p)
			return
		}
	case "remove":
		edit.Remove = true
	case "undo":
		if p.Content, err = c.version(r.Context(), p.State.File, r.PostForm.Get("version")); err != nil {
			c.deny(w, r, err)
			return
		}
		edit.Undo, edit.Content, p.Base = true, p.Content, p.Content
	default:
		c.deny(w, r, errBadRequest)
		return
	}
	c.save(w, r, p, edit)
}

// posted returns the page as a browser sent it: its content has the changes of the fields.
func (c *Console) posted(r *http.Request) (p editPage, err error) {
	if r.URL.Path == "/kb/new" {
		if c.editor == nil {
			return p, errNoFile
		}
		p = c.newPage(r)
	} else {
		f, err := c.fileOf(r)
		if err != nil {
			return p, err
		}
		p = c.editPageOf(r, f)
	}
	form := r.PostForm
	p.Mark, p.Try, p.Question = form.Get("mark"), strings.TrimSpace(form.Get("try")), bot.QuestionID(form.Get("question"))
	p.Fix = bot.FixID(form.Get("fix"))
	p.Content, p.Base = unix(form.Get("content")), unix(form.Get("base"))
	p.Content, p.Stuck = applyFields(p.Base, p.Content, form)
	if p.New {
		id := kb.IDOf(p.Content)
		if p.State.File = id + ".yaml"; kb.CheckFileName(p.State.File) != nil {
			p.State.File = "new-entry.yaml" // the mistakes say what is wrong with the ID
		}
	}
	return p, nil
}

// unix returns a text of a form with the line breaks of a file.
func unix(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// version returns the content of a version of a file.
func (c *Console) version(ctx context.Context, file, version string) (string, error) {
	n, err := strconv.Atoi(version)
	if err != nil || n < 1 {
		return "", errBadRequest
	}
	all, err := c.editor.History(ctx, file, n+1, 1)
	switch {
	case err != nil:
		return "", err
	case len(all) == 0 || all[0].Version != n || all[0].Removed:
		return "", errNoFile
	}
	return all[0].Content, nil
}

// save stores a change, or shows the page with what is wrong.
func (c *Console) save(w http.ResponseWriter, r *http.Request, p editPage, edit bot.Edit) {
	saved, err := c.editor.Save(context.WithoutCancel(r.Context()), edit)
	if err == nil {
		c.log.Info("console: a knowledge base file is saved", "file", saved.File, "version", saved.Version, "removed", saved.Removed, "by", edit.By.Name, "role", accountOf(r).Role.String())
		c.markDone(r.Context(), p.Question)
		c.markUsed(r, p.Fix)
		http.Redirect(w, r, filePath(saved.File, "history", false)+"?"+p.View.values().Encode(), http.StatusSeeOther)
		return
	}
	status := http.StatusConflict
	wrong, isWrong := errors.AsType[kb.Mistakes](err)
	switch {
	case isWrong:
		p.Failure, p.Checked = "editing_wrong", &checked{Wrong: wrong}
	case errors.Is(err, bot.ErrUnchanged):
		p.Failure = "editing_unchanged"
	case errors.Is(err, bot.ErrFileTooLarge):
		p.Failure, status = "editing_too_large", http.StatusRequestEntityTooLarge
	case errors.Is(err, bot.ErrConflict):
		now, err := c.editor.File(p.State.File)
		if err != nil {
			c.deny(w, r, err)
			return
		}
		p.Failure, p.Mark = "editing_conflict", now.Mark()
		p.Theirs = &theirs{now.FileVersion, diff(now.Text(), p.Content)}
	default:
		c.deny(w, r, err)
		return
	}
	c.showFile(w, status, p)
}

// markDone marks the question because of which a file was saved.
func (c *Console) markDone(ctx context.Context, id bot.QuestionID) {
	if id == "" {
		return
	}
	if err := c.operations.MarkQuestion(ctx, id, bot.MarkDone); err != nil && !errors.Is(err, bot.ErrNoQuestion) {
		c.log.Warn("console: a question is not marked as done", "question", id, "error", err)
	}
}
