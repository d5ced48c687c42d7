package content

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

// platform is simulated corps, the content service and its jobs by one virtual clock.
type platform struct {
	*Service
	t     *testing.T
	sims  map[string]*wecomsim.Sim
	corps map[string]*wecom.Client
	tick  chan struct{}

	mu      sync.Mutex
	uploads int
	hold    chan struct{} // uploads wait for it if it is not nil
}

func connect(t *testing.T, d *db.DB, names ...string) *platform {
	t.Helper()
	p := &platform{t: t, sims: map[string]*wecomsim.Sim{}, corps: map[string]*wecom.Client{}, tick: make(chan struct{})}
	cfg := Config{DB: d, Box: httpapitest.Box(t), Dir: filepath.Join(t.TempDir(), "assets"), Client: p.client}
	for _, name := range names {
		sim, err := wecomsim.New(wecomsim.Config{CorpID: name, Clock: cfg.Clock, Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		if cfg.Clock == nil {
			cfg.Clock = sim.Clock()
		}
		srv := httptest.NewServer(p.count(sim.Handler()))
		t.Cleanup(srv.Close)
		p.sims[name] = sim
		p.corps[name] = wecom.New(wecom.Config{BaseURL: srv.URL, CorpID: name, App: "main", Secret: "sim-secret-main", Clock: cfg.Clock})
	}
	cfg.Jobs = job.New(d, cfg.Clock)
	p.Service = New(cfg)
	cfg.Jobs.Handle("tick", &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 1, Do: func(context.Context, job.Job) error {
		p.tick <- struct{}{}
		return nil
	}})
	for _, begin := range []func(context.Context) error{p.Start, cfg.Jobs.Start} {
		if err := begin(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { cfg.Jobs.Stop(context.Background()) })
	return p
}

func (p *platform) count(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/cgi-bin/media/upload") {
			p.mu.Lock()
			p.uploads++
			hold := p.hold
			p.mu.Unlock()
			if hold != nil {
				<-hold
			}
		}
		inner.ServeHTTP(w, r)
	})
}

func (p *platform) uploaded() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.uploads
}

func (p *platform) client(_ context.Context, name string) (*wecom.Client, error) {
	if c := p.corps[name]; c != nil {
		return c, nil
	}
	return nil, fault.New(fault.NotFound, "corp_not_found", "no corp %q", name)
}

// rounds lets the queue go round until done holds.
func (p *platform) rounds(done func() bool) {
	p.t.Helper()
	for n := 0; !done(); n++ {
		err := p.Jobs.Put(context.Background(), job.Job{Kind: "tick", Key: time.Duration(n).String(), Due: p.Clock.Now()})
		if err != nil {
			p.t.Fatal(err)
		}
		select {
		case <-p.tick:
		case <-p.t.Context().Done():
			p.t.Fatal("the queue stands still")
		}
	}
}

// lives asks the platform whether it knows the media of an attachment.
func (p *platform) lives(name string, a wecom.Attachment) bool {
	p.t.Helper()
	id := ""
	switch {
	case a.Image != nil:
		id = a.Image.MediaID
	case a.Video != nil:
		id = a.Video.MediaID
	case a.MiniProgram != nil:
		id = a.MiniProgram.PicMediaID
	}
	_, err := p.corps[name].GetMedia(context.Background(), id, io.Discard)
	return err == nil
}

const corpA, corpB = "ww0000000000000001", "ww0000000000000002"

// covers: A9
func TestKeep_RenewsForAWeek(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		p := connect(t, d, corpA, corpB)
		a, b := add(t, p.Service, "a.png", pngOf(t, 9, 9)), add(t, p.Service, "b.mp4", mp4Of(3, true))
		c := Content{Text: "x", Attachments: []Attachment{
			{Kind: KindImage, Asset: a.ID},
			{Kind: KindVideo, Asset: b.ID},
			{Kind: KindMiniProgram, Asset: a.ID, Title: "t", AppID: "wx1", Page: "p"},
			{Kind: KindLink, Asset: a.ID, Title: "t", URL: "https://e.com"},
		}}
		ready := func() bool {
			_, short := p.Now(corpA, c, Welcome)
			_, short2 := p.Now(corpB, c, Welcome)
			return short+short2 == 0
		}
		for _, name := range []string{corpA, corpB} {
			if err := p.Keep(ctx, "welcome:1", name, c, Welcome); err != nil {
				t.Fatal(err)
			}
		}
		p.rounds(ready)
		now := p.Clock.Now()
		known, err := p.Media(ctx, a.ID, b.ID)
		must(t, err)
		if len(known[a.ID]) != 4 || len(known[b.ID]) != 2 {
			t.Fatalf("media %+v", known)
		}
		for _, m := range append(known[a.ID], known[b.ID]...) {
			forever := m.As == string(upPicture)
			if forever != m.ExpiresAt.IsZero() || forever != m.RenewsAt.IsZero() || !forever && (!m.RenewsAt.After(now) || !m.RenewsAt.Before(m.ExpiresAt)) {
				t.Errorf("%+v", m)
			}
		}
		// From the 40th to the 60th hour one corp refuses uploads.
		for hour := range 7 * 24 {
			if hour == 40 {
				must(t, p.sims[corpA].Inject(wecomsim.Fault{Path: "/media/upload", Code: -1}))
			}
			if hour == 60 {
				p.sims[corpA].ClearFaults()
			}
			must(t, p.sims[corpA].Advance(time.Hour))
			failing := hour >= 40 && hour < 60
			p.rounds(func() bool {
				for _, name := range []string{corpA, corpB} {
					for _, k := range c.needs(name, Welcome) {
						if p.due(k) && !(failing && name == corpA) {
							return false
						}
					}
				}
				return true
			})
			atts, short := p.Now(corpA, c, Welcome)
			if short != 0 || !p.lives(corpA, atts[0]) || !p.lives(corpA, atts[1]) || atts[3].Link.PicURL == "" {
				t.Fatalf("hour %d: %d missing", hour, short)
			}
			if !ready() {
				t.Fatalf("hour %d: not ready", hour)
			}
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDrop_LetsTheIDEnd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := connect(t, dbtest.SQLite(t), corpA)
	c := Content{Attachments: []Attachment{{Kind: KindImage, Asset: add(t, p.Service, "a.png", pngOf(t, 9, 9)).ID}}}
	k := c.needs(corpA, Welcome)[0]
	must(t, p.Keep(ctx, "welcome:1", corpA, c, Welcome))
	p.rounds(func() bool { return p.held(k).id != "" })
	must(t, p.Drop(ctx, "welcome:1"))
	must(t, p.sims[corpA].Advance(life+time.Minute))
	p.rounds(func() bool {
		var left int
		must(t, p.DB.Get(ctx, `SELECT COUNT(*) FROM content_media`, nil, &left))
		return left == 0 && p.held(k).id == ""
	})
	if n := p.uploaded(); n != 1 {
		t.Fatalf("%d uploads", n)
	}
	must(t, p.Keep(ctx, "welcome:2", corpA, c, Welcome))
	p.rounds(func() bool { return p.held(k).id != "" })
}

func TestReady_UploadsOnceForAll(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := connect(t, dbtest.SQLite(t), corpA)
	c := Content{Text: "x", Attachments: []Attachment{{Kind: KindImage, Asset: add(t, p.Service, "a.png", pngOf(t, 9, 9)).ID}}}
	p.hold = make(chan struct{})
	var all sync.WaitGroup
	ids := make(chan string, 20)
	for range 20 {
		all.Go(func() {
			_, atts, err := p.Ready(ctx, corpA, c, MassSend)
			if err != nil {
				t.Error(err)
				return
			}
			ids <- atts[0].Image.MediaID
		})
	}
	impatient, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := p.Ready(impatient, corpA, c, MassSend); err == nil {
		t.Error("a caller whose time is over waits on")
	}
	close(p.hold)
	all.Wait()
	close(ids)
	first := <-ids
	for id := range ids {
		if id != first {
			t.Fatalf("%s and %s", first, id)
		}
	}
	if n := p.uploaded(); n != 1 {
		t.Fatalf("%d uploads", n)
	}
	again := New(Config{DB: p.DB, Box: p.Box, Clock: p.Clock, Jobs: job.New(p.DB, p.Clock), Dir: p.Dir, Client: p.client})
	must(t, again.Start(ctx))
	if atts, short := again.Now(corpA, c, MassSend); short != 0 || atts[0].Image.MediaID != first {
		t.Fatal("a restart forgot the id")
	}
}

func TestReady_KeepsWaysApart(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := connect(t, dbtest.SQLite(t), corpA)
	c := Content{Text: "x", Attachments: []Attachment{{Kind: KindImage, Asset: add(t, p.Service, "a.png", pngOf(t, 9, 9)).ID}}}
	_, plain, err := p.Ready(ctx, corpA, c, GroupSend)
	must(t, err)
	_, moment, err := p.Ready(ctx, corpA, c, Moment)
	must(t, err)
	if plain[0].Image.MediaID == moment[0].Image.MediaID || p.uploaded() != 2 {
		t.Fatalf("%+v %+v", plain, moment)
	}
	link := Content{Attachments: []Attachment{{Kind: KindLink, Title: "t", URL: "https://e.com", Asset: c.Attachments[0].Asset}}}
	_, atts, err := p.Ready(ctx, corpA, link, Moment)
	must(t, err)
	if atts[0].Link.MediaID != moment[0].Image.MediaID || atts[0].Link.PicURL != "" || p.uploaded() != 2 {
		t.Fatalf("%+v", atts[0].Link)
	}
	if _, _, err := p.Ready(ctx, corpA, Content{Attachments: []Attachment{{Kind: KindImage, Asset: "ast_none"}}}, Welcome); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}

func TestStale_MakesIDsAnew(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := connect(t, dbtest.SQLite(t), corpA)
	c := Content{Attachments: []Attachment{{Kind: KindImage, Asset: add(t, p.Service, "a.png", pngOf(t, 9, 9)).ID}}}
	must(t, p.Keep(ctx, "livecode:1", corpA, c, Welcome))
	k := c.needs(corpA, Welcome)[0]
	p.rounds(func() bool { return p.held(k).id != "" })
	first := p.held(k).id
	must(t, p.Stale(ctx, corpA, c, Welcome))
	if p.held(k).id != first {
		t.Fatal("an id made just now was given up")
	}
	must(t, p.sims[corpA].Advance(time.Hour))
	must(t, p.Stale(ctx, corpA, c, Welcome))
	p.rounds(func() bool { return p.held(k).id != "" })
	if p.held(k).id == first {
		t.Fatal("the same id again")
	}
}
