package console

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"yutang/internal/flow"
)

// flow draws a definition with the numbers of a report.
func (v *visit) flow(b book, d flow.Definition, r bookReport) *flowView {
	w := &drawing{visit: v, book: b, reports: make(map[string]stepReport, len(r.Steps)), audiences: d.Audiences}
	for _, s := range r.Steps {
		w.reports[s.ID] = s
	}
	f := &flowView{Start: w.start(d), Steps: w.steps(d.Steps), End: w.end(d)}
	for _, s := range r.Steps {
		if s.Gone {
			f.Steps = append(f.Steps, flowStep{ID: s.ID, Word: v.Say("旧版步骤", "Of an older version"), Name: v.stepName(s.Name, s.ID, s.Kind), Counts: w.counts(s)})
		}
	}
	return f
}

// drawing is a flow being drawn.
type drawing struct {
	*visit
	book      book
	reports   map[string]stepReport
	audiences map[string]flow.Audience
}

func (w *drawing) start(d flow.Definition) []fact {
	out := []fact{{Name: w.Say("谁进入", "Who enters"), Value: text(w.triggerText(d.Trigger))}}
	if d.Trigger.Audience != "" {
		out[0].Value.Href = w.audienceHref(d.Trigger.Audience)
	}
	var rules []string
	switch {
	case d.Key != "":
		rules = append(rules, w.Sayf("每个 %s 一次", "one run for each %s", d.Key))
	case d.Reentry != "":
		rules = append(rules, w.reentryText(d.Reentry))
	}
	if d.Holdout > 0 {
		rules = append(rules, w.Sayf("对照组 %s%%", "%s%% held out", trimFloat(d.Holdout)))
	}
	rules = append(rules, w.capText(d.Cap)...)
	if d.Quiet != nil && d.Quiet.From != d.Quiet.To {
		rules = append(rules, w.Sayf("%s–%s 免打扰", "quiet %s–%s", d.Quiet.From, d.Quiet.To))
	}
	if len(rules) > 0 {
		out = append(out, fact{Name: w.Say("约束", "Limits"), Value: text(strings.Join(rules, w.Say("，", ", ")))})
	}
	return out
}

func (w *drawing) end(d flow.Definition) (out []fact) {
	if d.Goal != nil {
		out = append(out, fact{Name: w.Say("目标（随时达成即结束）", "Goal (ends it at any time)"), Value: text(w.conditionText(*d.Goal))})
	}
	for i, c := range d.Exit {
		name := w.Sayf("退出条件 %d", "Exit %d", i+1)
		out = append(out, fact{Name: name, Value: text(w.conditionText(c))})
	}
	return out
}

func (w *drawing) steps(list []flow.Step) (out []flowStep) {
	for i := range list {
		out = append(out, w.step(&list[i]))
	}
	return out
}

func (w *drawing) step(s *flow.Step) flowStep {
	kind := kindOfStep(s)
	r := w.reports[s.ID]
	f := flowStep{ID: s.ID, Kind: stepClass(kind), Word: w.Name("stepkind", kind), Name: w.stepName(s.Name, s.ID, kind), Counts: w.counts(r)}
	f.Text, f.Quote = w.stepText(s)
	if s.Name == "" && f.Text != "" {
		f.Name, f.Text = f.Text, ""
	}
	took := func(name string) *count {
		if r.ID == "" {
			return nil
		}
		n := r.of("took", name)
		return &count{Name: w.Say("走这条", "took it"), N: n, Href: w.behind(w.book.ID, 0, s.ID, "took", name)}
	}
	switch {
	case s.Branch != nil:
		for _, c := range s.Branch.Cases {
			f.Ways = append(f.Ways, flowWay{Name: c.Name, Note: w.caseText(c), Count: took(c.Name), Steps: w.steps(c.Steps)})
		}
		f.Ways = append(f.Ways, flowWay{Name: w.Say("其他", "Else"), Count: took("else"), Steps: w.steps(s.Branch.Else)})
	case s.Split != nil:
		for _, a := range s.Split.Arms {
			f.Ways = append(f.Ways, flowWay{Name: a.Name, Note: trimFloat(a.Percent) + "%", Count: took(a.Name), Steps: w.steps(a.Steps)})
		}
	case s.WaitFor != nil:
		f.Ways = []flowWay{
			{Name: w.Say("发生了", "It happened"), Count: w.ended(s.ID, r, "met"), Steps: w.steps(s.WaitFor.Steps)},
			{Name: w.Sayf("%s内没有发生", "Not within %s", w.span(s.WaitFor.Timeout)), Count: w.ended(s.ID, r, "timed_out"), Steps: w.steps(s.WaitFor.Else)},
		}
	}
	return f
}

func (w *drawing) ended(step string, r stepReport, outcome string) *count {
	if r.ID == "" {
		return nil
	}
	return &count{Name: w.Name("outcome2", outcome), N: r.of(outcome, ""), Href: w.behind(w.book.ID, 0, step, outcome, "")}
}

// of counts an outcome, with a detail if one is given.
func (r stepReport) of(outcome, detail string) (n int) {
	for _, o := range r.Outcomes {
		if o.Outcome == outcome && (detail == "" || o.Detail == detail) {
			n += o.Count
		}
	}
	return n
}

// counts are the numbers of a step: who came and waits, what became of them, and what was
// sent or not, by reason.
func (w *drawing) counts(r stepReport) []count {
	if r.ID == "" {
		return nil
	}
	at := func(outcome, detail string) string { return w.behind(w.book.ID, 0, r.ID, outcome, detail) }
	out := []count{{Name: w.Say("进入", "entered"), N: r.Entered, Href: at("entered", "")}}
	if r.Waiting > 0 {
		out = append(out, count{Name: w.Say("正在等待", "waiting"), N: r.Waiting, Href: at("waiting", ""), Class: "warn"})
	}
	for _, o := range r.Outcomes {
		switch o.Outcome {
		case "entered", "took", "planned":
			continue
		case "met", "timed_out":
			if r.Kind == "wait_for" {
				continue
			}
		}
		name := w.Name("outcome2", o.Outcome)
		if o.Detail != "" {
			name += " " + w.outcomeDetail(o.Detail)
		}
		out = append(out, count{Name: name, N: o.Count, Href: at(o.Outcome, o.Detail), Class: countClass(o.Outcome)})
	}
	for _, o := range r.Outcomes {
		if o.Outcome == "planned" && o.Detail != "" {
			out = append(out, count{Name: w.Say("版本 ", "variant ") + o.Detail, N: o.Count, Href: at("planned", o.Detail)})
		}
	}
	for _, d := range r.Deliveries {
		name := w.Name("state", d.State)
		if d.Reason != "" {
			name += " · " + w.Name("reason", d.Reason)
		}
		href := query(w.book.at()+"/people", "step", r.ID, "state", d.State, "reason", d.Reason)
		out = append(out, count{Name: name, N: d.Count, Href: href, Class: countClass(d.State)})
	}
	return out
}

// outcomeDetail says why, or by which exit of the playbook, counted from 1.
func (v *visit) outcomeDetail(detail string) string {
	at, ok := strings.CutPrefix(detail, "/exit/")
	if n, err := strconv.Atoi(at); ok && err == nil {
		return v.Sayf("条件 %d", "condition %d", n+1)
	}
	return v.Name("reason", detail)
}

func countClass(name string) string {
	switch chipClass(name) {
	case "good":
		return "good"
	case "bad":
		return "bad"
	case "paused":
		return "warn"
	}
	return ""
}

// kindOfStep is the key under which a step says what it does.
func kindOfStep(s *flow.Step) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return ""
	}
	for k := range keys {
		if k != "id" && k != "name" {
			return k
		}
	}
	return ""
}

// stepClass is the colour of a kind: it acts, waits, chooses, or ends.
func stepClass(kind string) string {
	switch {
	case slices.Contains([]string{"send", "task", "post", "update", "coupon", "start", "stop", "webhook"}, kind):
		return "act"
	case strings.HasPrefix(kind, "wait"):
		return "pause"
	case kind == "goal" || kind == "exit":
		return "finish"
	}
	return "choose"
}

func (v *visit) stepName(name, id, kind string) string {
	if name != "" {
		return name
	}
	return v.Name("stepkind", kind)
}
