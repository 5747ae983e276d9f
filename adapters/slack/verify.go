package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Signatures of Slack's requests.
// https://docs.slack.dev/authentication/verifying-requests-from-slack/

// maxSignatureAge is how far the timestamp of a request may differ from the
// present, so that a recorded request cannot be replayed later. Slack recommends
// five minutes.
const maxSignatureAge = 300 * time.Second

// The errors of a signature.
var (
	errUnsigned = errors.New("the signature is missing or invalid")
	errOld      = errors.New("the timestamp of the signature is too old or in the future")
)

// verify checks the signature and the timestamp of a request.
func verify(secret string, header http.Header, body []byte, now time.Time) error {
	stamp := header.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || secret == "" {
		return errUnsigned
	}
	given, ok := strings.CutPrefix(header.Get("X-Slack-Signature"), "v0=")
	signature, err := hex.DecodeString(given)
	if !ok || err != nil {
		return errUnsigned
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	if !hmac.Equal(signature, mac.Sum(nil)) {
		return errUnsigned
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > maxSignatureAge || age < -maxSignatureAge {
		return errOld
	}
	return nil
}
