package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// HTTP mode: one Request URL for events, commands and interactions.

const (
	// EventsPath is the path of the Request URL.
	EventsPath = "/slack/events"

	maxBody = 1 << 20 // bytes; Slack's payloads are far smaller

	contentJSON = "application/json" // of events; commands and interactions are forms

	// lastWait is how long serveWeb waits at its end for requests that are being
	// handled.
	lastWait = lastAck + time.Second
)

// Listen opens the listener of the HTTP mode, so that Addr works before Run. Run
// calls it if the caller did not.
func (s *Slack) Listen() error {
	if s.listener != nil {
		return nil
	}
	l, err := net.Listen("tcp", s.o.Addr)
	if err != nil {
		return fmt.Errorf("slack: %w", err)
	}
	s.listener = l
	return nil
}

// Addr returns the address of the listener as host:port.
func (s *Slack) Addr() string { return s.listener.Addr().String() }

// serveWeb serves requests until ctx ends.
func (s *Slack) serveWeb(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+EventsPath, func(w http.ResponseWriter, r *http.Request) { s.serve(ctx, w, r) })
	open := newConnections(s.listener, maxConnections)
	server := &http.Server{
		Handler:           mux,
		ConnState:         open.changed,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second, // enough for a megabyte from a server
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	s.link.Opened()
	served := make(chan error, 1)
	go func() { served <- server.Serve(open) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWait)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("shutdown: %w", err), server.Close())
	}
	return nil
}

// serve handles a request. A request without a valid signature is rejected
// without a reason, and nothing of it is kept. An event for which there is no room is
// refused before it is read.
func (s *Slack) serve(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") == contentJSON && s.busy(kindEvent) {
		s.refuse(w, chat.ErrBusy)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		s.intake.WarnOnce("request too large", "limit", maxBody)
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	if err := verify(s.o.SigningSecret(), r.Header, body, time.Now()); err != nil {
		s.intake.WarnOnce("request rejected", "error", err)
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	e, err := readEnvelope(r.Header.Get("Content-Type"), body)
	if err != nil {
		s.intake.WarnOnce("request not understood", "error", err)
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	if e.Kind == "" { // ssl_check
		return
	}
	s.answer(ctx, w, r, e, body)
}

// answer receives an envelope and responds once it may be acknowledged. ctx is
// that of Run, so that the event is handled even if Slack closes the connection.
func (s *Slack) answer(ctx context.Context, w http.ResponseWriter, r *http.Request, e envelope, body []byte) {
	type result struct {
		answer any
		err    error
	}
	if r.Header.Get("X-Slack-Retry-Num") != "" {
		s.link.Redelivered()
	}
	arrived := time.Now()
	done := make(chan result, 1)
	s.receive(ctx, e, body, func(answer any, err error) { done <- result{answer, err} })
	late := time.NewTimer(lastAck)
	defer late.Stop()
	select {
	case got := <-done:
		if got.err != nil {
			s.refuse(w, got.err)
			return
		}
		s.writeAnswer(w, got.answer)
		s.o.Acknowledged(time.Since(arrived))
	case <-late.C:
		s.refuse(w, chat.ErrBusy)
	case <-r.Context().Done():
	}
}

// refuse asks Slack to redeliver an event.
func (s *Slack) refuse(w http.ResponseWriter, err error) {
	s.notAcknowledged(err)
	http.Error(w, "try again", http.StatusServiceUnavailable)
}

// notAcknowledged logs why an event is not acknowledged.
func (s *Slack) notAcknowledged(err error) {
	if errors.Is(err, chat.ErrBusy) {
		s.intake.Refused()
		return
	}
	s.log.Log(context.Background(), bot.FailureLevel(err, slog.LevelWarn), "slack: not acknowledged, Slack will redeliver", "error", err)
}

func (s *Slack) writeAnswer(w http.ResponseWriter, answer any) {
	if answer == nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.log.Warn("slack: response not written", "error", err)
	}
}

// readEnvelope returns a request's body as Socket Mode would deliver it. It ignores
// the query, which the signature does not cover.
func readEnvelope(contentType string, body []byte) (envelope, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return envelope{}, chat.ErrUnknown
	}
	switch kind {
	case contentJSON:
		return envelope{kindEvent, body}, nil
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		switch {
		case err != nil:
			return envelope{}, chat.ErrUnknown
		case form.Has("payload"):
			return envelope{kindInteract, json.RawMessage(form.Get("payload"))}, nil
		case form.Has("command"):
			payload, err := formPayload(form)
			return envelope{kindCommand, payload}, err
		case form.Has("ssl_check"):
			return envelope{}, nil
		}
	}
	return envelope{}, chat.ErrUnknown
}
