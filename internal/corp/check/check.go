// Package check finds out live what keeps a corp's connection from working: credentials,
// trusted address, callbacks, permissions, visible range, clock, quotas, limits, sync.
//
// Each finding says what was found and, unless all is well, the remedy in one sentence, in
// Chinese and English. It promises to change nothing, at the platform or here, and to use
// no token of others: the secrets themselves are tried. It costs the corp about ten calls.
package check

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"yutang/internal/clock"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// State says how bad a finding is.
type State string

// The states. Fail means that something does not work.
const (
	OK   State = "ok"
	Warn State = "warn"
	Fail State = "fail"
)

// Text is a sentence in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In is the text in a language: "zh", or else English.
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.ZH
	}
	return t.EN
}

// say formats both with the same arguments.
func say(zh, en string, args ...any) Text {
	return Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// Finding is the result of one check.
type Finding struct {
	Check  string `json:"check" doc:"stable name of the check"`
	State  State  `json:"state" enum:"ok,warn,fail"`
	Found  Text   `json:"found"`
	Remedy *Text  `json:"remedy,omitempty"`
}

// Sync is how the last comparison with the platform went.
type Sync struct {
	State   string // running, done, failed
	Error   string
	Started time.Time
	Done    time.Time // of the last that ended well; zero: none
}

// Facts are what other rooms know. Nil ones are left out.
type Facts struct {
	Heard func(ctx context.Context, corpID string) (time.Time, error) // last callback; zero: none
	Sync  func(ctx context.Context, corpID string) (Sync, error)
	Ways  func(ctx context.Context, corpID string) (int, error) // contact ways that we made
}

// Config is what the checks stand on. HTTP reaches the platform and ourselves.
type Config struct {
	DB     *db.DB
	Box    *seal.Box
	Clock  clock.Clock
	HTTP   *http.Client
	Limits *wecom.Limits
	Facts  Facts
}

// Checker checks corps. Safe for concurrent use.
type Checker struct {
	Config
}

// New makes a checker.
func New(cfg Config) *Checker {
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	return &Checker{cfg}
}

// Within is how long a run may take.
const Within = 60 * time.Second

// Run checks a corp. The error is not_found when none of that id is connected.
func (k *Checker) Run(ctx context.Context, corpID string) ([]Finding, error) {
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	watch := &watcher{next: k.HTTP.Transport, clock: k.Clock}
	if watch.next == nil {
		watch.next = http.DefaultTransport
	}
	web := *k.HTTP
	web.Transport = watch
	r := &run{
		Checker: k, id: corpID, watch: watch,
		corps: corp.New(corp.Config{DB: k.DB, Box: k.Box, Clock: k.Clock, HTTP: &web, Tokens: &freshTokens{}, Limits: k.Limits}),
	}
	var err error
	if r.corp, err = r.corps.Get(ctx, corpID); err != nil {
		return nil, err
	}
	if r.credentials(ctx) {
		r.live(ctx)
	}
	r.callbacks(ctx)
	return r.found, r.local(ctx)
}

// Failed counts the findings that fail.
func Failed(list []Finding) (n int) {
	for _, f := range list {
		if f.State == Fail {
			n++
		}
	}
	return n
}

// run is one check of one corp.
type run struct {
	*Checker
	id    string
	corp  corp.Corp
	corps *corp.Service
	watch *watcher
	found []Finding
}

func (r *run) ok(check string, found Text) {
	r.found = append(r.found, Finding{Check: check, State: OK, Found: found})
}

func (r *run) bad(check string, state State, found, remedy Text) {
	r.found = append(r.found, Finding{Check: check, State: state, Found: found, Remedy: &remedy})
}
