package wecom

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/fault"
)

const (
	wayPath  = "/externalcontact/add_contact_way"
	markPath = "/externalcontact/mark_tag"
)

func TestCall_RepeatsOnlyWhatIsSafe(t *testing.T) {
	t.Parallel()
	add := func(c *Client) error {
		_, err := c.AddContactWay(context.Background(), ContactWay{Type: WaySingle})
		return err
	}
	mark := func(c *Client) error { return c.MarkTag(context.Background(), "u", "e", []string{"t"}, nil) }
	for name, tc := range map[string]struct {
		path, answer string
		call         func(*Client) error
		calls        int
		class        Class
		unsent       bool
	}{
		"busy, repeatable":             {markPath, refuse(-1), mark, 4, Retryable, false},
		"busy, effect would double":    {wayPath, refuse(-1), add, 1, Retryable, false},
		"crowd, effect would double":   {wayPath, refuse(CodeTooManyAtOnce), add, 4, Retryable, true},
		"hang-up, effect would double": {wayPath, hangUp, add, 1, Transport, false},
		"hang-up, repeatable":          {markPath, hangUp, mark, 4, Transport, false},
		"bad gateway":                  {wayPath, badGate, add, 1, Transport, false},
		"not JSON":                     {wayPath, "<html>", add, 1, Transport, false},
		"another shape":                {wayPath, `{"config_id":7}`, add, 1, Transport, false},
		"refused":                      {markPath, refuse(CodeBadTag), mark, 1, Business, true},
		"no relation":                  {markPath, refuse(CodeNoRelation), mark, 1, Relation, true},
		"not permitted":                {wayPath, refuse(CodeOutOfScope), add, 1, Permission, true},
		"rate":                         {markPath, refuse(CodeRateLimited), mark, 1, Rate, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlatform(t)
			p.answer(tc.path, always(tc.answer))
			err := tc.call(p.client(clock.NewManual(noon), nil))
			if ClassOf(err) != tc.class || Unsent(err) != tc.unsent {
				t.Errorf("got %v: class %s, unsent %v", err, ClassOf(err), Unsent(err))
			}
			if n := p.count(tc.path); n != tc.calls {
				t.Errorf("%d calls, want %d", n, tc.calls)
			}
		})
	}
}

func TestCall_BusyThenWell(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.answer(markPath, func(n int) string {
		if n < 4 {
			return refuse(-1)
		}
		return `{"errcode":0}`
	})
	if err := p.client(clock.NewManual(noon), nil).MarkTag(t.Context(), "u", "e", []string{"t"}, nil); err != nil {
		t.Error(err)
	}
}

func TestCall_NothingListensIsSurelyNotSent(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	c := p.client(clock.NewManual(noon), nil)
	if err := follow(c)(); err != nil {
		t.Fatal(err)
	}
	p.Close()
	c.cfg.HTTP.CloseIdleConnections()
	_, err := c.AddMsgTemplate(t.Context(), MsgTemplate{Text: textOf("hi")})
	if ClassOf(err) != NotSent || !Unsent(err) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v of class %s", err, ClassOf(err))
	}
	var dial *net.OpError
	if !errors.As(err, &dial) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestCall_EndedContextIsSurelyNotSent(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	c := p.client(clock.NewManual(noon), nil)
	if err := follow(c)(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.AddMsgTemplate(ctx, MsgTemplate{})
	if !Unsent(err) || !errors.Is(err, context.Canceled) || p.count("/externalcontact/add_msg_template") != 0 {
		t.Errorf("got %v of class %s", err, ClassOf(err))
	}
}

func TestError_TellsNoSecret(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.answer(wayPath, always(hangUp))
	var seen []string
	c := p.client(clock.NewManual(noon), func(cfg *Config) {
		cfg.Observe = func(call Call) { seen = append(seen, fmt.Sprintf("%+v", call)) }
	})
	_, err := c.AddContactWay(t.Context(), ContactWay{Remark: "private"})
	dead := c.cfg
	dead.BaseURL = "http://127.0.0.1:1"
	lost := New(dead)
	lost.pause = c.pause
	_, err2 := lost.FollowUserList(t.Context())
	text := err.Error() + err2.Error() + strings.Join(seen, " ")
	for _, secret := range []string{"token-1", "s3cret", "private"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows in %s", secret, text)
		}
	}
	if len(seen) < 2 || !strings.Contains(strings.Join(seen, " "), "Class:transport") {
		t.Errorf("observed %v", seen)
	}
}

func TestError_IsAFaultToo(t *testing.T) {
	t.Parallel()
	for code, kind := range map[int]fault.Kind{
		40001: fault.Precondition, -1: fault.Unavailable, 45009: fault.RateLimited, 48002: fault.Precondition,
		84061: fault.Precondition, 41048: fault.Precondition,
	} {
		err := fmt.Errorf("while trying: %w", &Error{Code: code, Msg: "no, hint: [9]", Path: "/x", Class: classify(code), RetryAfter: time.Minute})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != kind || f.RetryAfter != time.Minute || strings.Contains(f.Message, "hint") {
			t.Errorf("%d is %+v", code, f)
		}
		if !Is(err, code) || CodeOf(err) != code {
			t.Errorf("%d is not found in %v", code, err)
		}
	}
}

func TestCall_FollowsNoRedirect(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	away := newPlatform(t)
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, away.URL+r.URL.RequestURI(), http.StatusFound)
	})
	err := p.client(clock.NewManual(noon), nil).CheckSecret(t.Context())
	if ClassOf(err) != Transport || away.count("/gettoken") != 0 {
		t.Errorf("got %v, and %d calls elsewhere", err, away.count("/gettoken"))
	}
}
