// Package channel owns the accounts through which customers are reached by SMS, e-mail and
// WeChat, and sends over them.
//
//	channel          kinds of endpoint           written to
//	sms              aliyun_sms, tencent_sms     phone
//	email            smtp                        email
//	wechat_template  wechat_official             openid:APPID
//	wechat_service   wechat_official             openid:APPID
//	mini_subscribe   wechat_mini                 openid:APPID
//
// Each endpoint has its own queue, rate and breaker in package outreach. Secrets are
// sealed at rest and never shown. Promises: an SMS whose call brought no answer is not
// repeated; it is found again by our reference, which it carries, through a report of the
// provider or by asking:
//
//	row with the time, on disk ─▶ call ─▶ accepted ─(endpoint waits for reports)─▶ handed
//	                                └─▶ unknown ──── asked, or reported ──────────▶ accepted, rejected
//	                                                       handed, after 72 h ────▶ expired: unconfirmed
//
// Reports come in through a path that only the provider is told. Replies that end messages,
// and the link that ends mails, become Consent Withdrawn. What goes into the ledger names
// codes, never a number, an address or a text.
//
// Not promised: that an e-mail or a WeChat message was seen; acceptance by the server ends
// their delivery. One without an answer waits for a human.
package channel

import (
	"context"
	"crypto/tls"
	"time"

	"yutang/internal/channel/mail"
	"yutang/internal/channel/sms"
	"yutang/internal/channel/wechat"
	"yutang/internal/channel/wire"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// The channels, as playbooks name them.
const (
	SMS            = "sms"
	Email          = "email"
	WeChatTemplate = "wechat_template"
	WeChatService  = "wechat_service"
	MiniSubscribe  = "mini_subscribe"
)

// Names are the channels of this room.
var Names = []string{SMS, Email, WeChatTemplate, WeChatService, MiniSubscribe}

// Ledger is what this room needs of package outreach.
type Ledger interface {
	Get(ctx context.Context, key string) (outreach.Delivery, *outreach.Message, error)
	SettleMany(ctx context.Context, all []outreach.Settlement, also func(ctx context.Context) error) error
}

// Submitter takes withdrawn consents down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (int, error)
}

// Config is what the room is made of. Dial refuses addresses inside the operator's
// network, Refused tells its refusals, CheckURL checks an address an operator gives; Trust
// is nil for the system's certificates.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Ledger   Ledger
	Dial     wire.Dial
	Refused  func(error) bool
	CheckURL func(text string) error
	Trust    *tls.Config
}

// Service keeps the endpoints and sends through them. Safe for concurrent use.
type Service struct {
	Config
	vendors map[Kind]sms.Vendor
	mail    *mail.Client
	wechat  *wechat.Client
	submit  Submitter
	source  int64
}

// New makes the service and registers its worker with cfg.Jobs.
func New(cfg Config) *Service {
	w := wire.New(cfg.Dial, cfg.Refused, cfg.Trust)
	s := &Service{
		Config:  cfg,
		vendors: map[Kind]sms.Vendor{AliyunSMS: sms.Aliyun{Wire: w, Clock: cfg.Clock}, TencentSMS: sms.Tencent{Wire: w, Clock: cfg.Clock}},
		mail:    &mail.Client{Dial: cfg.Dial, Refused: cfg.Refused, Trust: cfg.Trust},
		wechat:  &wechat.Client{Wire: w, Tokens: wecom.NewTokens(cfg.DB, cfg.Box, cfg.Clock)},
	}
	cfg.Jobs.Handle(followKind, &job.Each{Queue: cfg.Jobs, Concurrency: 4, MaxAttempts: 100, Do: s.follow})
	return s
}

// UseSubmitter sets the road that withdrawn consents take and their source. Before Start
// of the jobs and the doors.
func (s *Service) UseSubmitter(road Submitter, source int64) { s.submit, s.source = road, source }

// Sender is who sends over a channel of Names.
func (s *Service) Sender(channel string) outreach.Sender {
	if channel == SMS {
		return texter{s}
	}
	return sender{s}
}

// Address is the type of identity that a channel writes to through an endpoint; "" for a
// channel of another room.
func (s *Service) Address(ctx context.Context, channel, endpoint string) (string, error) {
	switch channel {
	case SMS:
		return "phone", nil
	case Email:
		return "email", nil
	case WeChatTemplate, WeChatService, MiniSubscribe:
		e, err := s.Get(ctx, endpoint)
		if err != nil {
			return "", err
		}
		return "openid:" + e.Settings.AppID, nil
	}
	return "", nil
}

// callTimeout bounds what a sender does around the call itself.
const callTimeout = time.Minute
