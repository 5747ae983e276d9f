// Package traces sends OpenTelemetry traces: from an event to the posts that follow
// from it, in whichever process they are sent. It decorates the adapters and the
// store, so that the core knows nothing of it. A span has IDs and words of this
// program, never what people wrote.
//
//	handle message (adapters/slack) ── commit (the store) ┐
//	                                                      └ the post keeps the span ── post (adapters/slack)
package traces

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"mabsbot/bot"
)

// The attributes of spans.
const (
	attrAdapter = "mabsbot.adapter"
	attrEvent   = "mabsbot.event"
	attrPost    = "mabsbot.post"
	attrAttempt = "mabsbot.attempt"
	attrBand    = "mabsbot.band"
	attrHit     = "mabsbot.hit"
	attrPosts   = "mabsbot.posts"
)

// A Tracer makes the decorators. Create it with Start, or with New in a test.
type Tracer struct {
	tracer  trace.Tracer
	handled sync.Map // the spans of the events that are being handled, by bot.EventID
}

// New returns a tracer that makes its spans with another one.
func New(t trace.Tracer) *Tracer { return &Tracer{tracer: t} }

// Adapter returns the adapter with a span for each event and each attempt to post. A
// nil Tracer makes no spans.
func (t *Tracer) Adapter(a bot.Adapter) bot.Adapter {
	if t == nil {
		return a
	}
	return &adapter{a, t}
}

type adapter struct {
	bot.Adapter
	t *Tracer
}

var _ bot.Observer = (*adapter)(nil)

// Unwrap makes the optional interfaces of the adapter visible, see bot.As.
func (a *adapter) Unwrap() bot.Adapter { return a.Adapter }

// Run implements bot.Adapter.
func (a *adapter) Run(ctx context.Context, handle bot.Handler) error {
	return a.Adapter.Run(ctx, func(ctx context.Context, e bot.Event) error {
		id := e.About().ID
		ctx, span := a.t.tracer.Start(ctx, spanHandle, trace.WithSpanKind(trace.SpanKindConsumer),
			trace.WithAttributes(attribute.String(attrAdapter, a.Name()), attribute.String(attrEvent, string(id))))
		a.t.handled.Store(id, span)
		defer a.t.handled.CompareAndDelete(id, span)
		return end(span, handle(ctx, e))
	})
}

// Observe implements bot.Observer. An event that leads to nothing is chatter, whose
// span is dropped.
func (a *adapter) Observe(event bot.Event, turn bot.Turn) {
	if span, ok := a.t.handled.Load(event.About().ID); ok {
		span.(trace.Span).SetAttributes(attribute.String(attrBand, turn.Seen.Band.String()), attribute.String(attrHit, turn.Seen.Hit), attribute.Int(attrPosts, len(turn.Posts)),
			attribute.Bool(attrChatter, turn.Silent()))
	}
	if o, ok := bot.As[bot.Observer](a.Adapter); ok {
		o.Observe(event, turn)
	}
}

// Post implements bot.Adapter. The span continues that of the event.
func (a *adapter) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{traceparent: p.Trace})
	ctx, span := a.t.tracer.Start(ctx, spanPost, trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(attribute.String(attrAdapter, a.Name()), attribute.String(attrPost, string(p.ID)), attribute.Int(attrAttempt, p.Attempt)))
	d, err := a.Adapter.Post(ctx, p)
	return d, end(span, err)
}

// The names of the spans.
const (
	spanHandle = "handle event"
	spanCommit = "commit turn"
	spanPost   = "post"
)

// traceparent is the name of the header whose form a post keeps.
// https://www.w3.org/TR/trace-context/
const traceparent = "traceparent"

// Store returns the store with a span for each turn that is committed, whose posts
// then keep the span of their event. A nil Tracer makes no spans.
func (t *Tracer) Store(s bot.Store) bot.Store {
	if t == nil {
		return s
	}
	return &store{s, t}
}

type store struct {
	bot.Store
	t *Tracer
}

// Apply implements bot.Store.
func (s *store) Apply(ctx context.Context, turn bot.Turn) error {
	ctx, span := s.t.tracer.Start(ctx, spanCommit)
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	posts := make([]bot.Post, len(turn.Posts))
	for i, p := range turn.Posts {
		p.Trace = carrier[traceparent]
		posts[i] = p
	}
	if len(posts) > 0 {
		turn.Posts = posts
	}
	return end(span, s.Store.Apply(ctx, turn))
}

// end ends a span. It leaves out the text of the error, which may have a URL.
func end(span trace.Span, err error) error {
	if err != nil {
		span.SetStatus(codes.Error, "failed")
	}
	span.End()
	return err
}
