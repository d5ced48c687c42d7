package wecom_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"yutang/internal/clock"
	"yutang/internal/wecom"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const simCorp = "ww0000000000000001"

var simKeys = crypt.Keys{Token: "SimToken01", AESKey: strings.Repeat("abcdefghij", 4) + "abA", ReceiveID: simCorp}

// door takes callbacks as the product's own door does, and keeps what they say.
type door struct {
	t     *testing.T
	crypt *crypt.Crypt
	mu    sync.Mutex
	got   []notice.Notice
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	q := r.URL.Query()
	e, err := notice.ParseEnvelope(raw)
	if err != nil {
		d.t.Error(err)
		return
	}
	plain, err := d.crypt.Decrypt(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), e.Encrypt)
	if err != nil {
		d.t.Error(err)
		return
	}
	n, err := notice.Parse(plain)
	if err != nil || !n.Known || n.Corp != simCorp {
		d.t.Errorf("%s: %+v, %v", plain, n, err)
	}
	d.mu.Lock()
	d.got = append(d.got, n)
	d.mu.Unlock()
}

// kind is the last notice of a kind.
func (d *door) kind(change string) notice.Notice {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range slices.Backward(d.got) {
		if n.ChangeType == change {
			return n
		}
	}
	d.t.Fatalf("no callback %s among %d", change, len(d.got))
	return notice.Notice{}
}

// corp is a simulated corp with two members, its door and a client.
type corp struct {
	*wecomsim.Sim
	*wecom.Client
	door *door
	clk  *clock.Manual
	seen *calls
	url  string
}

// calls counts what was observed, by class.
type calls struct {
	mu sync.Mutex
	by map[wecom.Class]int
}

func (c *calls) observe(call wecom.Call) {
	c.mu.Lock()
	c.by[call.Class]++
	c.mu.Unlock()
}

func (c *calls) of(class wecom.Class) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[class]
}

func newCorp(t *testing.T, scale float64) *corp {
	t.Helper()
	cr, err := crypt.New(simKeys)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{t: t, crypt: cr}
	back := httptest.NewServer(d)
	t.Cleanup(back.Close)
	clk := clock.NewManual(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC))
	sim, err := wecomsim.New(wecomsim.Config{
		CorpID: simCorp, Secret: "sim-secret", CallbackURL: back.URL, Token: simKeys.Token, AESKey: simKeys.AESKey,
		Seed: 7, Clock: clk, LimitScale: scale,
	})
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(sim.Handler())
	t.Cleanup(api.Close)
	for _, user := range []string{"zhang", "li"} {
		if err := sim.PutMember(wecomsim.NewMember{User: user, Name: user}); err != nil {
			t.Fatal(err)
		}
	}
	seen := &calls{by: map[wecom.Class]int{}}
	c := wecom.New(wecom.Config{
		BaseURL: api.URL, CorpID: simCorp, App: "main", AgentID: 1000002, Secret: "sim-secret", Clock: sim.Clock(),
		Limits: wecom.NewLimits(sim.Clock(), wecom.WithScale(scale)), Observe: seen.observe,
	})
	return &corp{Sim: sim, Client: c, door: d, clk: clk, seen: seen, url: api.URL}
}

// must ends the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSim_FromCodeToWelcomeAndTags(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newCorp(t, 1)
	way, err := s.AddContactWay(ctx, wecom.ContactWay{Type: wecom.WaySingle, Scene: wecom.SceneQR, State: "shop1", User: []string{"zhang"}})
	must(t, err)
	read, err := s.GetContactWay(ctx, way.ConfigID)
	if err != nil || read.State != "shop1" || read.QRCode != way.QRCode || !slices.Equal(read.User, []string{"zhang"}) {
		t.Fatalf("read back %+v, %v", read, err)
	}
	who := s.AddCustomer(wecomsim.NewCustomer{Name: "王"})
	_, err = s.ScanCode(who, way.ConfigID)
	must(t, err)
	must(t, s.Flush(ctx))
	add := s.door.kind(notice.AddContact)
	if add.ExternalUserID != who || add.UserID != "zhang" || add.State != "shop1" || add.WelcomeCode == "" || add.Key() != "external:"+who {
		t.Fatalf("called back %+v", add)
	}

	hello := wecom.WelcomeMsg{WelcomeCode: add.WelcomeCode, Text: &wecom.TextContent{Content: "你好"}}
	must(t, s.SendWelcomeMsg(ctx, hello))
	if err := s.SendWelcomeMsg(ctx, hello); !wecom.Is(err, wecom.CodeWelcomeSent) || !wecom.Unsent(err) {
		t.Errorf("a second welcome: %v", err)
	}

	group, err := s.AddCorpTag(ctx, wecom.NewCorpTag{GroupName: "喜好", Tag: []wecom.CorpTag{{Name: "茶"}}})
	must(t, err)
	tag := group.Tag[0].ID
	must(t, s.MarkTag(ctx, "zhang", who, []string{tag}, nil))
	must(t, s.Remark(ctx, wecom.Remark{UserID: "zhang", ExternalUserID: who, Remark: wecom.Text("老王")}))
	one, err := s.ExternalContactGet(ctx, who, "")
	if err != nil || len(one.FollowUser) != 1 || one.FollowUser[0].Remark != "老王" || !slices.Equal(one.FollowUser[0].TagIDs(), []string{tag}) {
		t.Errorf("the customer reads %+v, %v", one, err)
	}
	page, err := s.BatchGetByUser(ctx, []string{"zhang"}, "", 100)
	if err != nil || len(page.List) != 1 || !slices.Equal(page.List[0].FollowInfo.TagIDs(), []string{tag}) || page.List[0].FollowInfo.State != "shop1" {
		t.Errorf("in a batch %+v, %v", page, err)
	}
	if list, err := s.ExternalContactList(ctx, "li"); err != nil || len(list) != 0 {
		t.Errorf("customers of a member without any: %v, %v", list, err)
	}

	must(t, s.DeleteStaff(who, "zhang"))
	must(t, s.Flush(ctx))
	if lost := s.door.kind(notice.DelFollowUser); lost.ExternalUserID != who {
		t.Errorf("called back %+v", lost)
	}
	if err := s.MarkTag(ctx, "zhang", who, []string{tag}, nil); wecom.ClassOf(err) != wecom.Relation {
		t.Errorf("a tag for somebody gone: %v of class %s", err, wecom.ClassOf(err))
	}
}

func TestSim_DirectoryMediaAndTickets(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newCorp(t, 1)
	u, err := s.UserGet(ctx, "zhang")
	if err != nil || u.UserID != "zhang" || u.Status != wecom.UserActive {
		t.Errorf("member %+v, %v", u, err)
	}
	ids, err := s.UserListID(ctx, "", 0)
	if err != nil || len(ids.List) != 2 {
		t.Errorf("members %+v, %v", ids, err)
	}
	if d, err := s.DepartmentList(ctx, 0); err != nil || len(d) == 0 {
		t.Errorf("departments %+v, %v", d, err)
	}
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100)
	m, err := s.UploadMedia(ctx, wecom.MediaImage, "a.png", strings.NewReader(png))
	must(t, err)
	var back strings.Builder
	if _, err := s.GetMedia(ctx, m.MediaID, &back); err != nil || back.String() != png || m.CreatedAt == 0 {
		t.Errorf("the file comes back as %d bytes, %v", back.Len(), err)
	}
	config, err := s.SignConfig(ctx, "https://a.example/")
	must(t, err)
	agent, err := s.SignAgent(ctx, "https://a.example/")
	if err != nil || config.Signature == agent.Signature {
		t.Errorf("signed with one ticket: %+v, %+v, %v", config, agent, err)
	}
	code, err := s.OAuthCode("zhang", false)
	must(t, err)
	if v, err := s.GetUserInfo(ctx, code); err != nil || v.UserID != "zhang" {
		t.Errorf("logged in as %+v, %v", v, err)
	}
}

func TestSim_RevokedTokenIsReplacedUnseen(t *testing.T) {
	t.Parallel()
	s := newCorp(t, 1)
	for range 3 {
		if _, err := s.FollowUserList(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.RevokeTokens("main")
	}
}

// direct is a transport that hands requests to a simulator without a network, so that time
// in a synctest bubble stands still while a call is under way.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// TestSim_FullSpeedMeetsNoLimit calls as fast as the limiter lets it against a simulator
// that has the same limits in full.
func TestSim_FullSpeedMeetsNoLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const scale = 0.002 // 20 a minute, of which 16 are used
		sim, err := wecomsim.New(wecomsim.Config{CorpID: simCorp, Secret: "sim-secret", Seed: 7, LimitScale: scale})
		must(t, err)
		seen := &calls{by: map[wecom.Class]int{}}
		c := wecom.New(wecom.Config{
			BaseURL: "http://sim.invalid", CorpID: simCorp, App: "main", Secret: "sim-secret", HTTP: &http.Client{Transport: direct{sim.Handler()}},
			Limits: wecom.NewLimits(clock.System{}, wecom.WithScale(scale)), Observe: seen.observe,
		})
		begun := clock.System{}.Now()
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				if _, err := c.FollowUserList(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := seen.of(wecom.None); n != 201 {
			t.Errorf("%d calls went well, want 200 and a token", n)
		}
		if d := (clock.System{}).Now().Sub(begun); d < 12*time.Minute || d > 14*time.Minute {
			t.Errorf("200 calls at 16 a minute took %s", d)
		}
	})
}

func TestSim_NoCallDuringABlock(t *testing.T) {
	t.Parallel()
	s := newCorp(t, 0.001)
	greedy := wecom.New(wecom.Config{
		BaseURL: s.url, CorpID: simCorp, App: "main", Secret: "sim-secret", Clock: s.Sim.Clock(), Observe: s.seen.observe,
	})
	for range 30 {
		if _, err := greedy.FollowUserList(t.Context()); err != nil && wecom.ClassOf(err) != wecom.Rate {
			t.Fatal(err)
		}
	}
	made := 0
	for _, e := range s.Log(wecomsim.LogFilter{}) {
		if strings.HasSuffix(e.Path, "/get_follow_user_list") {
			made++
		}
	}
	if made != 11 {
		t.Errorf("%d calls went out, want 10 and the one that was refused", made)
	}
	must(t, s.Advance(time.Minute))
	if _, err := greedy.FollowUserList(t.Context()); err != nil {
		t.Errorf("after the block: %v", err)
	}
}

func TestSim_UnknownOutcomeIsNotRepeated(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newCorp(t, 1)
	must(t, s.Inject(wecomsim.Fault{Path: "/externalcontact/add_contact_way", Drop: "after", Count: 1}))
	way := wecom.ContactWay{Type: wecom.WaySingle, Scene: wecom.SceneQR, User: []string{"zhang"}}
	if _, err := s.AddContactWay(ctx, way); wecom.ClassOf(err) != wecom.Transport || wecom.Unsent(err) {
		t.Errorf("got %v of class %s", err, wecom.ClassOf(err))
	}
	if n := len(s.Codes()); n != 1 {
		t.Errorf("%d codes were made", n)
	}
	must(t, s.Inject(wecomsim.Fault{Path: "/externalcontact/get_follow_user_list", Drop: "before", Count: 2}))
	if _, err := s.FollowUserList(ctx); err != nil {
		t.Errorf("a read was not repeated: %v", err)
	}
}
