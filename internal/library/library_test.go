package library_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/library"
	"yutang/internal/poster"
	"yutang/internal/staff"
	"yutang/internal/timeline"
)

// rig is a library over real content, with one customer.
type rig struct {
	*httpapitest.Server
	t    testing.TB
	lib  *library.Service
	cont *content.Service
	uses []library.Usage
}

var (
	author   = access.Principal{ID: "acc_author", Role: access.Operator, Kind: access.BySession, Scope: access.ScopeBrand}
	approver = access.Principal{ID: "acc_chief", Role: access.Owner, Kind: access.BySession, Scope: access.ScopeBrand}
)

func start(t testing.TB, d *db.DB) *rig {
	t.Helper()
	r := &rig{Server: httpapitest.New(t, d), t: t}
	tl := timeline.New()
	customers := customer.New(d, r.Box, tl, r.Clock)
	r.person(d, tl, customers)
	r.cont = content.New(content.Config{
		DB: d, Box: r.Box, Clock: r.Clock, Jobs: job.New(d, r.Clock), Dir: t.TempDir(),
		Guard: func(ctx context.Context, asset string) ([]string, error) { return r.lib.Guard(ctx, asset) },
	})
	r.lib = library.New(library.Config{
		DB: d, Clock: r.Clock, Content: r.cont, Customers: customers, Timeline: tl, Staff: staff.New(staff.Config{DB: d, Box: r.Box, Clock: r.Clock}),
		Brand:  func(context.Context) (string, error) { return "鱼塘生活馆", nil },
		Poster: func(raw json.RawMessage) error { _, err := poster.Parse(raw); return err },
		Uses:   []func(context.Context, string) ([]library.Usage, error){func(context.Context, string) ([]library.Usage, error) { return r.uses, nil }},
	})
	return r
}

// person makes customer c1 with a name and a tier trait.
func (r *rig) person(d *db.DB, tl *timeline.Store, customers *customer.Service) {
	r.t.Helper()
	ctx := context.Background()
	ids := identity.New(d, r.Box, tl, r.Clock)
	for _, err := range []error{ids.Load(ctx), customers.Load(ctx)} {
		if err != nil {
			r.t.Fatal(err)
		}
	}
	tl.Lock()
	tl.Grow(1)
	_, err := customers.Apply(ctx, &event.Event{Seq: 1, Name: event.Identified, At: r.Clock.Now(), Traits: []event.TraitOp{
		{Action: event.TraitSet, Name: "name", Value: json.RawMessage(`"王小明"`)},
		{Action: event.TraitSet, Name: "phone", Value: json.RawMessage(`"13800138000"`)},
		{Action: event.TraitSet, Name: "skin", Value: json.RawMessage(`"干性"`)},
	}}, 1, 1)
	tl.Unlock()
	if err == nil {
		err = d.InTx(ctx, customers.Flush)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) as(p access.Principal) context.Context { return access.As(context.Background(), p) }

func (r *rig) add(kind library.Kind, folder, name, text string, tags ...string) library.Material {
	r.t.Helper()
	body, _ := json.Marshal(content.Content{Text: text})
	m, err := r.lib.Create(r.as(author), library.NewMaterial{Kind: kind, Folder: folder, Name: name, Tags: tags, Body: body})
	if err != nil {
		r.t.Fatal(err)
	}
	return m
}

func (r *rig) publish(m library.Material) library.Material {
	r.t.Helper()
	m, err := r.lib.Publish(r.as(approver), m.ID, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	return m
}

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// covers: E1
func TestMaterial_FromDraftToArchive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ctx := r.as(approver)
		m := r.add(library.Text, "", "问候", "您好 {{ traits.name }}")
		if _, err := r.lib.Approved(ctx, m.ID); code(err) != "material_not_approved" {
			t.Fatal(err)
		}
		r.publish(m)
		got, err := r.lib.Approved(ctx, m.ID)
		if err != nil || string(got.Version.Body) != `{"text":"您好 {{ traits.name }}"}` || got.Version.DecidedBy != "acc_chief" {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := r.lib.AddVersion(ctx, m.ID, library.NewVersion{Body: json.RawMessage(`{"text":"早上好"}`), Note: "更短"}); err != nil {
			t.Fatal(err)
		}
		if got, err = r.lib.Approved(ctx, m.ID); err != nil || got.Version.Number != 1 {
			t.Fatalf("a draft is in use: %+v %v", got, err)
		}
		r.publish(m)
		old, err := r.lib.Version(ctx, m.ID, 1)
		if got, _ = r.lib.Approved(ctx, m.ID); err != nil || got.Version.Number != 2 || old.State != library.Archived || string(old.Body) != `{"text":"您好 {{ traits.name }}"}` {
			t.Fatalf("%+v %+v %v", got, old, err)
		}
		if _, err := r.lib.Publish(ctx, m.ID, 1); err != nil {
			t.Fatalf("going back: %v", err)
		}
		if _, err := r.lib.Archive(ctx, m.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := r.lib.Approved(ctx, m.ID); code(err) != "material_not_approved" {
			t.Fatal(err)
		}
	})
}

// covers: E1
func TestApproval_IsByAnotherWhereTheBrandAsks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		if err := r.lib.SetNeedsApproval(r.as(approver), true); err != nil {
			t.Fatal(err)
		}
		m := r.add(library.Text, "", "问候", "您好")
		m, err := r.lib.Publish(r.as(author), m.ID, 0)
		if err != nil || m.Version.State != library.Review || m.Approved != 0 {
			t.Fatalf("%+v %v", m, err)
		}
		if _, err := r.lib.Approve(r.as(author), m.ID, 0); code(err) != "own_version" {
			t.Fatal(err)
		}
		if m, err = r.lib.Reject(r.as(approver), m.ID, 0, "太长"); err != nil || m.Version.State != library.Rejected || m.Version.Reason != "太长" {
			t.Fatalf("%+v %v", m, err)
		}
		if _, err := r.lib.Approve(r.as(approver), m.ID, 0); code(err) != "wrong_state" {
			t.Fatal(err)
		}
		if _, err := r.lib.AddVersion(r.as(author), m.ID, library.NewVersion{Body: json.RawMessage(`{"text":"好"}`)}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.lib.Publish(r.as(author), m.ID, 0); err != nil {
			t.Fatal(err)
		}
		if m, err = r.lib.Approve(r.as(approver), m.ID, 0); err != nil || m.Approved != 2 {
			t.Fatalf("%+v %v", m, err)
		}
	})
}

func TestPublish_WithoutTheRightHandsInForReview(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	m := r.add(library.Text, "", "问候", "您好")
	writer := access.Principal{ID: "tok", Role: access.Operator, Only: []access.Permission{access.ContentWrite}, Kind: access.ByToken, Scope: access.ScopeBrand}
	m, err := r.lib.Publish(r.as(writer), m.ID, 0)
	if err != nil || m.Approved != 0 || m.Version.State != library.Review {
		t.Fatalf("%+v %v", m, err)
	}
}

// covers: E1
func TestTrash_KeepsWhatIsUsedAndGivesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ctx := r.as(approver)
		f, err := r.lib.AddFolder(ctx, library.Folder{Name: "节日"})
		if err != nil {
			t.Fatal(err)
		}
		m := r.publish(r.add(library.Text, f.ID, "问候", "您好"))
		r.uses = []library.Usage{{Kind: "playbook", ID: "pbk_1", Name: "新客"}}
		if _, err := r.lib.Trash(ctx, m.ID); code(err) != "material_in_use" {
			t.Fatal(err)
		}
		if err := r.lib.DeleteFolder(ctx, f.ID); code(err) != "folder_not_empty" {
			t.Fatal(err)
		}
		r.uses = nil
		if _, err := r.lib.Trash(ctx, m.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := r.lib.Approved(ctx, m.ID); code(err) != "material_trashed" {
			t.Fatal(err)
		}
		if err := r.lib.DeleteFolder(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
		if m, err = r.lib.Restore(ctx, m.ID); err != nil || m.Folder != "" || m.Approved != 1 {
			t.Fatalf("%+v %v", m, err)
		}
		end := r.Clock.Now().Add(time.Hour)
		if _, err := r.lib.Update(ctx, m.ID, library.Change{ExpiresAt: &end}); err != nil {
			t.Fatal(err)
		}
		r.Clock.Advance(time.Hour)
		if _, err := r.lib.Approved(ctx, m.ID); code(err) != "material_expired" {
			t.Fatal(err)
		}
	})
}

func TestFolders_NeverLieInThemselves(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := r.as(approver)
	parent, chain := "", []library.Folder{}
	for range 8 {
		f, err := r.lib.AddFolder(ctx, library.Folder{Name: "层", Parent: parent})
		if err != nil {
			t.Fatal(err)
		}
		parent = f.ID
		chain = append(chain, f)
	}
	if _, err := r.lib.AddFolder(ctx, library.Folder{Name: "层", Parent: parent}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a ninth level: %v", err)
	}
	top := chain[0]
	top.Parent = chain[5].ID
	if _, err := r.lib.SetFolder(ctx, top); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a circle: %v", err)
	}
	if _, err := r.lib.AddFolder(ctx, library.Folder{Name: "层"}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("two of one name: %v", err)
	}
	other, err := r.lib.AddFolder(ctx, library.Folder{Name: "别处"})
	if err != nil {
		t.Fatal(err)
	}
	top.Parent = other.ID
	if _, err := r.lib.SetFolder(ctx, top); !fault.Is(err, fault.Invalid) {
		t.Fatalf("eight levels one lower: %v", err)
	}
	low := chain[6]
	low.Parent = other.ID
	if _, err := r.lib.SetFolder(ctx, low); err != nil {
		t.Fatal(err)
	}
}

func TestBody_IsHeldAgainstItsKind(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	var pic bytes.Buffer
	if err := png.Encode(&pic, image.NewGray(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	a, err := r.cont.Add(context.Background(), content.NewAsset{Name: "鱼.png", Body: &pic})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		kind library.Kind
		body string
		at   string // "" is accepted
	}{
		{library.Text, `{"text":"{{ traits.name | nosuch }}"}`, "/body/text"},
		{library.Text, `{"text":"x","attachments":[{"kind":"image","asset":"` + a.ID + `"}]}`, "/body"},
		{library.Image, `{"attachments":[{"kind":"image","asset":"` + a.ID + `"}]}`, ""},
		{library.Image, `{"attachments":[{"kind":"image","asset":"ast_none"}]}`, "/body/attachments/0/asset"},
		{library.Video, `{"attachments":[{"kind":"image","asset":"` + a.ID + `"}]}`, "/body"},
		{library.LinkCard, `{"attachments":[{"kind":"link","title":"到店","url":"nowhere"}]}`, "/body/attachments/0/url"},
		{library.Article, `{"attachments":[{"kind":"link","title":"到店","url":"https://example.com"}]}`, ""},
		{library.MiniProgram, `{"attachments":[{"kind":"miniprogram","title":"商城","app_id":"wx1","page":"p","asset":"` + a.ID + `"}]}`, ""},
		{library.Poster, `{"width":100,"height":100,"layers":[{"kind":"image","w":10,"h":10,"asset":"` + a.ID + `"}]}`, ""},
		{library.Poster, `{"width":100,"height":100,"layers":[{"kind":"blob","w":10}]}`, "/body/layers/0/kind"},
		{"song", `{}`, "/kind"},
	} {
		_, err := r.lib.Create(r.as(author), library.NewMaterial{Kind: tc.kind, Name: "x", Body: json.RawMessage(tc.body)})
		var f *fault.Error
		switch {
		case tc.at == "" && err != nil:
			t.Errorf("%s %s: %v", tc.kind, tc.body, err)
		case tc.at != "" && (!errors.As(err, &f) || len(f.Fields) == 0 || f.Fields[0].Pointer != tc.at):
			t.Errorf("%s %s: %v", tc.kind, tc.body, err)
		}
	}
	if err := r.cont.Delete(context.Background(), a.ID); code(err) != "asset_in_use" {
		t.Fatalf("the picture of a material is deleted: %v", err)
	}
}

func TestList_FindsPartsOfChineseWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		r.add(library.Text, "", "618 大促", "全场五折 100%_好", "节日", "五折起")
		r.add(library.Text, "", "新品", "山茶花精华 New", "节")
		for _, tc := range []struct {
			f    library.Filter
			want int
		}{
			{library.Filter{Folder: "*", Text: "场五"}, 1}, {library.Filter{Folder: "*", Text: "花精"}, 1}, {library.Filter{Folder: "*", Text: "new"}, 1},
			{library.Filter{Folder: "*", Text: "0%_"}, 1}, {library.Filter{Folder: "*", Text: "%"}, 1}, {library.Filter{Folder: "*", Tag: "节日"}, 1},
			{library.Filter{Folder: "*", Tag: "五折"}, 0}, {library.Filter{Folder: "*", Tag: "节"}, 1}, {library.Filter{Folder: "*", State: library.Draft}, 2},
			{library.Filter{Folder: "*", State: library.Approved}, 0}, {library.Filter{Folder: "*", Trash: true}, 0}, {library.Filter{Folder: "*", Kind: library.Image}, 0},
			{library.Filter{Folder: ""}, 2}, {library.Filter{Folder: "fld_x"}, 0}, {library.Filter{Space: library.Scripts, Folder: "*"}, 0},
		} {
			p, err := r.lib.List(context.Background(), tc.f)
			if err != nil || len(p.Items) != tc.want {
				t.Errorf("%+v: %d, want %d, %v", tc.f, len(p.Items), tc.want, err)
			}
		}
	})
}

// covers: E2
func TestFind_RanksAndKnowsInitials(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ctx, who := context.Background(), library.Staff{Corp: "ww1", User: "li"}
		scene, err := r.lib.AddFolder(ctx, library.Folder{Space: library.Scripts, Name: "售后"})
		if err != nil {
			t.Fatal(err)
		}
		when := r.publish(r.add(library.Script, scene.ID, "发货时间", "一般 48 小时内发货", "物流"))
		dear := r.publish(r.add(library.Script, "", "嫌贵", "您看中的是品质，发货时间也快", "价格", "异议"))
		r.add(library.Script, "", "发货草稿", "没有发布")
		names := func(l library.Look) (out []string) {
			l.Space = library.Scripts
			hits, err := r.lib.Find(ctx, who, l)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				out = append(out, h.Name)
			}
			return out
		}
		for text, want := range map[string][]string{
			"发货": {"发货时间", "嫌贵"}, "fhsj": {"发货时间"}, "xg": {"嫌贵"}, "价格": {"嫌贵"}, "发货 品质": {"嫌贵"}, "没有": nil, "48": {"发货时间"},
		} {
			if diff := cmp.Diff(want, names(library.Look{Text: text})); diff != "" {
				t.Errorf("%s: %s", text, diff)
			}
		}
		for range 3 {
			if err := r.lib.CountUse(ctx, dear.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got := names(library.Look{}); got[0] != "嫌贵" {
			t.Errorf("what is used most is not first: %v", got)
		}
		if err := r.lib.SetFavourite(ctx, who, when.ID, true); err != nil {
			t.Fatal(err)
		}
		if got := names(library.Look{}); got[0] != "发货时间" {
			t.Errorf("a favourite is not first: %v", got)
		}
		if got := names(library.Look{Favourites: true}); len(got) != 1 {
			t.Errorf("%v", got)
		}
		if got := names(library.Look{Folder: scene.ID}); len(got) != 1 {
			t.Errorf("%v", got)
		}
		if text, err := r.lib.Script(ctx, when.ID); err != nil || text != "一般 48 小时内发货" {
			t.Errorf("%q %v", text, err)
		}
		if _, err := r.lib.Trash(r.as(approver), when.ID); err != nil {
			t.Fatal(err)
		}
		if got := names(library.Look{Text: "发货"}); len(got) != 1 {
			t.Errorf("a script in the trash is found: %v", got)
		}
	})
}

// covers: E1
func TestFind_ShowsWhatADepartmentMaySee(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ctx := context.Background()
		bag, err := r.lib.AddFolder(ctx, library.Folder{Name: "公文包", Panel: true, Departments: []library.Department{{"ww1", 5}}})
		if err != nil {
			t.Fatal(err)
		}
		inside, err := r.lib.AddFolder(ctx, library.Folder{Name: "里面", Parent: bag.ID})
		if err != nil {
			t.Fatal(err)
		}
		m := r.publish(r.add(library.Text, inside.ID, "给门店", "x"))
		r.publish(r.add(library.Text, "", "只给总部", "x"))
		count := func(who library.Staff) int {
			hits, err := r.lib.Find(ctx, who, library.Look{Space: library.Materials})
			if err != nil {
				t.Fatal(err)
			}
			return len(hits)
		}
		member := library.Staff{Corp: "ww1", User: "li", Departments: []int64{9, 5, 1}}
		if n := count(member); n != 1 {
			t.Fatalf("a member of the department sees %d", n)
		}
		for _, other := range []library.Staff{{Corp: "ww1", User: "wu", Departments: []int64{1}}, {Corp: "ww2", User: "li", Departments: []int64{5}}} {
			if n := count(other); n != 0 {
				t.Fatalf("%+v sees %d", other, n)
			}
			if _, err := r.lib.ForStaff(ctx, other, m.ID); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		}
		bag.Panel = false
		if _, err := r.lib.SetFolder(ctx, bag); err != nil {
			t.Fatal(err)
		}
		if n := count(member); n != 0 {
			t.Fatalf("a folder put away still shows %d", n)
		}
	})
}

// covers: E1, E5
func TestPreview_TellsValuesFallbacksAndLengths(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		raw := json.RawMessage(`{"text":"{{ traits.name }}您好，{{ traits.skin | default: '您的肤质' }}，{{ traits.gift | default: \"小样\" }}{% if traits.vip %}VIP{% endif %}"}`)
		p, err := r.lib.Preview(r.as(approver), library.Try{Content: raw, Use: content.MassSend, Customer: "c1"})
		if err != nil || string(p.Content) != `{"text":"王小明您好，干性，小样"}` || p.Outcome != library.Sent || p.Masked || len(p.Problems) != 0 {
			t.Fatalf("%s %+v %v", p.Content, p, err)
		}
		want := []library.Variable{
			{Name: "traits.name", Found: true, Value: "王小明"}, {Name: "traits.skin", Found: true, Value: "干性", Fallback: "您的肤质", Default: true},
			{Name: "traits.gift", Fallback: "小样", Default: true, Taken: true}, {Name: "traits.vip"},
		}
		if diff := cmp.Diff(want, p.Variables); diff != "" {
			t.Error(diff)
		}
		if len(p.Lengths) != 1 || p.Lengths[0].Bytes != 33 || p.Lengths[0].Limit != 4000 {
			t.Errorf("%+v", p.Lengths)
		}
		analyst := access.Principal{ID: "acc_an", Role: access.Analyst, Kind: access.BySession, Scope: access.ScopeBrand}
		if p, err = r.lib.Preview(r.as(analyst), library.Try{Content: raw, Customer: "c1"}); err != nil || !p.Masked || strings.Contains(string(p.Content), "王小明") || !strings.Contains(string(p.Content), "干性") {
			t.Fatalf("%s %v", p.Content, err)
		}
		if p, err = r.lib.Preview(r.as(approver), library.Try{Content: json.RawMessage(`{"text":"{{ traits.gift }}"}`), Customer: "c1", Missing: "skip"}); err != nil || p.Outcome != library.Skipped {
			t.Fatalf("%+v %v", p, err)
		}
		long := `{"text":"` + strings.Repeat("鱼", 1334) + `"}`
		if p, err = r.lib.Preview(r.as(approver), library.Try{Content: json.RawMessage(long), Use: content.MassSend}); err != nil || len(p.Problems) != 1 || p.Problems[0].Pointer != "/text" {
			t.Fatalf("%+v %v", p.Problems, err)
		}
		if _, err := r.lib.Preview(r.as(approver), library.Try{Content: raw, Customer: "c99"}); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
}
