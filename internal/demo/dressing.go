package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/tidwall/gjson"
)

// personas are those of the library that the staff follow, with their place among the users.
var personas = []struct {
	industry string
	from, to int
}{{"beauty", 0, 4}, {"food", 4, 6}}

// dress keeps personas and a checklist of the library.
func (c *setup) dress(ctx context.Context) error {
	had, err := c.api.do(ctx, "GET", "/personas?limit=1", nil)
	if err != nil || had.Get("items.#").Int() > 0 {
		return err
	}
	sheets, err := c.api.do(ctx, "GET", "/personas/library?lang=zh", nil)
	if err != nil {
		return err
	}
	for _, p := range personas {
		made, err := c.api.do(ctx, "POST", "/personas", sheets.Get("industries."+p.industry).Value())
		if err != nil {
			return fmt.Errorf("%s: %w", p.industry, err)
		}
		members := []map[string]any{}
		for _, u := range c.users[p.from:p.to] {
			members = append(members, map[string]any{"corp": Corp, "staff": u})
		}
		if _, err := c.api.do(ctx, "PUT", "/personas/"+made.Get("id").Str+"/members", map[string]any{"members": members}); err != nil {
			return err
		}
	}
	return nil
}

// audits are made of the checklist for accounts. The first is finished with what was found,
// the second is under way.
var audits = []struct {
	user     int // place among the users
	due      time.Duration
	findings []finding
}{
	{0, 2 * 24 * time.Hour, []finding{
		{"avatar", "ok", ""},
		{"nickname", "not_ok", "昵称里带了电话号码，改成“品牌＋称呼”"},
		{"signature", "ok", ""},
		{"cover", "not_ok", "封面还是上个活动的，活动已经结束"},
		{"pinned", "ok", ""},
		{"recent", "ok", ""},
		{"reply", "ok", ""},
	}},
	{1, 5 * 24 * time.Hour, []finding{{"avatar", "ok", ""}, {"nickname", "ok", ""}, {"signature", "not_ok", "签名是空的"}}},
}

type finding struct{ item, verdict, note string }

// audit holds the checklist for accounts against two members.
func (c *setup) audit(ctx context.Context) error {
	had, err := c.api.do(ctx, "GET", "/checklists?limit=1", nil)
	if err != nil || had.Get("items.#").Int() > 0 {
		return err
	}
	lists, err := c.api.do(ctx, "GET", "/checklists/library?lang=zh", nil)
	if err != nil {
		return err
	}
	list, err := c.api.do(ctx, "POST", "/checklists", lists.Get(`items.#(about=="account")`).Value())
	if err != nil {
		return err
	}
	for _, a := range audits {
		made, err := c.api.do(ctx, "POST", "/audits", map[string]any{
			"checklist": list.Get("id").Str, "subject": c.users[a.user], "corp": Corp, "due_at": c.d.Clock.Now().Add(a.due).Format(time.RFC3339),
		})
		if err != nil {
			return err
		}
		for _, f := range a.findings {
			if _, err := c.api.do(ctx, "PUT", "/audits/"+made.Get("id").Str+"/items/"+f.item, map[string]any{"verdict": f.verdict, "note": f.note}); err != nil {
				return fmt.Errorf("%s: %w", f.item, err)
			}
		}
	}
	return nil
}

// practised is how the brand answers the self-assessment where its data cannot; what is not
// named is answered with 1.
var practised = map[string]int{
	"goal": 2, "team": 3, "nodes": 4, "channels": 3, "greeting": 2, "identity": 3, "calendar": 2, "sop": 2, "privacy": 3, "after_sale": 2, "hours": 2,
}

// assess answers the self-assessment once, when the brand begins.
func (c *setup) assess(ctx context.Context) error {
	had, err := c.api.do(ctx, "GET", "/insight/maturity?limit=1", nil)
	if err != nil || had.Get("items.#").Int() > 0 {
		return err
	}
	asked, err := c.api.do(ctx, "GET", "/insight/maturity/questions", nil)
	if err != nil {
		return err
	}
	answers := map[string]int{}
	asked.Get("items").ForEach(func(_, q gjson.Result) bool {
		id := q.Get("id").Str
		if n, ok := practised[id]; ok {
			answers[id] = n
		} else if !q.Get("number").Exists() {
			answers[id] = 1
		}
		return true
	})
	_, err = c.api.do(ctx, "POST", "/insight/maturity", map[string]any{"answers": answers})
	return err
}
