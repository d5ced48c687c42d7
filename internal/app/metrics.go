package app

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"yutang/internal/pipeline"
	"yutang/internal/wecom"
	"yutang/internal/welcome"
)

// metrics are the program's own figures for Prometheus.
type metrics struct {
	registry   *prometheus.Registry
	events     prometheus.Counter
	duplicates prometheus.Counter
	batches    prometheus.Histogram
	sizes      prometheus.Histogram
	calls      *prometheus.CounterVec
	callTimes  prometheus.Histogram
	callbacks  *prometheus.CounterVec
	answers    prometheus.Histogram

	welcomes     *prometheus.CounterVec
	welcomeTimes prometheus.Histogram
}

func newMetrics() *metrics {
	m := &metrics{
		registry:   prometheus.NewRegistry(),
		events:     prometheus.NewCounter(prometheus.CounterOpts{Name: "yutang_events_total", Help: "Events stored."}),
		duplicates: prometheus.NewCounter(prometheus.CounterOpts{Name: "yutang_duplicates_total", Help: "Messages that were stored before."}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "yutang_batch_seconds", Help: "Time of one transaction of the road.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
		sizes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "yutang_batch_events", Help: "Events in one transaction of the road.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 14),
		}),
	}
	m.wecom()
	m.registry.MustRegister(m.events, m.duplicates, m.batches, m.sizes, m.calls, m.callTimes, m.callbacks, m.answers, m.welcomes, m.welcomeTimes,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// wecom makes the figures of both directions of WeCom.
func (m *metrics) wecom() {
	m.calls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "yutang_wecom_calls_total", Help: "Calls to the platform by path, class of error and code.",
	}, []string{"path", "class", "code"})
	m.callTimes = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "yutang_wecom_call_seconds", Help: "Time of a call to the platform.", Buckets: prometheus.ExponentialBuckets(0.002, 2, 14),
	})
	m.callbacks = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "yutang_wecom_callbacks_total", Help: "Callbacks by event, or by why they were refused.",
	}, []string{"event", "refused"})
	m.welcomes = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "yutang_welcomes_total", Help: "Welcome messages by outcome.",
	}, []string{"outcome"})
	m.welcomeTimes = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "yutang_welcome_seconds", Help: "Time from a callback to the first call for its welcome message.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 15),
	})
	m.answers = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "yutang_wecom_callback_seconds", Help: "Time until a callback was answered.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 12),
	})
}

func (m *metrics) wecomCall(c wecom.Call) {
	m.calls.WithLabelValues(c.Path, c.Class.String(), strconv.Itoa(c.Code)).Inc()
	m.callTimes.Observe(c.Took.Seconds())
}

// welcomed counts what became of greetings.
func (m *metrics) welcomed(e welcome.Entry) {
	m.welcomes.WithLabelValues(string(e.Outcome)).Inc()
	if e.Latency >= 0 {
		m.welcomeTimes.Observe(e.Latency.Seconds())
	}
}

// callback counts what came in. The name of an event that nothing handles is the
// platform's word, so the number of names is bounded by what it sends.
func (m *metrics) callback(event, refused string, took time.Duration) {
	m.callbacks.WithLabelValues(event, refused).Inc()
	if refused == "" {
		m.answers.Observe(took.Seconds())
	}
}

func (m *metrics) batch(b pipeline.Batch) {
	m.events.Add(float64(b.Events))
	m.duplicates.Add(float64(b.Duplicates))
	m.batches.Observe(b.Took.Seconds())
	m.sizes.Observe(float64(b.Events + b.Duplicates))
}

// gauges adds figures that are read when asked for.
func (a *App) gauges() {
	gauge := func(name, help string, value func() float64) {
		a.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("yutang_queue_events", "Events waiting to be stored.", func() float64 { return float64(a.pipeline.Queued()) })
	gauge("yutang_log_events", "Events in the log.", func() float64 { return float64(a.log.Last()) })
	gauge("yutang_unsaved_events", "Events after the last snapshot.", func() float64 { return float64(a.pipeline.Unsaved()) })
	gauge("yutang_customers", "Customer records, merged ones included.", func() float64 {
		a.timeline.RLock()
		defer a.timeline.RUnlock()
		return float64(a.timeline.Customers())
	})
}
