package wecomsim

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"yutang/internal/fault"
)

// verifyTime is how long a callback address may take to prove itself.
const verifyTime = time.Second

// VerifyCallback does what the console does when a callback address is saved: it sends an
// encrypted echostr and wants exactly its plain text back within a second. app "" is main.
func (s *Sim) VerifyCallback(ctx context.Context, app string) error {
	target, want, err := s.challenge(app)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody) //nolint:gosec // the app's own address
	if err != nil {
		return fault.Wrap(fault.Invalid, "bad_callback_url", err)
	}
	res, err := s.http.Do(req) //nolint:gosec // the app's own address
	if err != nil {
		return fault.New(fault.Precondition, "callback_unreachable", "openapi callback request failed: %v", err)
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil || res.StatusCode != http.StatusOK || string(got) != want {
		return fault.New(fault.Precondition, "callback_refused", "HTTP %d with %d bytes instead of the echostr's text (-30065)", res.StatusCode, len(got))
	}
	return nil
}

// challenge makes the address of the check and the text to come back.
func (s *Sim) challenge(name string) (target, want string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	if name == "" {
		name = "main"
	}
	for _, a := range s.apps {
		if a.Name != name {
			continue
		}
		if a.crypt == nil {
			return "", "", fault.New(fault.Precondition, "no_callback", "app %s has no callback", name)
		}
		random, err := hex.DecodeString(s.ids.hex("random", 16))
		if err != nil {
			return "", "", fmt.Errorf("make echostr: %w", err)
		}
		want := s.ids.digits("echo")
		echo := a.crypt.seal(random, []byte(want))
		stamp, nonce := strconv.FormatInt(s.at.Unix(), 10), s.ids.digits("nonce")
		q := url.Values{"msg_signature": {a.crypt.sign(stamp, nonce, echo)}, "timestamp": {stamp}, "nonce": {nonce}, "echostr": {echo}}
		return join(a.CallbackURL, q), want, nil
	}
	return "", "", notFound("app", name)
}
