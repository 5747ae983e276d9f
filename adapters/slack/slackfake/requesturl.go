package slackfake

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// UseHTTP switches from Socket Mode to signed HTTP requests to the URL. Like
// Slack, it first verifies the URL with a url_verification challenge.
func (s *Server) UseHTTP(url string) error {
	s.mu.Lock()
	challenge := s.newID("challenge")
	s.mu.Unlock()
	body, err := json.Marshal(object{"type": "url_verification", "token": verificationToken, "challenge": challenge})
	if err != nil {
		return err
	}
	answer, err := s.postSigned(url, "application/json", body, nil)
	if err != nil {
		return err
	}
	if !answer.answersChallenge(challenge) {
		return fmt.Errorf("slackfake: %s does not answer the challenge: %d %s", url, answer.status, answer.body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requestURL = url
	return nil
}

// verificationToken is the deprecated token that payloads still carry.
const verificationToken = "fake-verification-token"

// An appResponse is the app's response to a request.
type appResponse struct {
	status int
	header http.Header
	body   []byte
}

// answersChallenge reports whether the response is the challenge, as text or as
// JSON.
func (a appResponse) answersChallenge(challenge string) bool {
	o, _ := decodeJSON(string(a.body)).(object)
	return a.status == http.StatusOK && (string(a.body) == challenge || o["challenge"] == challenge)
}

// Sign returns the X-Slack-Signature of a body.
//
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func Sign(secret string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%d:%s", at.Unix(), body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// postSigned sends a signed request.
func (s *Server) postSigned(url, kind string, body []byte, header http.Header) (appResponse, error) {
	client := http.Client{Timeout: s.options.AckTimeout}
	r, err := http.NewRequestWithContext(s.http.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return appResponse{}, err
	}
	maps.Copy(r.Header, header)
	now := time.Now()
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("X-Slack-Signature", Sign(s.SigningSecret, now, body))
	w, err := client.Do(r)
	if err != nil {
		return appResponse{}, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(io.LimitReader(w.Body, maxBody))
	return appResponse{w.StatusCode, w.Header, text}, err
}

// encode returns the body of the payload: JSON for events, a form for
// everything else.
func (d *delivery) encode() (kind string, body []byte) {
	text, err := json.Marshal(d.payload)
	if err != nil {
		panic(err) // payloads are JSON
	}
	switch d.payloadType {
	case "events_api":
		return "application/json", text
	case "slash_commands":
		form := url.Values{}
		for k, v := range d.payload {
			form.Set(k, fmt.Sprint(v))
		}
		return "application/x-www-form-urlencoded", []byte(form.Encode())
	}
	return "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(text)}}.Encode())
}

// postPayload sends the payload as a request. The caller holds s.mu.
func (s *Server) postPayload(d *delivery) {
	kind, body := d.encode()
	header := http.Header{}
	if d.attempts > 1 {
		header.Set("X-Slack-Retry-Num", strconv.Itoa(d.attempts-1))
		header.Set("X-Slack-Retry-Reason", d.retryReason)
	}
	url := s.requestURL
	s.http.Go(func() {
		a, err := s.postSigned(url, kind, body, header)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.handleResponse(d, a, err)
	})
}

// handleResponse settles the delivery or schedules a retry, depending on the
// app's response.
func (s *Server) handleResponse(d *delivery, a appResponse, err error) {
	switch {
	case s.http.Context().Err() != nil:
		s.settle(d, nil, errNotConnected)
	case err != nil && isTimeout(err):
		s.attemptFailed(d, errTimeout, "http_timeout")
	case err != nil:
		s.attemptFailed(d, fmt.Errorf("%w: %w", errNotConnected, err), "connection_failed")
	case a.status/100 == 2:
		s.acknowledged(d, a.body)
	default:
		refused := fmt.Errorf("%w: HTTP %d", errRejected, a.status)
		if a.header.Get("X-Slack-No-Retry") == "1" {
			s.settle(d, nil, refused)
			return
		}
		s.attemptFailed(d, refused, "http_error")
	}
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}
