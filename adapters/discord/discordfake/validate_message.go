package discordfake

import "strings"

// maxContent is the most characters of a bot's message.
//
// https://docs.discord.com/developers/resources/message#create-message
const maxContent = 2000

// maxNonce is the most characters of a nonce.
const maxNonce = 25

// A draft is a message that a request asks for, checked.
type draft struct {
	content    string
	embeds     []any
	components []any
	flags      int
	allowed    allowance

	has map[string]bool // which of the fields the body has
}

// settable are the flags that a request can set.
const settable = SuppressEmbeds | SuppressNotifications | ComponentsV2

// draft checks what all bodies of messages have. before are the flags that the
// message had; extra are flags that can be set besides.
func (f *form) draft(body object, fallback allowance, before, extra int) draft {
	d := draft{has: map[string]bool{}}
	for _, key := range []string{"content", "embeds", "components", "flags"} {
		_, d.has[key] = body[key]
	}
	d.flags = f.number(body, "flags", "", 0, 1<<53, 0)&(settable|extra) | before&^SuppressEmbeds
	d.content = strings.TrimSpace(f.within(body, "content", "", 0, maxContent))
	d.embeds = f.embeds(body)
	d.components = f.components(body, d.flags)
	d.allowed = allowed(f, body, fallback)
	if d.flags&ComponentsV2 != 0 {
		for key, used := range map[string]bool{"content": d.content != "", "embeds": len(d.embeds) > 0} {
			if used {
				f.wrong(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '"+key+"' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
			}
		}
	}
	return d
}

// empty reports whether nothing would be shown.
func (m *Message) empty() bool {
	return m.Content == "" && len(m.Embeds) == 0 && len(m.Components) == 0 && len(m.Files) == 0
}

// nonce checks the nonce of a body. It is a text or a number.
func (f *form) nonce(body object) string {
	if n, ok := body["nonce"].(float64); ok {
		return numeral(int(n))
	}
	return f.within(body, "nonce", "", 0, maxNonce)
}

// rewrite puts a draft over a message that stands: what the body does not have
// stays. The caller holds s.mu.
func (s *Server) rewrite(f *form, m *Message, d draft, c *call, body object) error {
	next := *m
	if d.has["content"] {
		next.Content = d.content
	}
	if d.has["embeds"] {
		next.Embeds = d.embeds
	}
	if d.has["components"] {
		next.Components = d.components
	}
	if d.has["flags"] {
		next.Flags = d.flags | m.Flags&(HasThread|Ephemeral|Loading)
	}
	if next.Flags&ComponentsV2 != 0 && (next.Content != "" || len(next.Embeds) > 0) {
		f.wrong("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The message has content or embeds, which components v2 cannot have beside them")
	}
	next.Files = s.attachments(f, c, body, m.Channel, m.Files)
	if err := f.failure(); err != nil {
		return err
	}
	if next.empty() {
		return fail(emptyMessage)
	}
	*m = next
	if d.has["content"] || d.has["components"] {
		s.mention(m, d.allowed, true)
	}
	return nil
}
