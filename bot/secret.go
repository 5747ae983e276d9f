package bot

import (
	"slices"
	"strings"

	"mabsbot/bot/redact"
)

// Secrets in messages. The handler replaces them by masks before anything reads
// a text, so that they get neither into the store nor into a post, and the sender
// is warned.

// withoutSecrets returns an event whose text has masks in the place of secrets.
func withoutSecrets(event Event) Event {
	switch e := event.(type) {
	case Message:
		e.Text, e.Secrets = redact.Mask(e.Text)
		return e
	case Press:
		e.Value, _ = redact.Mask(e.Value)
		return e
	}
	return event
}

// quote returns foreign text for a quotation: a single line of visible
// characters, in which the kind of each secret is in its place.
func (v voice) quote(text string) string { return visible(v.redacted(text)) }

// redacted returns foreign text in which the kind of each secret is in its place.
func (v voice) redacted(text string) string {
	return redact.Show(redact.Text(text, v.secretLabel), v.secretLabel)
}

// secretLabel returns what readers see in the place of a secret.
func (v voice) secretLabel(kind string) string { return v.text(secretText[kind]) }

// secretText maps kinds of secrets to texts.
var secretText = map[string]string{
	"sas": "secret_sas", "storage_key": "secret_storage_key", "access_key": "secret_access_key", "vault_credential": "secret_vault_credential",
	"connection_string": "secret_connection_string", "jwt": "secret_jwt", "private_key": "secret_private_key",
	"bearer_token": "secret_bearer_token", "client_secret": "secret_client_secret", "recovery_key": "secret_recovery_key",
	"product_key": "secret_product_key", "token": "secret_token", "webhook": "secret_webhook", "password": "secret_password", "passphrase": "secret_passphrase",
	"security_pin": "secret_security_pin", "hash": "secret_hash", "kerberos_ticket": "secret_kerberos_ticket", "snmp_community": "secret_snmp_community",
}

// warnOfSecrets warns the sender of a message with secrets, in private, where the
// bot reads along or is spoken to. Edits of a message lead to the same post, so
// there is one warning for a message.
func (d decision) warnOfSecrets(m Message) {
	w := d.state.Walkthrough
	reads := d.channel.Mode != ModeMention || m.Addressed || m.Command || m.InThread && w.Status != ""
	if len(m.Secrets) == 0 || m.From.Bot || m.Change == ChangeDeleted || !reads {
		return
	}
	var kinds []string
	for _, kind := range m.Secrets {
		if name := strings.Trim(d.secretLabel(kind), "[]"); !slices.Contains(kinds, name) {
			kinds = append(kinds, name)
		}
	}
	p := Post{ID: warningID(m), Thread: d.head.Thread, To: d.head.From}
	key := "secret_warning"
	var link Block
	switch {
	case d.head.Direct || m.Command || d.inPrivateThread():
		p.Private, key = !d.head.Direct, "secret_warning_direct"
	case d.rules.Can.Private && d.rules.Can.Unprompted:
		p.Private = true
		if !m.InThread {
			p.Thread.Root = "" // a thread that nobody has open hides it
		}
	case d.rules.Can.DirectMessages:
		p.Thread, p.Opens = d.directThread(), true
		p.Thread.Root += "-secret" // not that of an answer
		link = Block{Kind: BlockThread, Text: d.text("secret_message"), Thread: d.head.Thread}
	default:
		return
	}
	p.Reply = d.reply(paragraph(d.text(key, "kinds", strings.Join(kinds, ", "))), link)
	d.turn.Posts, d.turn.warning = append(d.turn.Posts, p), p.ID
}

// warningID returns the ID of the warning about a message.
func warningID(m Message) PostID {
	id := m.ID
	if m.Change == ChangeEdited {
		id = m.Original
	}
	return PostID(hashed(string(id) + "#secret"))
}

// limitWarnings removes the warning from a turn if its sender has just got one of
// the same kind in the same channel, so that nobody can fill a channel's queue
// with them.
func (b *Bot) limitWarnings(event Event, turn Turn) Turn {
	m, ok := event.(Message)
	if !ok || turn.warning == "" {
		return turn
	}
	place := m.Thread
	place.Root = ""
	if !b.warnings.allow(noticeKey{thread: place, user: m.From.ID, kind: m.Secrets[0]}, m.ID, noticeWindow) {
		turn.Posts = slices.DeleteFunc(turn.Posts, func(p Post) bool { return p.ID == turn.warning })
	}
	return turn
}
