package discordfake

import (
	"strconv"
	"strings"
)

// maxContent is the maximum length of a bot's message.
//
// https://docs.discord.com/developers/resources/message#create-message
const maxContent = 2000

// maxNonce is the maximum length of a nonce.
//
// https://docs.discord.com/developers/resources/message#create-message
const maxNonce = 25

// A messageBody is the validated body of a request with a message.
type messageBody struct {
	content    string
	embeds     []any
	components []any
	flags      int
	allowed    allowedMentions

	present map[string]bool // fields that the body has
}

// settableFlags are the flags that a request can set.
const settableFlags = flagSuppressEmbeds | flagSuppressNotifications | flagComponentsV2

// messageBody validates the fields that all bodies with a message share. before
// are the flags of the edited message; extra are additional flags that the
// request can set.
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

// isEmpty reports whether the message has nothing to show.
func (m *Message) isEmpty() bool {
	return m.Content == "" && len(m.Embeds) == 0 && len(m.Components) == 0 && len(m.Files) == 0
}

// nonce validates a nonce, which is a string or a number.
func (f *form) nonce(body object) string {
	if n, ok := body["nonce"].(float64); ok {
		return strconv.Itoa(int(n))
	}
	return f.text(body, "nonce", "", 0, maxNonce)
}

// applyEdit applies a validated body to a message. Missing fields stay
// unchanged. The caller holds s.mu.
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
		f.add("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Content and embeds cannot be used with components v2")
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
