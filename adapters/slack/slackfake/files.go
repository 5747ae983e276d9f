package slackfake

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"path"
	"strings"
	"time"
)

// A File is a file that a user uploads.
type File struct {
	ID      string // "" to generate one
	Name    string
	Content []byte
	Type    string // MIME type that Slack reports; "" for text/plain
	Snippet bool   // a text snippet, which Slack shows inline
	Connect bool   // in a Slack Connect channel: the event has only the ID (check_file_info)
	Size    int    // size that Slack reports; 0 for the length of Content
	URL     string // url_private; "" for an address on this server

	user    string
	created int64
	mail    string // the text of an e-mail
}

// addFile stores a file with its ID and URL. The caller holds s.mu.
func (s *Server) addFile(f File, user string) *File {
	f.ID = cmp.Or(f.ID, s.newID("F"))
	f.Type = cmp.Or(f.Type, "text/plain")
	f.user, f.created = user, time.Now().Unix()
	if f.Size == 0 {
		f.Size = len(f.Content)
	}
	f.URL = cmp.Or(f.URL, fmt.Sprintf("%s/files-pri/%s-%s/%s", s.URL(), s.Team, f.ID, f.Name))
	s.files = append(s.files, &f)
	return &f
}

// addFiles adds the files of a message to its JSON.
func (s *Server) addFiles(o object, m *Message) {
	if len(m.Files) == 0 {
		return
	}
	var files []any
	for _, id := range m.Files {
		f := s.file(id)
		if f.Connect {
			files = append(files, object{"id": f.ID, "mode": "file_access", "file_access": "check_file_info", "created": 0, "timestamp": 0, "user": ""})
			continue
		}
		files = append(files, s.fileJSON(f))
	}
	maps.Copy(o, object{"files": files, "upload": false, "display_as_bot": false})
}

func (s *Server) file(id string) *File {
	return find(s.files, func(f *File) bool { return f.ID == id })
}

// fileJSON returns the file as in a response of files.info.
func (s *Server) fileJSON(f *File) object {
	kind, mode, editable := strings.TrimPrefix(path.Ext(f.Name), "."), "hosted", false
	if f.Snippet {
		kind, mode, editable = "text", "snippet", true
	}
	o := object{
		"id": f.ID, "created": f.created, "timestamp": f.created, "name": f.Name, "title": f.Name, "mimetype": f.Type, "filetype": cmp.Or(kind, "binary"),
		"pretty_type": strings.ToUpper(kind), "user": f.user, "user_team": s.Team, "editable": editable, "size": f.Size, "mode": mode, "is_external": false,
		"external_type": "", "is_public": true, "public_url_shared": false, "display_as_bot": false, "username": "", "url_private": f.URL,
		"url_private_download": strings.Replace(f.URL, f.Name, "download/"+f.Name, 1),
		"permalink":            fmt.Sprintf("https://%s.slack.com/files/%s/%s/%s", domain, f.user, f.ID, f.Name),
		"permalink_public":     fmt.Sprintf("https://slack-files.com/%s-%s-0000000000", s.Team, f.ID), "has_rich_preview": false, "file_access": "visible",
	}
	if f.Snippet {
		o["preview"], o["lines"] = string(f.Content[:min(len(f.Content), maxPreview)]), strings.Count(string(f.Content), "\n")+1
		o["lines_more"], o["preview_is_truncated"] = 0, len(f.Content) > maxPreview
	}
	if f.mail != "" {
		maps.Copy(o, object{
			"filetype": "email", "mode": "email", "pretty_type": "Email", "plain_text": f.mail, "preview": "<div>" + f.mail + "</div>", "preview_plain_text": f.mail, "has_more": false,
			"from": []any{object{"address": "dpm@contoso.com", "name": "DPM", "original": "DPM <dpm@contoso.com>"}}, "to": []any{}, "cc": []any{}, "attachments": []any{}, "original_attachment_count": 0,
		})
	}
	if strings.HasPrefix(f.Type, "image/") {
		addThumbnails(o, f)
	}
	return o
}

// maxPreview is how much of a snippet the fake shows, in bytes. The number is the
// fake's.
const maxPreview = 500

// addThumbnails adds the thumbnails that Slack makes of an image. The numbers are
// from a payload in the tests of Slack's SDKs.
func addThumbnails(o object, f *File) {
	for _, size := range []int{64, 80, 160, 360, 480, 720} {
		key := fmt.Sprintf("thumb_%d", size)
		o[key] = f.URL + "/" + key
		if size >= 360 {
			o[key+"_w"], o[key+"_h"] = size, size
		}
	}
	maps.Copy(o, object{"original_w": 736, "original_h": 740, "thumb_tiny": "AwAwADA"})
}

func (s *Server) filesInfo(c *call) (object, error) {
	f := s.file(c.args["file"])
	if f == nil {
		return nil, fail("file_not_found")
	}
	return object{"file": s.fileJSON(f), "comments": []any{}, "response_metadata": object{"next_cursor": ""}}, nil
}

// serveFile serves url_private. Like Slack, it redirects a request without a
// valid token to the sign-in page, whose status is 200.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	team, _, _ := strings.Cut(r.PathValue("path"), "/")
	fault := s.takeFault("file", &call{})
	if fault != nil && s.applyFault(w, r, fault) {
		return
	}
	s.mu.Lock()
	f := s.file(strings.TrimPrefix(team, s.Team+"-"))
	s.record("file", &call{}, "")
	s.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") != "Bearer "+s.BotToken && r.URL.Query().Get("redir") == "":
		http.Redirect(w, r, r.URL.Path+"?redir="+r.URL.Path, http.StatusFound)
	case r.URL.Query().Get("redir") != "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Sign in</title>"))
	case f == nil:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", f.Type)
		_, _ = w.Write(f.Content)
	}
}
