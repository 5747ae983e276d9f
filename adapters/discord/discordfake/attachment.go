package discordfake

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A File is an attachment of a message.
type File struct {
	ID      string // "" to generate one
	Name    string
	Content []byte
	Type    string // content_type that Discord reports; "" for text/plain; charset=utf-8
	Size    int    // size that Discord reports; 0 for the length of Content
	URL     string // "" for an address on this server

	channel, description string
	expires              time.Time // of the URL
}

// addFile stores a file with its ID. The caller holds s.mu.
func (s *Server) addFile(f File, channel string) File {
	f.ID = cmp.Or(f.ID, s.id())
	f.Type = cmp.Or(f.Type, "text/plain; charset=utf-8")
	f.channel, f.expires = channel, time.Now().Add(attachmentTTL)
	if f.Size == 0 {
		f.Size = len(f.Content)
	}
	s.files[f.ID] = &f
	return f
}

// attachmentsJSON returns the attachments of a message. Their signed URLs
// expire.
func (s *Server) attachmentsJSON(m *Message) []any {
	attachments := []any{}
	for _, f := range m.Files {
		q := url.Values{"ex": {strconv.FormatInt(f.expires.Unix(), 16)}, "is": {strconv.FormatInt(snowflakeTime(f.ID).Unix(), 16)}, "hm": {"fake" + f.ID}}
		link := cmp.Or(f.URL, fmt.Sprintf("%s/attachments/%s/%s/%s?%s&", s.CDNURL(), f.channel, f.ID, url.PathEscape(f.Name), q.Encode()))
		o := object{
			"id": f.ID, "filename": f.Name, "size": f.Size, "url": link, "proxy_url": link, "content_type": f.Type, "content_scan_version": 0,
		}
		if f.description != "" {
			o["description"] = f.description
		}
		if m.EphemeralTo != "" {
			o["ephemeral"] = true
		}
		attachments = append(attachments, o)
	}
	return attachments
}

// serveFile serves attachments. It needs no token.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	c := &call{route: route{name: GetAttachment}, r: r, at: time.Now()}
	if fault := s.takeFault(GetAttachment); fault != nil && s.applyFault(w, c, fault) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fileAt(r.URL)
	switch {
	case f == nil:
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		s.record(c, http.StatusNotFound, nil)
	default:
		w.Header().Set("Content-Type", f.Type)
		_, _ = w.Write(f.Content) // the client may be gone
		s.record(c, http.StatusOK, nil)
	}
}

// fileAt returns the file at a URL, or nil if the URL is invalid or expired.
func (s *Server) fileAt(u *url.URL) *File {
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 4 || parts[0] != "attachments" {
		return nil
	}
	f := s.files[parts[2]]
	if f == nil || f.channel != parts[1] || u.Query().Get("hm") != "fake"+f.ID || time.Now().After(f.expires) {
		return nil
	}
	return f
}

// readForm reads a multipart form with the JSON body in payload_json.
func (c *call) readForm(body []byte, boundary string) error {
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fail(invalidFormBody)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return fail(invalidFormBody)
		}
		if part.FormName() == "payload_json" {
			if err := c.readJSON(content); err != nil {
				return err
			}
			continue
		}
		c.uploads = append(c.uploads, upload{key: part.FormName(), File: File{Name: part.FileName(), Content: content, Type: contentType(part.Header, content)}})
	}
}

// contentType returns the type of an uploaded file. Discord detects it if the
// bot does not declare one.
func contentType(header textproto.MIMEHeader, content []byte) string {
	if said := header.Get("Content-Type"); said != "application/octet-stream" {
		return said
	}
	return http.DetectContentType(content)
}

// attachments stores the uploads of a request and returns all attachments of
// the message. If the body lists attachments, only the listed ones of before
// remain.
func (s *Server) attachments(f *form, c *call, body object, channel string, before []File) []File {
	kept := before
	described := map[string]object{}
	if _, ok := body["attachments"].([]any); ok {
		kept = nil
		for _, o := range f.objects(body, "attachments", "") {
			id := fmt.Sprint(o["id"])
			described[id] = o
			if i := slices.IndexFunc(before, func(each File) bool { return each.ID == id }); i >= 0 {
				kept = append(kept, before[i])
			}
		}
	}
	for _, u := range c.uploads {
		n := strings.TrimSuffix(strings.TrimPrefix(u.key, "files["), "]")
		if o := described[n]; o != nil {
			name, _ := o["filename"].(string)
			u.Name = cmp.Or(name, u.Name)
			u.description, _ = o["description"].(string)
		}
		kept = append(kept, s.addFile(u.File, channel))
	}
	f.maxItems("attachments", len(kept), 10) // https://docs.discord.com/developers/resources/message#create-message
	return kept
}

// tooLarge reports whether a file exceeds the limit of uploads.
func (c *call) tooLarge() bool {
	for _, u := range c.uploads {
		if len(u.Content) > maxFile {
			return true
		}
	}
	return false
}
