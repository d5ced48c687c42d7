package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"

	"github.com/tidwall/gjson"

	"yutang/internal/httpapi"
)

const (
	onDuty    = 3 // members who do their tasks on a day
	cardsDone = 2 // of each
	sendShare = 4 // of mass messages so many in five are sent by who is asked
)

// phone is a member's: a browser signed in at the staff's pages.
type phone struct {
	client http.Client
	url    string // of the program
}

// work lets some of the staff do what waits for them: tasks of playbooks on the staff's
// pages, mass messages in WeCom. The others forget it.
func (w *weeks) work(ctx context.Context, r *rand.Rand) error {
	sim := w.d.WeCom.Sim
	for _, user := range w.users {
		for _, t := range sim.MassTasks(user) {
			if r.IntN(5) >= sendShare {
				continue
			}
			if _, err := sim.ConfirmMassSend(user, t.MsgID); err != nil {
				return fmt.Errorf("send a mass message: %w", err)
			}
		}
	}
	for _, i := range r.Perm(len(w.users))[:onDuty] {
		p, err := w.signIn(ctx, w.users[i])
		if err != nil {
			return fmt.Errorf("sign %s in: %w", w.users[i], err)
		}
		if err := p.cards(ctx); err != nil {
			return fmt.Errorf("tasks of %s: %w", w.users[i], err)
		}
	}
	return nil
}

// cards does what is open on the first cards.
func (p *phone) cards(ctx context.Context) error {
	mine, err := p.ask(ctx, http.MethodGet, p.url+"/api/v1/panel/tasks")
	if err != nil {
		return err
	}
	left := cardsDone
	for _, card := range gjson.GetBytes(mine.body, "cards").Array() {
		if left == 0 {
			break
		}
		if card.Get("open").Int() == 0 {
			continue
		}
		left--
		if _, err := p.ask(ctx, http.MethodPost, p.url+"/api/v1/panel/tasks/cards/"+card.Get("id").Str+"/done"); err != nil {
			return err
		}
	}
	return nil
}

// signIn goes the way of a phone: to the platform, where the holder is known, and back.
func (c *setup) signIn(ctx context.Context, user string) (*phone, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	p := &phone{url: c.d.URL, client: http.Client{
		Jar: jar, Timeout: sendDeadline, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	asked, err := p.ask(ctx, http.MethodGet, c.d.URL+"/wecom/login/"+Corp)
	if err != nil {
		return nil, err
	}
	pick := asked.to.Query()
	pick.Set("userid", user)
	known, err := p.ask(ctx, http.MethodGet, c.d.WeCom.URL+"/sim/oauth/pick?"+pick.Encode())
	if err != nil {
		return nil, err
	}
	_, err = p.ask(ctx, http.MethodGet, known.to.String())
	return p, err
}

// answered is a page: its body, or where it leads.
type answered struct {
	body []byte
	to   *url.URL
}

func (p *phone) ask(ctx context.Context, method, address string) (answered, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = bytes.NewReader([]byte("{}"))
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return answered{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(httpapi.CSRFHeader, "1")
	res, err := p.client.Do(req)
	if err != nil {
		return answered{}, err
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return answered{}, err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return answered{}, &refusal{res.StatusCode, string(text)}
	}
	out := answered{body: text}
	if res.Header.Get("Location") != "" {
		out.to, err = res.Location()
	}
	return out, err
}
