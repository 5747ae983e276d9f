package discordfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

// upload makes a request with uploads of the given names.
func (g *stage) upload(method, path, body string, files ...string) (int, object) {
	g.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	g.must(w.WriteField("payload_json", body))
	for i, content := range files {
		part, err := w.CreateFormFile(fmt.Sprintf("files[%d]", i), fmt.Sprintf("file%d.txt", i))
		g.must(err)
		_, err = io.WriteString(part, content)
		g.must(err)
	}
	g.must(w.Close())
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.s.APIURL()+"/v10"+path, &b)
	g.must(err)
	r.Header.Set("Authorization", "Bot "+g.s.Token)
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Content-Type", w.FormDataContentType())
	answer, err := http.DefaultClient.Do(r)
	g.must(err)
	defer answer.Body.Close()
	var o object
	g.must(json.NewDecoder(answer.Body).Decode(&o))
	return answer.StatusCode, o
}

// fetch gets an attachment without a token.
func (g *stage) fetch(address string) string {
	g.t.Helper()
	w, err := http.Get(address)
	g.must(err)
	defer w.Body.Close()
	content, err := io.ReadAll(w.Body)
	g.must(err)
	return strings.TrimSpace(fmt.Sprint(w.StatusCode, " ", w.Header.Get("Content-Type"), " ", string(content)))
}

// TestUploads checks that uploads are stored, described and replaced.
func TestUploads(t *testing.T) {
	g := newStage(t, Options{})
	messages := "/channels/" + g.c.ID + "/messages"
	status, o := g.upload("POST", messages, `{"attachments":[{"id":"0","filename":"summary.txt","description":"what happened"}]}`, "one", "two")
	files := o["attachments"].([]any)
	if status != 200 || len(files) != 2 {
		t.Fatal(status, o)
	}
	one, two := files[0].(object), files[1].(object)
	if one["filename"] != "summary.txt" || one["description"] != "what happened" || one["size"] != 3.0 || two["filename"] != "file1.txt" {
		t.Errorf("%v", files)
	}
	if got := g.fetch(one["url"].(string)); got != "200 text/plain; charset=utf-8 one" {
		t.Error(got)
	}
	id := o["id"].(string)
	_, o = g.upload("PATCH", messages+"/"+id, fmt.Sprintf(`{"attachments":[{"id":%q},{"id":"0"}]}`, two["id"]), "three")
	if got := g.s.messageByID(id).Plain(); got != "(file1.txt)\n(file0.txt)" {
		t.Errorf("%s %v", got, o)
	}
	if got := statusOf(g.call(EditMessage, `{"attachments":[]}`, g.c.ID, id)); got != "400 50006" {
		t.Error(got)
	}
	if got := statusOf(g.call(EditMessage, `{"content":"x","attachments":[]}`, g.c.ID, id)); got != "200" || g.s.messageByID(id).Plain() != "x" {
		t.Error(got)
	}
	if c := g.s.Calls(CreateMessage)[0]; len(c.Files) != 2 || c.Body["attachments"] == nil {
		t.Errorf("%+v", c)
	}
}

// TestUploadLimits checks the size limit and the permission for uploads.
func TestUploadLimits(t *testing.T) {
	g := newStage(t, Options{})
	messages := "/channels/" + g.c.ID + "/messages"
	if status, o := g.upload("POST", messages, `{}`, strings.Repeat("x", maxFile+1)); status != 413 || o["code"] != 40005.0 {
		t.Error(status, o)
	}
	if status, o := g.upload("POST", messages, `{}`, strings.Repeat("x", maxRequest)); status != 413 {
		t.Error(status, o)
	}
	if status, o := g.upload("POST", messages, `{`, "x"); status != 400 || o["code"] != 50109.0 {
		t.Error(status, o)
	}
	if status, o := g.upload("POST", messages, `{}`, strings.Split(strings.Repeat("x", 11), "")...); status != 400 || o["code"] != 50035.0 {
		t.Error(status, o)
	}
	g.s.Deny(g.c.ID, attachFiles)
	if status, o := g.upload("POST", messages, `{}`, "x"); status != 403 || o["code"] != 50013.0 {
		t.Error(status, o)
	}
	if n := len(g.s.Messages(g.c.ID)); n != 0 {
		t.Errorf("got %d messages", n)
	}
}

// TestAttachmentURLs checks that the URLs of attachments need no token and
// expire.
func TestAttachmentURLs(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	m := g.kim.Upload(g.c.ID, "look", File{Name: "로그 1.txt", Content: []byte("0x29834")}, File{Name: "a.png", Type: "image/png", Size: 99, URL: "https://elsewhere/a.png"})
	files := l.readEvent("MESSAGE_CREATE")["attachments"].([]any)
	one, two := files[0].(object), files[1].(object)
	address := one["url"].(string)
	if !strings.HasPrefix(address, g.s.CDNURL()+"/attachments/"+g.c.ID+"/") || one["filename"] != "로그 1.txt" || one["size"] != 7.0 {
		t.Errorf("%v", one)
	}
	if two["url"] != "https://elsewhere/a.png" || two["size"] != 99.0 || two["content_type"] != "image/png" {
		t.Errorf("%v", two)
	}
	if got := g.fetch(address); got != "200 text/plain; charset=utf-8 0x29834" {
		t.Error(got)
	}
	for _, wrong := range []string{address[:strings.Index(address, "?")], g.s.CDNURL() + "/x", strings.Replace(address, g.c.ID, "1", 1)} {
		if got := g.fetch(wrong); !strings.HasPrefix(got, "404 ") {
			t.Errorf("%s: %s", wrong, got)
		}
	}
	g.s.Fail(Fault{Route: GetAttachment, Status: 503})
	if got := g.fetch(address); !strings.HasPrefix(got, "503 ") {
		t.Error(got)
	}
	g.s.mu.Lock()
	g.s.files[m.Files[0].ID].expires = time.Now()
	g.s.mu.Unlock()
	if got := g.fetch(address); got != "404 text/plain; charset=utf-8 This content is no longer available." {
		t.Error(got)
	}
	if calls := g.s.Calls(GetAttachment); len(calls) != 6 || calls[0].Bot {
		t.Errorf("%+v", calls)
	}
}
