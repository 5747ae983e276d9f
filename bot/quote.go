package bot

import "mabsbot/bot/redact"

// quote returns foreign text for a quotation: a single line of visible
// characters, in which the kind of each secret is in its place.
func (v voice) quote(text string) string {
	return visible(redact.Text(text, func(kind string) string { return v.text(secretText[kind]) }))
}

// secretText maps kinds of secrets to texts.
var secretText = map[string]string{
	"sas": "secret_sas", "storage_key": "secret_storage_key", "access_key": "secret_access_key", "vault_credential": "secret_vault_credential",
	"connection_string": "secret_connection_string", "jwt": "secret_jwt", "private_key": "secret_private_key",
	"bearer_token": "secret_bearer_token", "client_secret": "secret_client_secret", "recovery_key": "secret_recovery_key",
	"product_key": "secret_product_key", "token": "secret_token", "webhook": "secret_webhook", "password": "secret_password", "passphrase": "secret_passphrase",
	"security_pin": "secret_security_pin", "hash": "secret_hash", "kerberos_ticket": "secret_kerberos_ticket", "snmp_community": "secret_snmp_community",
}
