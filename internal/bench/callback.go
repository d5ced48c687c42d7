package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/corp"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecomsim"
)

const (
	callbackRate   = 500 // a second
	callbackTarget = 50 * time.Millisecond
	callbackStaff  = 50
)

// measureCallback sends signed and encrypted callbacks at a fixed rate to the whole program.
// Each goes out at its time, however the ones before fare, and its answer is timed from
// then. Afterwards each must have had its effect once.
func measureCallback(ctx context.Context, parent *bench) error {
	small := parent.Config
	small.Customers = min(small.Customers, 20_000)
	b := &bench{Config: small, dir: parent.dir + "-callback"}
	defer b.close()
	if err := b.prepare(ctx, 0); err != nil {
		return err
	}
	m, err := newMirror(wecomsim.Config{CorpID: benchCorp, LogSize: 1})
	if err != nil {
		return err
	}
	defer m.close()
	err = b.manage(ctx, http.MethodPut, "/wecom/corps/"+benchCorp, map[string]any{
		"name": "bench", "base_url": m.base,
		"apps": []map[string]any{{"name": corp.Main, "agent_id": 1000002, "secret": "sim-secret-main", "token": benchToken, "aes_key": benchAESKey}},
	}, nil)
	if err != nil {
		return err
	}
	calls, err := newCalls(m.sim, b.app.Address(), callbackRate*b.Seconds)
	if err != nil {
		return err
	}
	before, err := startUsage()
	if err != nil {
		return err
	}
	calls.fire(callbackRate)
	if calls.own, calls.rest, err = before.since(); err != nil {
		return err
	}
	drained, err := b.drained(ctx)
	if err != nil {
		return err
	}
	return calls.report(ctx, b, drained)
}

// calls are callbacks, made before they are sent.
type calls struct {
	posts []callback
	added int // additions among them
	times []time.Duration

	own, rest float64 // processors used while they were sent: by us, by others
	failed    atomic.Int64
}

// callback is one callback as it goes over the wire.
type callback struct {
	url  string
	body []byte
}

// newCalls makes n callbacks: of ten, seven additions of customers whom the platform knows,
// an edit, a deletion, and an addition told a second time.
func newCalls(sim *wecomsim.Sim, address string, n int) (*calls, error) {
	c, err := crypt.New(crypt.Keys{Token: benchToken, AESKey: benchAESKey, ReceiveID: benchCorp})
	if err != nil {
		return nil, err
	}
	for i := range callbackStaff {
		if err := sim.PutMember(wecomsim.NewMember{User: fmt.Sprint("staff", i), Name: fmt.Sprint("Staff ", i)}); err != nil {
			return nil, err
		}
	}
	out := &calls{times: make([]time.Duration, n)}
	now := time.Now().Unix()
	var externals []string
	for i := range n {
		change, who := "add_external_contact", i-i%10
		switch i % 10 {
		case 7:
			change = "edit_external_contact"
		case 8:
			change, who = "del_follow_user", i-7
		case 9:
			who = i - 7
		default:
			who = i
			external := sim.AddCustomer(wecomsim.NewCustomer{})
			if _, err := sim.Add(staffOf(len(externals)), external, 0); err != nil {
				return nil, err
			}
			externals = append(externals, external)
			out.added++
		}
		k := who/10*7 + who%10
		at := now
		if i%10 == 8 {
			at += 60
		}
		plain := told(change, staffOf(k), externals[k], at)
		p, err := out.wire(c, address, plain, i)
		if err != nil {
			return nil, err
		}
		out.posts = append(out.posts, p)
	}
	return out, nil
}

func staffOf(i int) string { return fmt.Sprint("staff", i%callbackStaff) }

func told(change, user, external string, at int64) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>%d</CreateTime>"+
		"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[%s]]></ChangeType>"+
		"<UserID><![CDATA[%s]]></UserID><ExternalUserID><![CDATA[%s]]></ExternalUserID></xml>", benchCorp, at, change, user, external)
}

func (c *calls) wire(keys *crypt.Crypt, address, plain string, i int) (callback, error) {
	stamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), strconv.Itoa(i)
	sealed, err := keys.Encrypt([]byte(plain), stamp, nonce)
	if err != nil {
		return callback{}, err
	}
	encrypted := between(sealed, "<Encrypt><![CDATA[", "]]></Encrypt>")
	q := url.Values{"msg_signature": {keys.Sign(stamp, nonce, encrypted)}, "timestamp": {stamp}, "nonce": {nonce}}
	body := fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>", benchCorp, encrypted)
	return callback{"http://" + address + corp.CallbackPath(benchCorp, corp.Main) + "?" + q.Encode(), []byte(body)}, nil
}

func between(raw []byte, from, to string) string {
	_, rest, _ := bytes.Cut(raw, []byte(from))
	out, _, _ := bytes.Cut(rest, []byte(to))
	return string(out)
}

// fire sends all at their times and waits for the answers.
func (c *calls) fire(perSecond int) {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var under sync.WaitGroup
	began := time.Now()
	for i := range c.posts {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(due))
		under.Go(func() {
			if !c.send(client, c.posts[i]) {
				c.failed.Add(1)
			}
			c.times[i] = time.Since(due)
		})
	}
	under.Wait()
}

func (c *calls) send(client *http.Client, p callback) bool {
	res, err := client.Post(p.url, "text/xml", bytes.NewReader(p.body)) //nolint:noctx // the client has a time-out
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// drained waits until the inbox has nothing pending and says how long that took.
func (b *bench) drained(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	for {
		var counts map[string]int
		if err := b.manage(ctx, http.MethodGet, "/wecom/callbacks/counts", nil, &counts); err != nil {
			return 0, err
		}
		if counts["dead"] > 0 {
			return 0, fmt.Errorf("%d callbacks are dead", counts["dead"])
		}
		if counts["pending"] == 0 {
			return time.Since(began), nil
		}
		if time.Since(began) > 2*time.Minute {
			return 0, fmt.Errorf("%d callbacks are pending after two minutes", counts["pending"])
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (c *calls) report(ctx context.Context, b *bench, drained time.Duration) error {
	once, err := b.people(ctx, `{"did":{"event":"Contact Added","count":{"eq":1}}}`)
	if err != nil {
		return err
	}
	more, err := b.people(ctx, `{"did":{"event":"Contact Added","count":{"gte":2}}}`)
	if err != nil {
		return err
	}
	n := len(c.times)
	p50, p99, worst := quantile(c.times, 0.5), quantile(c.times, 0.99), quantile(c.times, 1)
	b.report(Result{
		Name: "callback", Value: ms(p99), Unit: "ms p99", Target: "<= 50, each once",
		Met: p99 <= callbackTarget && c.failed.Load() == 0 && once == c.added && more == 0,
		Details: fmt.Sprintf("p50 %.1f ms, worst %.1f ms at %d/s; %d of %d answered 200, all processed %.0f ms after the last answer; %d additions, %d customers with one Contact Added, %d with more; we used %.1f processors, others %.1f",
			ms(p50), ms(worst), callbackRate, n-int(c.failed.Load()), n, ms(drained), c.added, once, more, c.own, c.rest),
	})
	return nil
}

// people counts whom a rule finds now.
func (b *bench) people(ctx context.Context, rule string) (int, error) {
	p, err := b.app.Audiences().Preview(ctx, json.RawMessage(rule), time.Time{})
	return p.Count, err
}
