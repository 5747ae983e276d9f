package discordfake

import (
	"strconv"
	"strings"
)

// maxContent is the most characters of a bot's message.
//
// https://docs.discord.com/developers/resources/message#create-message
const maxContent = 2000

// maxNonce is the most characters of a nonce.
const maxNonce = 25

// A messageBody is a message that a request asks for, checked.
type messageBody struct {
	content    string
	embeds     []any
	components []any
	flags      int
	allowed    allowedMentions

	present map[string]bool // which of the fields the body has
}

// settableFlags are the flags that a request can set.
const settableFlags = flagSuppressEmbeds | flagSuppressNotifications | flagComponentsV2

// messageBody checks what all bodies of messages have. before are the flags that the
// message had; extra are flags that can be set besides.
func (f *form) messageBody(body object, fallback allowedMentions, before, extra int) messageBody {
	d := messageBody{present: map[string]bool{}}
	for _, key := range []string{"content", "embeds", "components", "flags"} {
		_, d.present[key] = body[key]
	}
	d.flags = f.integer(body, "flags", "", 0, 1<<53, 0)&(settableFlags|extra) | before&^flagSuppressEmbeds
	d.content = strings.TrimSpace(f.text(body, "content", "", 0, maxContent))
	d.embeds = f.embeds(body)
	d.components = f.components(body, d.flags)
	d.allowed = parseAllowedMentions(f, body, fallback)
	if d.flags&flagComponentsV2 != 0 {
		for key, used := range map[string]bool{"content": d.content != "", "embeds": len(d.embeds) > 0} {
			if used {
				f.add(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '"+key+"' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
			}
		}
	}
	return d
}

// isEmpty reports whether nothing would be shown.
func (m *Message) isEmpty() bool {
	return m.Content == "" && len(m.Embeds) == 0 && len(m.Components) == 0 && len(m.Files) == 0
}

// nonce checks the nonce of a body. It is a text or a number.
func (f *form) nonce(body object) string {
	if n, ok := body["nonce"].(float64); ok {
		return strconv.Itoa(int(n))
	}
	return f.text(body, "nonce", "", 0, maxNonce)
}

// applyEdit puts a draft over a message that stands: what the body does not have
// stays. The caller holds s.mu.
func (s *Server) applyEdit(f *form, m *Message, d messageBody, c *call, body object) error {
	next := *m
	if d.present["content"] {
		next.Content = d.content
	}
	if d.present["embeds"] {
		next.Embeds = d.embeds
	}
	if d.present["components"] {
		next.Components = d.components
	}
	if d.present["flags"] {
		next.Flags = d.flags | m.Flags&(flagHasThread|flagEphemeral|flagLoading)
	}
	if next.Flags&flagComponentsV2 != 0 && (next.Content != "" || len(next.Embeds) > 0) {
		f.add("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The message has content or embeds, which components v2 cannot have beside them")
	}
	next.Files = s.attachments(f, c, body, m.Channel, m.Files)
	if err := f.err(); err != nil {
		return err
	}
	if next.isEmpty() {
		return fail(emptyMessage)
	}
	*m = next
	if d.present["content"] || d.present["components"] {
		s.resolveMentions(m, d.allowed, true)
	}
	return nil
}
