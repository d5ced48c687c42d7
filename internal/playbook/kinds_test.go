package playbook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/playbook"
)

// covers: C1
func TestWaitFor_AnAudienceToBeEntered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		buyers := b.audience(`{"did":{"event":"Order Completed","within":"1d"}}`)
		in := b.play(`{"event":"A"}`, ``, `{"id":"w","wait_for":{"audience":"`+buyers+`","timeout":"9d","steps":[`+b.say("in", "in")+`]}}`)
		out := b.play(`{"audience":"`+buyers+`","on":"left"}`, ``, b.say("out", "out"))
		left := b.play(`{"event":"A"}`, ``, `{"id":"w","wait_for":{"audience":"`+buyers+`","on":"left","timeout":"9d","steps":[`+b.say("left", "left")+`]}}`)
		b.track("ann", "A", `{}`)
		b = b.reopen()
		b.track("ann", "Order Completed", `{"order_id":"1"}`)
		b.track("bob", "Order Completed", `{"order_id":"2"}`)
		b.track("bob", "A", `{}`) // a member already
		if got := b.planned(in); !slices.Equal(got, []string{"in", "in"}) || len(b.planned(out))+len(b.planned(left)) != 0 {
			t.Fatal(got)
		}
		b.after(25 * time.Hour) // both leave by time alone
		if len(b.planned(out)) != 2 || len(b.planned(left)) != 2 {
			t.Fatalf("%v %v", b.planned(out), b.planned(left))
		}
	})
}

// covers: B2
func TestWaitFor_AnAudienceThatAMergeBrings(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	buyers := b.audience(`{"did":{"event":"Order Completed"}}`)
	pb := b.play(`{"event":"A"}`, ``, `{"id":"w","wait_for":{"audience":"`+buyers+`","timeout":"9d","steps":[`+b.say("in", "in")+`]}}`)
	b.track("ann", "A", `{}`)
	b.track("bob", "Order Completed", `{"order_id":"1"}`)
	_, err := b.Merge(context.Background(), b.customer("ann"), b.customer("bob"), "Eve")
	b.must(err)
	b.expect(pb, "entered", "w entered", "w met", "in planned", "done")
}

// covers: C1
func TestDefinition_BringsItsAudiences(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	pb := b.play(`{"audience":"vip"}`, `"audiences":{"vip":{"name":"VIP","rule":{"tag":"VIP"}},"no":{"name":"No","rule":{"tag":"no"}}},
		"exit":[{"rule":{"audience":"no"}}],`, rest)
	versions, err := b.playbooks.Versions(context.Background(), pb)
	b.must(err)
	for _, id := range versions[0].Audiences {
		b.must(b.audiences.Settled(context.Background(), id))
	}
	b.tag("ann", "VIP")
	if r := b.only(pb); r.Step != "rest" {
		t.Fatalf("%+v", r)
	}
	b.tag("ann", "no")
	if r := b.only(pb); r.Outcome != flow.Exited {
		t.Fatalf("%+v", r)
	}
}

// covers: C1
func TestDefinition_KeepsItsAudiencesOverVersions(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	var asked []string
	b.playbooks.Ensure = func(_ context.Context, book, made string, a flow.Audience) (string, error) {
		asked = append(asked, book+"/"+a.Name+"/"+made)
		return "aud_" + a.Name, nil
	}
	b.playbooks.CheckAudience = func(context.Context, string) error { return nil }
	one := `"audiences":{"vip":{"name":"VIP","rule":{"tag":"VIP"}}},`
	two := `"audiences":{"vip":{"name":"VIP","rule":{"tag":"VIP"}},"no":{"name":"No","rule":{"tag":"no"}}},`
	pb := b.play(`{"event":"A"}`, one, rest)
	for _, audiences := range []string{two, ``, one} {
		_, err := b.playbooks.Update(context.Background(), pb, b.document(`{"event":"A"}`, audiences, rest))
		b.must(err)
		_, err = b.playbooks.Publish(context.Background(), pb, "Ann")
		b.must(err)
	}
	slices.Sort(asked)
	if want := []string{"P/No/", "P/VIP/", "P/VIP/aud_VIP", "P/VIP/aud_VIP"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
}

// covers: C8, E1, E2, E5
func TestSend_VariantsMaterialsAndLinks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		b.playbooks.Material = func(_ context.Context, id string) (json.RawMessage, error) {
			if id != "mat_1" {
				return nil, fault.New(fault.NotFound, "material_not_found", "there is no material %q", id)
			}
			return json.RawMessage(`{"text":"material for {{ customer.id }}: see https://shop.example/a?b=1."}`), nil
		}
		links := map[string]playbook.LinkOrder{}
		b.playbooks.Links = func(_ context.Context, content json.RawMessage, o playbook.LinkOrder) (json.RawMessage, error) {
			short := fmt.Sprint("https://s/", len(links))
			links[short] = o
			return bytes.ReplaceAll(content, []byte("https://shop.example/a?b=1"), []byte(short)), nil
		}
		step := fmt.Sprintf(`{"id":"ab","send":{"channel":"webhook","endpoint":%q,"track_links":true,"variants":[
			{"name":"x","percent":50,"content":{"text":"own words"}},{"name":"y","percent":50,"material":"%%s"}]}}`, b.endpoint)
		bad, err := b.playbooks.Create(context.Background(), b.document(`{"event":"A"}`, ``, fmt.Sprintf(step, "mat_2")))
		b.must(err)
		if _, err := b.playbooks.Publish(context.Background(), bad.ID, "Ann"); !points(err, "/steps/0/send/variants/1/material") {
			t.Fatal(err)
		}
		pb := b.play(`{"event":"A"}`, ``, fmt.Sprintf(step, "mat_1"))
		for i := range 16 {
			b.track(fmt.Sprint("u", i), "A", `{}`)
		}
		said := map[string]string{} // by customer
		for range 16 {
			var body struct {
				Customer struct{ ID string }
				Message  struct{ Text string }
			}
			b.must(json.Unmarshal(<-b.got, &body))
			said[body.Customer.ID] = body.Message.Text
		}
		drawn := map[string]int{}
		for _, r := range b.runs(playbook.RunFilter{Playbook: pb}) {
			variant := strings.TrimPrefix(b.told(r)[1], "ab planned ")
			drawn[variant]++
			text := said[fmt.Sprint("c", r.Ord)]
			if (variant == "x") != (text == "own words") {
				t.Fatalf("%s got %q", variant, text)
			}
			if _, short, ok := strings.Cut(text, "see "); variant == "y" {
				o := links[strings.TrimSuffix(short, ".")]
				if !ok || o.Run != r.ID || o.Ord != r.Ord || o.Step != "ab" || o.Delivery == "" {
					t.Fatalf("%q: %+v", text, o)
				}
			}
		}
		if len(drawn) != 2 {
			t.Fatalf("drawn: %v", drawn)
		}
	})
}

// covers: C1, C7
func TestKinds_WaitUntilHoldoutWebhookGoalAndExit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		b.identify("ann", map[string]string{"timezone": `"Asia/Shanghai"`}) // 20:00 there
		until := b.play(`{"event":"A"}`, ``, `{"id":"morning","wait_until":{"time":"09:00"}}`, `{"id":"told","webhook":{"endpoint":"`+b.endpoint+`","content":{"to":"{{ customer.id }}"}}}`,
			`{"id":"won","goal":{"name":"reached"}}`, b.say("never", "never"))
		b.track("ann", "A", `{}`)
		b.after(13*time.Hour - time.Second)
		if len(b.planned(until)) != 0 {
			t.Fatal("before nine in Shanghai")
		}
		b.after(time.Second)
		b.expect(until, "entered", "morning entered", "morning done", "told planned", "won goal reached", "goal reached")
		if body := string(<-b.got); !strings.Contains(body, `{"to":"c1"}`) {
			t.Fatal(body)
		}
		held := b.play(`{"event":"B"}`, ``, `{"id":"h","holdout":{"percent":50}}`, b.say("hi", "hi"), `{"id":"tag","update":{"tag":["reached"]}}`, `{"id":"bye","exit":{}}`)
		for i := range 40 {
			b.track(fmt.Sprint("h", i), "B", `{}`)
		}
		reached := 0
		for _, r := range b.runs(playbook.RunFilter{Playbook: held}) {
			want := []string{"entered", "h took treatment", "hi planned", "tag done", "bye exited", "exited"}
			if r.Holdout {
				want = []string{"entered", "h held_out control", "hi held_out", "tag held_out", "bye exited", "exited"}
			} else {
				reached++
			}
			if diff := cmp.Diff(want, b.told(r)); diff != "" {
				t.Fatal(diff)
			}
		}
		if reached < 8 || reached > 32 || len(b.planned(held)) != 40 {
			t.Fatalf("%d of 40 reached, %d rows in the ledger", reached, len(b.planned(held)))
		}
	})
}

// covers: C1, C2
func TestSchedule_OfStaffAndOfTheBrand(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer func() { b.stop() }()
	posts := &published{}
	wire := func(b *brand) {
		b.playbooks.Posts = posts
		b.playbooks.Select = func(_ context.Context, kind flow.Kind, _ flow.Select) ([]string, error) {
			if kind != flow.Staff {
				t.Errorf("asked for %s", kind)
			}
			return []string{"ww1/zoe", "ww1/amy"}, nil
		}
	}
	wire(b)
	at := `{"schedule":{"every":"week","weekdays":["tue"],"time":"10:00"}}`
	staff := b.play(at, `"subject":"staff",`, `{"id":"list","task":{"title":"Tidy your list"}}`, rest)
	b.play(at, `"subject":"brand",`, `{"id":"post","post":{"to":"moments","content":{"text":"Good morning"}}}`)
	b.after(22 * time.Hour)
	b.drain()
	var names []string
	for _, o := range b.tasks.all {
		names = append(names, o.Subject.Name)
	}
	if !slices.Equal(names, []string{"ww1/amy", "ww1/zoe"}) || len(posts.all) != 1 || posts.all[0].Spec.To != "moments" {
		t.Fatalf("%v, %+v", names, posts.all)
	}
	b = b.reopen()
	wire(b)
	b.after(24 * time.Hour)
	for _, r := range b.runs(playbook.RunFilter{Playbook: staff}) {
		if r.Outcome != flow.Done || r.Kind != flow.Staff || r.Name == "" {
			t.Fatalf("%+v", r)
		}
	}
}

// published keeps the posts that steps make.
type published struct{ all []playbook.PostOrder }

// Plan takes one.
func (p *published) Plan(o playbook.PostOrder) { p.all = append(p.all, o) }

func TestPublish_RefusesWhatNobodyHereDoes(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	for ptr, doc := range map[string]json.RawMessage{
		"/steps/0/post":           b.document(`{"schedule":{"every":"day"}}`, `"subject":"brand",`, `{"id":"x","post":{"to":"moments","content":{"text":"x"}}}`),
		"/steps/0/split/by":       b.document(`{"event":"A"}`, ``, `{"id":"x","split":{"by":"staff","arms":[{"name":"x","percent":50},{"name":"y","percent":50}]}}`),
		"/steps/0/start/playbook": b.document(`{"event":"A"}`, ``, `{"id":"x","start":{"playbook":"nobody"}}`),
		"/key":                    b.document(`{"event":"A"}`, `"key":"phone",`, rest),
		"/subject":                b.document(`{"schedule":{"every":"day"}}`, `"subject":"group",`, rest),
	} {
		p, err := b.playbooks.Create(context.Background(), doc)
		if err == nil {
			_, err = b.playbooks.Publish(context.Background(), p.ID, "Ann")
		}
		if !points(err, ptr) {
			t.Errorf("%s: %v", ptr, err)
		}
	}
}

// covers: C1
func TestPublish_RefusesWhatCanNeverWork(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	b.playbooks.Posts = &published{}
	b.playbooks.CheckCorp = func(context.Context) error { return errors.New("no corp") }
	b.playbooks.CheckAssignee = func(_ context.Context, corp, user string) error {
		if corp == "ww1" && user == "lin" {
			return nil
		}
		return errors.New("nobody")
	}
	b.playbooks.Material = func(context.Context, string) (json.RawMessage, error) {
		return json.RawMessage(`{"text":"{{ staff.name }}"}`), nil
	}
	for ptr, doc := range map[string]json.RawMessage{
		"/steps/0/update/stage/aipl":      b.document(`{"event":"A"}`, ``, `{"id":"x","update":{"stage":{"aipl":"nowhere"}}}`),
		"/trigger/schedule/at":            b.document(`{"schedule":{"at":"2026-03-02T11:59"}}`, `"subject":"brand",`, rest),
		"/trigger/schedule/until":         b.document(`{"schedule":{"every":"day","until":"2026-03-01"}}`, `"subject":"brand",`, rest),
		"/steps/0/task/assign":            b.document(`{"event":"A"}`, ``, `{"id":"x","task":{"title":"x","assign":"gone"}}`),
		"/steps/0/post":                   b.document(`{"schedule":{"every":"day"}}`, `"subject":"brand",`, `{"id":"x","post":{"to":"moments","content":{"text":"x"}}}`),
		"/steps/0/send/content/text":      b.document(`{"event":"A"}`, ``, b.say("x", "{{ foo.x }}")),
		"/steps/0/task/title":             b.document(`{"event":"A"}`, ``, `{"id":"x","task":{"title":"{{ foo.x }}"}}`),
		"/steps/0/post/content/text":      b.document(`{"schedule":{"every":"day"}}`, `"subject":"brand",`, `{"id":"x","post":{"to":"moments","content":{"text":"{{ traits.x }}"}}}`),
		"/steps/0/send/material":          b.document(`{"event":"A"}`, ``, `{"id":"x","send":{"channel":"webhook","endpoint":"`+b.endpoint+`","material":"mat_1"}}`),
		"/steps/0/task/variants/1/script": b.document(`{"event":"A"}`, ``, `{"id":"x","task":{"title":"x","variants":[{"name":"a","percent":50,"script":"x"},{"name":"b","percent":50,"script":"{{ y }}"}]}}`),
	} {
		p, err := b.playbooks.Create(context.Background(), doc)
		if err == nil {
			_, err = b.playbooks.Publish(context.Background(), p.ID, "Ann")
		}
		if !points(err, ptr) {
			t.Errorf("%s: %v", ptr, err)
		}
	}
	b.play(`{"event":"A"}`, ``, `{"id":"x","update":{"stage":{"aipl":"interest"}}}`, `{"id":"y","task":{"title":"{{ customer.id }}","corp":"ww1","assign":"lin"}}`)
}

// covers: C1
func TestPublish_ChecksTheScriptsOfTheLibrary(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	library := map[string]string{"good": "Hello {{ traits.nickname }}", "odd": "I am {{ staff.name }}", "torn": "{{ if"}
	b.playbooks.Script = func(_ context.Context, id string) (string, error) {
		text, ok := library[id]
		if !ok {
			return "", fault.New(fault.NotFound, "material_not_found", "there is no script %q", id)
		}
		return text, nil
	}
	task := func(script string) json.RawMessage {
		return b.document(`{"event":"A"}`, ``, `{"id":"x","task":{"title":"x","script_id":"`+script+`"}}`)
	}
	for script, says := range map[string]string{"gone": "there is no script", "odd": `the script reads "staff"`, "torn": "cannot be read"} {
		p, err := b.playbooks.Create(context.Background(), task(script))
		b.must(err)
		_, err = b.playbooks.Publish(context.Background(), p.ID, "Ann")
		if !points(err, "/steps/0/task/script_id") || !strings.Contains(fmt.Sprint(err.(*fault.Error).Fields), says) {
			t.Errorf("%s: %v", script, err)
		}
	}
	b.play(`{"event":"A"}`, ``, `{"id":"x","task":{"title":"x","script_id":"good"}}`)
}

// What was sent once may be published again: whoever is inside goes on.
func TestPublish_TheMomentOfTheVersionInForceMayHavePassed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	once := `{"schedule":{"at":"2026-03-02T13:00"}}`
	pb := b.play(once, `"subject":"brand",`, rest)
	b.after(2 * time.Hour)
	_, err := b.playbooks.Update(ctx, pb, b.document(once, `"subject":"brand","priority":60,`, rest))
	b.must(err)
	_, err = b.playbooks.Publish(ctx, pb, "Ann")
	b.must(err)
}

// points says whether an error names this place of the document.
func points(err error, ptr string) bool {
	var e *fault.Error
	return errors.As(err, &e) && slices.ContainsFunc(e.Fields, func(f fault.Field) bool { return f.Pointer == ptr })
}

// covers: C1
func TestDelete_TakesDraftsThatNobodyUses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		drop := func(key string) error {
			return b.playbooks.Delete(ctx, key, func(context.Context, playbook.Playbook) error { return nil })
		}
		draft := func(name, step string) string {
			t.Helper()
			p, err := b.playbooks.Create(ctx, json.RawMessage(`{"name":"`+name+`","trigger":{"api":true},"steps":[`+step+`]}`))
			b.must(err)
			return p.ID
		}
		live := b.play(`{"event":"A"}`, ``, rest)
		if err := drop(live); !fault.Is(err, fault.Precondition) || !strings.Contains(err.Error(), "end it instead") {
			t.Fatal(err)
		}
		one := draft("one", rest)
		other := draft("other", `{"id":"x","start":{"playbook":"one"}}`)
		if err := drop(one); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "other") {
			t.Fatal(err)
		}
		_, err := b.playbooks.End(ctx, other)
		b.must(err)
		var forgotten []string
		b.playbooks.Forget = func(_ context.Context, id string) error { forgotten = append(forgotten, id); return nil }
		b.must(drop(one))
		b.must(drop(other))
		if diff := cmp.Diff([]string{one, other}, forgotten); diff != "" {
			t.Fatal(diff)
		}
		if err := drop(one); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		again := b.play(`{"event":"A"}`, ``, rest) // takes the number of what went
		b.track("ann", "A", `{}`)
		for _, pb := range []string{live, again} {
			r, err := b.playbooks.Report(ctx, pb, 0)
			b.must(err)
			if r.Live != 1 || r.Runs != 1 {
				t.Fatalf("%s: %+v", pb, r)
			}
		}
	})
}
