package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"

	"yutang/internal/clock"
	"yutang/internal/wecomsim"
)

// Facts of the demo's simulated WeCom corp.
const (
	Corp         = "ww0000000000000001"
	CorpAgent    = 1000002
	corpSecret   = "sim-secret-main"
	corpToken    = "SimToken01"
	corpAESKey   = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
	corpStaff    = 12
	corpPeople   = 300
	corpGroups   = 3
	agentsRate   = 600  // acts in a virtual hour
	busyRate     = 3601 // in the first minutes, so that there is something to see
	busyFor      = 2 * time.Minute
	pullPatience = 2 * time.Minute
	pullLook     = 250 * time.Millisecond
	newFrom      = 24 * time.Hour // a corp so far behind is a new one
)

// NewCorp makes the simulated corp of the demo, or goes on with the one that the journal
// keeps. Its clock is the demo's: that of a new corp is weeks behind, which are lived through
// first.
func NewCorp(journal, address string) (*wecomsim.Sim, error) {
	return wecomsim.New(wecomsim.Config{
		CorpID: Corp, AgentID: CorpAgent, Secret: corpSecret, Token: corpToken, AESKey: corpAESKey, Name: "鱼塘演示企业",
		Clock: behind{clock.System{}, weeksBefore}, Seed: 1, Staff: corpStaff, Customers: corpPeople, Groups: corpGroups, Journal: journal, PublicURL: "http://" + address,
	})
}

// WeCom is the simulated corp and how the program is reached for it.
type WeCom struct {
	Sim      *wecomsim.Sim
	URL      string // of the simulator
	Token    string // of the management API
	Callback string // path of callbacks
}

// setup sets the demo's corp up through the management API, as an operator would.
type setup struct {
	d      Deps
	api    api
	users  []string
	made   map[string]string // audiences, name to id
	assets map[string]string // name to id
	short  []string          // codes of the short links
	fresh  bool              // the corp is new
}

// connect connects the corp, pulls it, and makes what an operator would. What is there
// already stays as it is.
func (d Deps) connect(ctx context.Context, made map[string]string, shop *shopping, p *past) error {
	c := &setup{d: d, api: api{url: d.URL + "/api/v1", token: d.WeCom.Token}, made: made, fresh: d.WeCom.late() > newFrom}
	for _, m := range d.WeCom.Sim.Members() {
		if m.Status == 1 {
			c.users = append(c.users, m.User)
		}
	}
	if len(c.users) < 6 {
		return fmt.Errorf("the corp has %d members left, too few for a demo; remove the demo's data directory", len(c.users))
	}
	for _, step := range []struct {
		name string
		run  func(ctx context.Context) error
	}{
		{"connect the corp", c.put},
		{"pull the corp and fill the library", c.stock},
		{"link customers", shop.link},
		{"make tags", c.tags},
		{"make live codes", c.codes},
		{"make the welcome", c.welcome},
		{"make the group code", c.groupCode},
		{"make the win-back audience", c.winBack},
		{"make short links", c.links},
		{"greet at customer service", c.desk},
		{"install playbooks", c.playbooks},
		{"make acquisition links", c.acquisition},
		{"keep personas", c.dress},
		{"assess the maturity", c.assess},
		{"live through the weeks before", func(ctx context.Context) error { return c.catchUp(ctx, shop, p) }},
		{"make the mass send", c.massSend},
		{"make the moment", c.moment},
		{"hold the checklist against accounts", c.audit},
		{"enter costs and a plan", c.spending},
		{"pull the figures of links", c.pullLinks},
	} {
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	fmt.Fprintf(d.Out, "wecom: phones of staff and customers at %s/sim/\n", d.WeCom.URL)
	if c.fresh {
		return d.WeCom.Sim.SetAgents(busyRate)
	}
	return d.WeCom.Sim.SetAgents(agentsRate)
}

// put connects the corp and lets the simulator call back.
func (c *setup) put(ctx context.Context) error {
	w := c.d.WeCom
	_, err := c.api.do(ctx, "PUT", "/wecom/corps/"+Corp, map[string]any{
		"name": "鱼塘演示企业", "base_url": w.URL,
		"apps": []map[string]any{
			{"name": "main", "agent_id": CorpAgent, "secret": corpSecret, "token": corpToken, "aes_key": corpAESKey},
		},
		"settings": map[string]any{"managers": c.users[:1], "public_url": c.d.URL},
	})
	if err != nil {
		return err
	}
	return w.Sim.PutApp(wecomsim.App{
		Name: "main", AgentID: CorpAgent, Secret: corpSecret, CallbackURL: c.d.URL + w.Callback, Token: corpToken, AESKey: corpAESKey,
		Home: c.d.URL + "/staff/?corp=" + Corp, Toolbar: c.d.URL + "/staff/panel?corp=" + Corp,
	})
}

// stock pulls the corp and fills the library meanwhile: most of a pull is waiting.
func (c *setup) stock(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return c.pull(ctx) })
	all.Go(func() error { return c.library(ctx) })
	return all.Wait()
}

// pull compares everything and shows how far it is. If a run is under way already, that one
// does as well.
func (c *setup) pull(ctx context.Context) error {
	const runs = "/wecom/corps/" + Corp + "/sync"
	run, err := c.api.do(ctx, "POST", runs, map[string]any{"full": true})
	var r *refusal
	if errors.As(err, &r) && r.status == http.StatusConflict {
		run, err = c.api.do(ctx, "GET", runs, nil)
		run = run.Get("items.0")
	}
	if err != nil {
		return err
	}
	until := c.d.Clock.Now().Add(pullPatience)
	for {
		got, err := c.api.do(ctx, "GET", runs+"/"+run.Get("id").String(), nil)
		if err != nil {
			return err
		}
		done, total := int64(0), int64(0)
		for _, k := range got.Get("kinds").Array() {
			done, total = done+k.Get("done").Int(), total+k.Get("total").Int()
		}
		state := got.Get("state").String()
		if c.d.Terminal {
			fmt.Fprintf(c.d.Out, "\rwecom: pulled %d of %d  ", done, total)
		}
		switch {
		case state == "done":
			fmt.Fprintf(c.d.Out, "%swecom: pulled %d items, drift %d\n", start(c.d.Terminal), done, got.Get("drift").Int())
			return nil
		case state != "running" || c.d.Clock.Now().After(until):
			return fmt.Errorf("the pull is %s: %s", state, got.Get("error").String())
		}
		if err := c.d.Clock.WaitUntil(ctx, c.d.Clock.Now().Add(pullLook)); err != nil {
			return err
		}
	}
}

// start begins a line anew where a cursor can move.
func start(terminal bool) string {
	if terminal {
		return "\r"
	}
	return ""
}

// named finds the id of an item of a list by its name, "" if there is none.
func (c *setup) named(ctx context.Context, path, name string) (string, error) {
	next := ""
	for {
		list, err := c.api.do(ctx, "GET", path+"limit=200&cursor="+url.QueryEscape(next), nil)
		if err != nil {
			return "", err
		}
		for _, x := range list.Get("items").Array() {
			if x.Get("name").String() == name {
				return x.Get("id").String(), nil
			}
		}
		if next = list.Get("next").String(); next == "" {
			return "", nil
		}
	}
}

// ensure makes something unless the list has one of its name, and gives its id.
func (c *setup) ensure(ctx context.Context, list, path, name string, body map[string]any) (id string, fresh bool, err error) {
	if id, err = c.named(ctx, list, name); err != nil || id != "" {
		return id, false, err
	}
	body["corp"], body["name"] = Corp, name
	made, err := c.api.do(ctx, "POST", path, body)
	if err != nil {
		return "", false, fmt.Errorf("%s: %w", name, err)
	}
	return made.Get("id").String(), true, nil
}

func asJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps and texts of this package
	}
	return b
}
