package channel

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"yutang/internal/channel/sms"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

const (
	receiptPrefix = "/channels/receipts/"
	maxReceipt    = 1 << 20
	maxItems      = 5000
)

// Receive is the door of providers: POST /channels/receipts/{endpoint}/{token}. It answers
// success only when what came in is kept, so that the provider posts again otherwise.
func (s *Service) Receive(w http.ResponseWriter, r *http.Request) {
	e, err := s.Get(r.Context(), r.PathValue("endpoint"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		answer(w, e.Kind, http.StatusServiceUnavailable)
		return
	}
	token := s.receiptToken(e)
	if err != nil || s.vendors[e.Kind] == nil || subtle.ConstantTimeCompare([]byte(token), []byte(r.PathValue("token"))) != 1 {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxReceipt))
	if err == nil {
		err = s.take(r.Context(), e, body)
	}
	switch {
	case err == nil:
		answer(w, e.Kind, http.StatusOK)
	case errors.Is(err, errBody):
		answer(w, e.Kind, http.StatusBadRequest)
	default:
		slog.Warn("reports of a provider could not be kept; it posts them again", "endpoint", e.ID, "err", err)
		answer(w, e.Kind, http.StatusServiceUnavailable)
	}
}

// answer is what each provider expects to hear.
func answer(w http.ResponseWriter, k Kind, status int) {
	code := 0
	if status != http.StatusOK {
		code = 1
	}
	said := map[string]any{"code": code, "msg": http.StatusText(status)}
	if k == TencentSMS {
		said = map[string]any{"result": code, "errmsg": http.StatusText(status)}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said) // a provider that went away posts again
}

var errBody = errors.New("channel: not reports of the provider")

// take settles what reports speak of and withdraws consent for those who ask for it.
func (s *Service) take(ctx context.Context, e Endpoint, body []byte) error {
	parse := sms.ParseAliyun
	if e.Kind == TencentSMS {
		parse = sms.ParseTencent
	}
	reports, replies, err := parse(body)
	if err != nil || len(reports)+len(replies) > maxItems {
		return errBody
	}
	var all []outreach.Settlement
	for _, r := range reports {
		delivery, err := s.find(ctx, e.ID, r.Ref, r.ProviderID)
		if err != nil {
			return err
		}
		if delivery == "" {
			continue // settled before, or not ours
		}
		if now := s.Clock.Now(); r.At.After(now) {
			r.At = now
		}
		all = append(all, settlement(delivery, r))
	}
	if len(all) > 0 {
		if err := s.settle(ctx, all); err != nil {
			return err
		}
	}
	return s.optOut(ctx, replies)
}

// optOut withdraws the consent of those who answered with a word that ends messages. What
// else they wrote is not kept.
func (s *Service) optOut(ctx context.Context, replies []sms.Reply) error {
	var evs []*event.Event
	now := s.Clock.Now()
	for _, r := range replies {
		if !r.OptsOut() {
			continue
		}
		if r.At.IsZero() || r.At.After(now) {
			r.At = now
		}
		sum := s.Box.Blind("channel_reply", r.From+"/"+r.At.Format(time.RFC3339)+"/"+r.Text)
		evs = append(evs, &event.Event{
			SourceID: s.source, MessageID: "reply/" + hex.EncodeToString(sum[:]), Name: event.ConsentWithdrawn, At: r.At, ReceivedAt: now,
			Identities: []event.Identity{{Type: "phone", Value: r.From}}, Props: withdrawn(SMS, "reply"),
		})
	}
	if len(evs) == 0 {
		return nil
	}
	_, err := s.submit.SubmitEvents(ctx, evs)
	return err
}

func withdrawn(channel, by string) json.RawMessage {
	raw, _ := json.Marshal(map[string]string{"channel": channel, "by": by}) // texts always marshal
	return raw
}
