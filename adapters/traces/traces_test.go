package traces

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
	memory "mabsbot/bot/store"
	"mabsbot/kb"
)

const paste = "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example. (ID 319)"

func message(id bot.EventID, text string) bot.Message {
	return bot.Message{Head: bot.Head{ID: id, Thread: bot.Thread{Adapter: "test", Channel: "c", Root: string(id)}, From: bot.User{ID: "u1", Name: "Alex Kim"}}, Text: text}
}

// TestTrace follows a paste from its event to the post, which another process sends.
func TestTrace(t *testing.T) {
	recorded := tracetest.NewSpanRecorder()
	tracer := New(trace.NewTracerProvider(trace.WithSpanProcessor(withoutChatter{recorded})).Tracer("test"))
	recorder := bottest.NewRecorder("test", bot.Capabilities{Private: true})
	a := tracer.Adapter(recorder)
	base, err := kb.Load(kb.Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	db := memory.NewMemory()
	b := bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), tracer.Store(db), db, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, b.Handler(a)) }()
	for _, m := range []bot.Message{message("m1", "good morning"), message("m2", paste)} {
		if err := recorder.Handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	other := New(trace.NewTracerProvider(trace.WithSpanProcessor(recorded)).Tracer("test")) // of another process
	if err := b.Flush(t.Context(), other.Adapter(recorder)); err != nil {
		t.Fatal(err)
	}

	spans := recorded.Ended()
	if len(spans) != 3 {
		t.Fatalf("%d spans, want those of the paste: %v", len(spans), spans)
	}
	commit, handle, post := spans[0], spans[1], spans[2]
	if commit.Name() != spanCommit || handle.Name() != spanHandle || post.Name() != spanPost {
		t.Errorf("the spans are %s, %s and %s", commit.Name(), handle.Name(), post.Name())
	}
	if id := handle.SpanContext().TraceID(); commit.SpanContext().TraceID() != id || post.SpanContext().TraceID() != id {
		t.Error("the spans are not of one trace")
	}
	if commit.Parent().SpanID() != handle.SpanContext().SpanID() || post.Parent().SpanID() != commit.SpanContext().SpanID() {
		t.Error("a span has the wrong parent")
	}
	for _, span := range spans {
		for _, attribute := range span.Attributes() {
			for _, written := range []string{"FS-11", "Alex", "Coordinator"} {
				if strings.Contains(attribute.Value.String(), written) {
					t.Errorf("%s has %s=%s", span.Name(), attribute.Key, attribute.Value.String())
				}
			}
		}
	}
}

// TestErrors checks that an error ends a span, without its text.
func TestErrors(t *testing.T) {
	recorded := tracetest.NewSpanRecorder()
	tracer := New(trace.NewTracerProvider(trace.WithSpanProcessor(recorded)).Tracer("test"))
	failing := tracer.Adapter(refusing{bottest.NewRecorder("test", bot.Capabilities{})})
	if _, err := failing.Post(t.Context(), bot.Post{ID: "p"}); err == nil {
		t.Error("the error is lost")
	}
	if s := recorded.Ended()[0].Status(); s.Code != codes.Error || strings.Contains(s.Description, "secret") {
		t.Errorf("the status is %+v", s)
	}
}

type refusing struct{ *bottest.Recorder }

func (refusing) Post(context.Context, bot.Post) (bot.Delivery, error) {
	return bot.Delivery{}, errors.New("https://example.com/secret")
}

// TestInterfaces checks that the decorators are transparent, and that a nil Tracer
// makes none.
func TestInterfaces(t *testing.T) {
	standby := standingBy{bottest.NewRecorder("test", bot.Capabilities{})}
	if _, ok := bot.As[bot.Standby](New(nil).Adapter(standby)); !ok {
		t.Error("no Standby")
	}
	var none *Tracer
	if none.Adapter(standby) != bot.Adapter(standby) || none.Store(nil) != nil {
		t.Error("a nil Tracer decorates")
	}
}

type standingBy struct{ *bottest.Recorder }

func (standingBy) StandsBy() bool { return true }

func TestConfigured(t *testing.T) {
	for name, tt := range map[string]struct {
		endpoint, variables string
		want                bool
	}{
		"nothing":                  {"", "", false},
		"an endpoint":              {"http://127.0.0.1:4318/v1/traces", "", true},
		"the standard endpoint":    {"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318", true},
		"the one for traces":       {"", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces", true},
		"the SDK is disabled":      {"http://127.0.0.1:4318/v1/traces", "OTEL_SDK_DISABLED=true", false},
		"traces are not exported":  {"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_TRACES_EXPORTER=none", false},
		"only another variable is": {"", "OTEL_SERVICE_NAME=bot", false},
	} {
		getenv := func(name string) string {
			for v := range strings.FieldsSeq(tt.variables) {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		}
		if got := Configured(tt.endpoint, getenv); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestStart checks that spans arrive at a collector when the program ends.
func TestStart(t *testing.T) {
	var arrived atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/traces" && r.Header.Get("Content-Type") == "application/x-protobuf" {
			arrived.Add(1)
		}
	}))
	defer collector.Close()
	tracer, stop, err := Start(t.Context(), Options{Endpoint: collector.URL + "/v1/traces", Version: "v1.2.3", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tracer.Adapter(bottest.NewRecorder("test", bot.Capabilities{})).Post(t.Context(), bot.Post{ID: "p"}); err != nil {
		t.Fatal(err)
	}
	stop()
	if arrived.Load() != 1 {
		t.Errorf("%d requests arrived", arrived.Load())
	}
}
