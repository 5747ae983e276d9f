package traces

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
)

// attrChatter marks the span of an event that leads to nothing.
const attrChatter = "mabsbot.chatter"

// Options configure Start.
type Options struct {
	Endpoint string // URL of a collector, for OTLP over HTTP; "" leaves that to the OTEL_… variables
	Version  string // of the program
	Log      *slog.Logger
}

// Configured reports whether to send traces: if there is an endpoint, or one of the
// standard variables names one.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
func Configured(endpoint string, getenv func(string) string) bool {
	if getenv("OTEL_SDK_DISABLED") == "true" || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return endpoint != "" || getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// Start returns a tracer that sends spans in batches, as the OTEL_… variables say.
// stop sends the last ones.
func Start(ctx context.Context, o Options) (t *Tracer, stop func(), err error) {
	var options []otlptracehttp.Option
	if o.Endpoint != "" {
		options = append(options, otlptracehttp.WithEndpointURL(o.Endpoint))
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { o.Log.Warn("traces: not sent", "error", err) }))
	about := []attribute.KeyValue{attribute.String("service.version", o.Version)}
	if os.Getenv("OTEL_SERVICE_NAME") == "" {
		about = append(about, attribute.String("service.name", "mabsbot"))
	}
	described, err := resource.Merge(resource.Default(), resource.NewSchemaless(about...))
	if err != nil {
		return nil, nil, err
	}
	provider := trace.NewTracerProvider(trace.WithResource(described), trace.WithSpanProcessor(withoutChatter{trace.NewBatchSpanProcessor(exporter)}))
	stop = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			o.Log.Warn("traces: the last ones are not sent", "error", err)
		}
	}
	return New(provider.Tracer("mabsbot")), stop, nil
}

// stopTime bounds the wait for a collector when the program ends. Together with the
// other work it is within the 10 s of docker stop.
const stopTime = time.Second

// withoutChatter drops the spans of chatter. Almost all messages are chatter, and
// have one span.
type withoutChatter struct{ trace.SpanProcessor }

// OnEnd implements trace.SpanProcessor.
func (p withoutChatter) OnEnd(s trace.ReadOnlySpan) {
	if !slices.Contains(s.Attributes(), attribute.Bool(attrChatter, true)) {
		p.SpanProcessor.OnEnd(s)
	}
}
