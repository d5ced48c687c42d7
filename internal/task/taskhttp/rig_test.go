package taskhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/httpapi"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/pipeline"
	"yutang/internal/sidepanel"
	"yutang/internal/sidepanel/sidepanelhttp"
	"yutang/internal/staff"
	"yutang/internal/tag"
	"yutang/internal/task"
	"yutang/internal/task/taskhttp"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const (
	corpID = "ww0000000000000001"
	secret = "secret"
)

var china = time.FixedZone("CST", 8*3600)

type quiet struct{}

func (quiet) OnEvent(context.Context, *event.Event, uint32, uint32) error { return nil }
func (quiet) OnTransition(context.Context, string, bool, uint32, uint32, int64, uint64) error {
	return nil
}
func (quiet) OnTouched(context.Context, uint32) error           { return nil }
func (quiet) NextDue() (int64, bool)                            { return 0, false }
func (quiet) Advance(context.Context, int64, int) (bool, error) { return false, nil }
func (quiet) Emitted() []*event.Event                           { return nil }
func (quiet) Load(context.Context) error                        { return nil }
func (quiet) Flush(context.Context) error                       { return nil }
func (quiet) Zone() *time.Location                              { return china }

// rig is a brand's server with the platform. Wang and Li have customers; Chen leads them.
type rig struct {
	*httpapitest.Server
	t        testing.TB
	url      string
	sim      *wecomsim.Sim
	timeline *timeline.Store
	contacts *contact.Service
	jobs     *job.Queue
	tasks    *task.Service
}

func start(t testing.TB, d *db.DB) *rig {
	t.Helper()
	ctx := context.Background()
	s := httpapitest.New(t, d)
	r := &rig{Server: s, t: t, timeline: timeline.New(), jobs: job.New(d, s.Clock)}
	var err error
	r.sim, err = wecomsim.New(wecomsim.Config{CorpID: corpID, Seed: 3, Clock: s.Clock, Secret: secret, AgentID: 1000002, Strict: true})
	r.ok(err)
	platform, web := httptest.NewServer(r.sim.Handler()), httptest.NewServer(s)
	t.Cleanup(platform.Close)
	t.Cleanup(web.Close)
	r.url = web.URL
	r.sim.SetPublicURL(platform.URL)
	log, id, people := event.NewLog(d, s.Box), identity.New(d, s.Box, r.timeline, s.Clock), customer.New(d, s.Box, r.timeline, s.Clock)
	road, source := r.road(log, id, people)
	corps := corp.New(corp.Config{DB: d, Box: s.Box, Clock: s.Clock, Limits: wecom.NewLimits(s.Clock)})
	directory := staff.New(staff.Config{DB: d, Box: s.Box, Clock: s.Clock})
	r.contacts = contact.New(contact.Config{
		DB: d, Box: s.Box, Clock: s.Clock, Jobs: r.jobs, Identity: id, Timeline: r.timeline, Submit: road, Source: source, Clients: corps,
	})
	tags := tag.New(tag.Config{DB: d, Clock: s.Clock, Jobs: r.jobs, Timeline: r.timeline})
	panel := sidepanel.New(sidepanel.Config{
		DB: d, Box: s.Box, Clock: s.Clock, Access: s.Access, Corps: corps, Staff: directory, Contacts: r.contacts, Customers: people,
		Timeline: r.timeline, Log: log, Tags: tags,
	})
	s.Access.UseStaff(panel.Lookup)
	r.tasks = task.New(task.Config{
		DB: d, Box: s.Box, Clock: s.Clock, Jobs: r.jobs, Timeline: r.timeline, Customers: people, Contacts: r.contacts, Staff: directory, Corps: corps,
		Zone: quiet{}.Zone, Submit: road, Source: source,
		Material: func(_ context.Context, id string) (task.Material, error) {
			return task.Material{ID: id, Title: "春季护肤手册", URL: "https://shop.example/spring"}, nil
		},
	})
	logs := slog.New(slog.NewTextHandler(io.Discard, nil))
	sidepanelhttp.Routes(s.API, sidepanelhttp.Deps{Panel: panel, Log: logs})
	taskhttp.Routes(s.API, taskhttp.Deps{Tasks: r.tasks, Access: s.Access, Panel: panel, Timeline: r.timeline, Log: logs})
	_, err = corps.Put(ctx, corp.NewCorp{
		ID: corpID, Name: "Fish", BaseURL: platform.URL, Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: secret}},
		Settings: &corp.Settings{PublicURL: web.URL},
	}, nil)
	r.ok(err)
	r.hire(directory)
	r.ok(r.contacts.Start(ctx))
	r.ok(r.jobs.Start(ctx))
	t.Cleanup(func() { r.jobs.Stop(context.Background()) })
	return r
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// road is one without playbooks.
func (r *rig) road(log *event.Log, id *identity.Service, people *customer.Service) (*pipeline.Pipeline, int64) {
	ctx, late := context.Background(), &struct{ *pipeline.Pipeline }{}
	audiences := audience.NewService(r.DB, audience.NewEngine(r.timeline, people, log, quiet{}), r.Clock, late)
	late.Pipeline = pipeline.New(pipeline.Rooms{
		DB: r.DB, Clock: r.Clock, Log: log, Timeline: r.timeline, Identity: id, Customers: people, Audiences: audiences, Playbooks: quiet{}, Outreach: quiet{},
	}, r.Box, "", nil)
	r.ok(late.Load(ctx))
	source, err := log.Source(ctx, "wecom", "a-key-for-nobody", r.Clock.Now())
	r.ok(err)
	late.Start()
	r.ok(audiences.Start(ctx))
	r.t.Cleanup(func() { audiences.Stop(); late.Stop() })
	return late.Pipeline, source.ID
}

func (r *rig) hire(directory *staff.Service) {
	dir := staff.Directory{Complete: true, Departments: []staff.Department{{ID: 1, Name: "总部"}, {ID: 5, Parent: 1, Name: "一店"}}}
	_, err := r.sim.PutDepartment(wecomsim.NewDepartment{ID: 5, Name: "一店", Parent: 1})
	r.ok(err)
	for _, m := range []staff.Member{
		{UserID: "chen", Name: "陈店长", Leader: []int64{5}}, {UserID: "wang", Name: "王小美"}, {UserID: "li", Name: "李静"},
	} {
		m.Status, m.Departments = staff.Active, []int64{5}
		dir.Members, dir.Follows = append(dir.Members, m), append(dir.Follows, m.UserID)
		r.ok(r.sim.PutMember(wecomsim.NewMember{User: m.UserID, Name: m.Name, Departments: []int64{5}}))
	}
	_, err = directory.Merge(context.Background(), corpID, dir, r.Clock.Now())
	r.ok(err)
}

// meet makes customers who are contacts of a member, and gives their records.
func (r *rig) meet(user string, names ...string) (ords []uint32) {
	r.t.Helper()
	ctx := context.Background()
	for _, name := range names {
		external := r.sim.AddCustomer(wecomsim.NewCustomer{Name: name})
		_, err := r.sim.Add(user, external, 1)
		r.ok(err)
		r.ok(r.contacts.OnAdded(ctx, notice.Notice{
			Corp: corpID, Event: notice.ExternalContact, ChangeType: notice.AddContact, UserID: user, ExternalUserID: external, At: r.Clock.Now(),
		}))
		r.rest()
		c, _, err := r.contacts.Get(ctx, corpID, user, external)
		r.ok(err)
		ords = append(ords, c.Leaf)
	}
	return ords
}

func (r *rig) rest() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r.ok(r.jobs.Idle(ctx))
}

func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.rest()
	r.Clock.Advance(d)
	r.jobs.Wake()
	r.rest()
}

// phone is a browser that keeps cookies and follows nothing by itself.
type phone struct {
	*rig
	jar map[string]string
}

// reply is what a page answered.
type reply struct {
	status int
	body   string
	to     string
}

func (p *phone) do(method, address string, body any) reply {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.url + address
	}
	raw, err := json.Marshal(body)
	p.ok(err)
	req, err := http.NewRequestWithContext(context.Background(), method, address, bytes.NewReader(raw))
	p.ok(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(httpapi.CSRFHeader, "1")
	for name, value := range p.jar {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	p.ok(err)
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	p.ok(err)
	for _, c := range res.Cookies() {
		p.jar[c.Name] = c.Value
	}
	return reply{res.StatusCode, string(out), res.Header.Get("Location")}
}

// send asks the panel's API for something.
func (p *phone) send(method, path string, body any) reply {
	p.t.Helper()
	return p.do(method, "/api/v1/panel"+path, body)
}

// call is send that must succeed.
func (p *phone) call(method, path string, body, out any) {
	p.t.Helper()
	a := p.send(method, path, body)
	if a.status >= 300 {
		p.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	if out != nil {
		p.ok(json.Unmarshal([]byte(a.body), out))
	}
}

// staff logs a member in as the phone does: the platform's log-in page knows who it is.
func (r *rig) staff(user string) *phone {
	r.t.Helper()
	p := &phone{r, map[string]string{}}
	link := "/wecom/login?next=/staff/tasks"
	for range 8 {
		a := p.do("GET", link, nil)
		if link = a.to; link == "/staff/tasks" {
			return p
		}
		if u, err := url.Parse(link); err == nil && u.Path == "/connect/oauth2/authorize" {
			q := u.Query()
			q.Set("userid", user)
			u.Path, u.RawQuery, u.Fragment = "/sim/oauth/pick", q.Encode(), ""
			link = u.String()
		}
	}
	r.t.Fatalf("%s leads nowhere", link)
	return nil
}
