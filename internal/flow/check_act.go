package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

var taskResults = []string{"done", "unreachable", "refused"}

func (p *parser) send(op *Op, ptr string, s *Send) {
	if s.Channel == "" {
		p.fail(ptr+"/channel", `is missing; "webhook" is one`)
	}
	p.oneOf(ptr+"/missing", s.Missing, missingEmpty, missingSkip)
	p.passed(ptr, s.Traits, s.Identities)
	p.experiment(ptr+"/experiment", s.Experiment)
	if s.ExpiresIn == "" {
		s.ExpiresIn = defaultExpiry
	}
	op.Within = p.duration(ptr+"/expires_in", s.ExpiresIn, maxExpiry)
	if len(s.Variants) == 0 {
		op.Content = p.content(ptr, s.Content, s.Material, s.Missing == missingSkip)
		p.belongsNot(ptr+"/experiment", s.Experiment != "", `names the experiment of "variants", which are missing`)
		return
	}
	if len(s.Content) > 0 || s.Material != "" {
		p.fail(ptr, `has "variants"; what is said stands in each of them`)
	}
	names := map[string]bool{}
	for i, v := range s.Variants {
		at := fmt.Sprintf("%s/variants/%d", ptr, i)
		p.wayName(at, v.Name, names)
		op.arms = append(op.arms, Assignment{v.Name, v.Percent})
		op.Contents = append(op.Contents, p.content(at, v.Content, v.Material, s.Missing == missingSkip))
	}
	p.percents(ptr+"/variants", op.arms)
}

// passed checks what is passed on beside a content.
func (p *parser) passed(ptr string, traits, identities []string) {
	p.names(ptr+"/traits", traits)
	p.names(ptr+"/identities", identities)
}

// names checks a list of short texts.
func (p *parser) names(ptr string, list []string) {
	if len(list) > maxList {
		p.fail(ptr, "has at most %d of them", maxList)
		return
	}
	for i, s := range list {
		at := ptr + "/" + strconv.Itoa(i)
		p.text(at, s, maxName)
		if slices.Index(list, s) < i {
			p.fail(at, "%q stands twice; keep one", s)
		}
	}
}

func (p *parser) task(op *Op, ptr string, t *Task) {
	p.tasks[op.Step.ID] = op.Index
	p.text(ptr+"/title", t.Title, 4*maxName)
	op.Title = p.template(ptr+"/title", t.Title, false)
	op.Script = p.template(ptr+"/script", t.Script, false)
	said := 0
	for _, has := range []bool{t.Script != "", t.ScriptID != "", len(t.Variants) > 0} {
		if has {
			said++
		}
	}
	if said > 1 {
		p.fail(ptr, `has more than one of "script", "script_id" and "variants"; keep one`)
	}
	p.names(ptr+"/materials", t.Materials)
	p.names(ptr+"/checklist", t.Checklist)
	if len(t.Results) == 0 {
		t.Results = taskResults
	}
	p.names(ptr+"/results", t.Results)
	if p.Definition.Subject == Brand && (t.Assign == "" || t.Assign == "owner" || t.Assign == "leader") {
		p.fail(ptr+"/assign", "must be a userid: the brand has no owner")
	}
	p.experiment(ptr+"/experiment", t.Experiment)
	p.taskTimes(op, ptr, t)
	p.taskVariants(op, ptr, t)
}

func (p *parser) taskTimes(op *Op, ptr string, t *Task) {
	if t.Deadline == "" {
		t.Deadline = defaultDeadline
	}
	op.Within = p.duration(ptr+"/deadline", t.Deadline, maxWait)
	for i, before := range t.Remind {
		at := fmt.Sprintf("%s/remind/%d", ptr, i)
		if d := p.duration(at, before, maxWait); op.Within > 0 && d >= op.Within {
			p.fail(at, "is before the task exists; it counts back from the deadline %q", t.Deadline)
		}
	}
	if len(t.Remind) > maxWays {
		p.fail(ptr+"/remind", "has at most %d of them", maxWays)
	}
	if t.Escalate != "" {
		p.duration(ptr+"/escalate", t.Escalate, 365*24*time.Hour)
	}
}

func (p *parser) taskVariants(op *Op, ptr string, t *Task) {
	if len(t.Variants) == 0 {
		p.belongsNot(ptr+"/experiment", t.Experiment != "", `names the experiment of "variants", which are missing`)
		return
	}
	names := map[string]bool{}
	for i, v := range t.Variants {
		at := fmt.Sprintf("%s/variants/%d", ptr, i)
		p.wayName(at, v.Name, names)
		p.text(at+"/script", v.Script, MaxBytes)
		op.arms = append(op.arms, Assignment{v.Name, v.Percent})
		op.Scripts = append(op.Scripts, p.template(at+"/script", v.Script, false))
	}
	p.percents(ptr+"/variants", op.arms)
}

func (p *parser) post(op *Op, ptr string, o *Post) {
	if o.To == "" {
		p.fail(ptr+"/to", `is missing; "groups" or "moments"`)
	}
	p.oneOf(ptr+"/to", o.To, "groups", "moments")
	if o.To == "moments" && p.Definition.Subject == Groups {
		p.fail(ptr+"/to", `a group chat has no Moments; use "groups"`)
	}
	if o.To == "groups" {
		p.selection(ptr+"/select", o.Select, Groups)
	} else {
		p.selection(ptr+"/select", o.Select, Staff)
	}
	op.Content = p.content(ptr, o.Content, o.Material, false)
}

// selection checks what chooses members or group chats.
func (p *parser) selection(ptr string, s Select, kind Kind) {
	p.names(ptr+"/staff", s.Staff)
	p.names(ptr+"/groups", s.Groups)
	p.names(ptr+"/tags", s.Tags)
	if kind != Staff {
		p.belongsNot(ptr+"/staff", len(s.Staff) > 0, "chooses members; here are none")
		p.belongsNot(ptr+"/departments", len(s.Departments) > 0, "chooses members; here are none")
	}
	if kind != Groups {
		p.belongsNot(ptr+"/groups", len(s.Groups) > 0, "chooses group chats; here are none")
		p.belongsNot(ptr+"/tags", len(s.Tags) > 0, "chooses group chats; here are none")
	}
}

func (p *parser) update(ptr string, u *Update) {
	n := len(u.Set) + len(u.SetOnce) + len(u.Increase) + len(u.Unset) + len(u.Tag) + len(u.Untag) + len(u.Stage)
	if n == 0 || n > maxList {
		p.fail(ptr, `changes 1 to %d things; such as {"set":{"interest":"tea"}} or {"tag":["VIP"]}`, maxList)
	}
	for key, values := range map[string]map[string]json.RawMessage{"set": u.Set, "set_once": u.SetOnce} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			at := ptr + "/" + key + "/" + escape(name)
			p.text(at, name, maxName)
			p.belongsNot(at, isNull(values[name]), `is null; use "unset" to take a trait away`)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.Increase)) {
		p.text(ptr+"/increase/"+escape(name), name, maxName)
	}
	p.names(ptr+"/unset", u.Unset)
	p.names(ptr+"/tag", u.Tag)
	p.names(ptr+"/untag", u.Untag)
	for _, kind := range slices.Sorted(maps.Keys(u.Stage)) {
		at := ptr + "/stage/" + escape(kind)
		if kind != "aipl" && kind != "aarrr" {
			p.fail(at, `a stage is "aipl" or "aarrr"`)
		}
		p.text(at, u.Stage[kind], 64)
	}
}

// isNull says that a raw value was written as null.
func isNull(raw []byte) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }
