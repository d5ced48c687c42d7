package console

import (
	"net/http"
	"net/url"
	"time"

	"yutang/internal/access"
)

type behindNumber struct {
	Customer string    `json:"customer"`
	Run      string    `json:"run"`
	At       time.Time `json:"at"`
	Delivery string    `json:"delivery"`
}

// showBookPeople lists who is behind a number of a playbook.
func showBookPeople(v *visit) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	q := v.page("step", "version", "outcome", "detail", "state", "reason")
	if v.asked("reached") != "" {
		return v.showReached(b)
	}
	if q.Get("outcome") == "" && q.Get("state") == "" {
		q.Set("outcome", "entered")
	}
	var p listed[behindNumber]
	if err := v.get("/playbooks/"+segment(b.ID)+"/people", q, &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("时间", "When")}, {Name: v.Say("经过", "Run")}},
		Empty: v.Say("现在没有人。数字可能刚刚变了。", "Nobody now; the number may have just changed."),
	}
	for _, x := range p.Items {
		who := cell{Text: v.Name("subject", b.subject())}
		if x.Customer != "" {
			who = v.customerCell(x.Customer, "")
		}
		run := cell{Text: "–", Faint: true}
		if x.Run != "" {
			run = cell{Text: v.Say("查看经过", "history"), Href: "/runs/" + segment(x.Run)}
		}
		t.add(who, text(v.Stamp(x.At)), run)
	}
	return v.show(desk{Crumb: link{Name: b.Name, Href: b.at()}, Title: v.behindTitle(q), Sections: []section{{Table: t.paged(v.r, p.Next)}}})
}

// showReached lists the touches of a playbook that arrived.
func (v *visit) showReached(b book) error {
	q := v.page()
	q.Set("playbook", b.ID)
	q.Set("state", "accepted")
	p, err := v.deliveries(q)
	if err != nil {
		return err
	}
	return v.show(desk{Crumb: link{Name: b.Name, Href: b.at()}, Title: v.Say("触达了谁", "Who was reached"), Sections: []section{{Table: v.deliveryTable(p.Items).paged(v.r, p.Next)}}})
}

// behindTitle says which number it is.
func (v *visit) behindTitle(q url.Values) string {
	out := v.Say("整个旅程", "The whole playbook")
	if step := q.Get("step"); step != "" {
		out = v.Say("步骤 ", "Step ") + step
	}
	out += " · "
	if s := q.Get("state"); s != "" {
		out += v.Name("state", s)
	} else {
		out += v.Name("outcome2", q.Get("outcome"))
	}
	if d := q.Get("detail") + q.Get("reason"); d != "" {
		out += " · " + v.outcomeDetail(d)
	}
	return out
}

type bookRun struct {
	ID       string            `json:"id"`
	Playbook string            `json:"playbook"`
	Version  int               `json:"version"`
	Customer string            `json:"customer"`
	Subject  string            `json:"subject"`
	Key      string            `json:"key"`
	Holdout  bool              `json:"holdout"`
	Started  time.Time         `json:"started_at"`
	Step     string            `json:"step"`
	Due      time.Time         `json:"due"`
	Ended    time.Time         `json:"ended_at"`
	Outcome  string            `json:"outcome"`
	Detail   string            `json:"detail"`
	Results  map[string]string `json:"results"`
	History  []struct {
		Step    string    `json:"step"`
		Version int       `json:"version"`
		At      time.Time `json:"at"`
		Outcome string    `json:"outcome"`
		Detail  string    `json:"detail"`
	} `json:"history"`
}

func showBookRuns(v *visit) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	q := v.page()
	q.Set("playbook", b.ID)
	if v.asked("live") != "" {
		q.Set("live", "true")
	}
	var p listed[bookRun]
	if err := v.get("/runs", q, &p); err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("客户", "Who")}, {Name: v.Say("编号", "Key"), Wide: true}, {Name: v.Say("进入", "Started")}, {Name: v.Say("在哪一步", "Where")},
			{Name: v.Say("最迟继续", "Goes on by"), N: true, Wide: true}, {Name: v.Say("状态", "State")}, {},
		},
		Empty: v.Say("还没有人进入。", "Nobody has entered."),
	}
	for _, r := range p.Items {
		t.add(v.runWho(r), text(r.Key), text(v.Clock(r.Started)), cell{Text: r.Step, Mono: true}, v.time(r.Due), v.runState(r), cell{Text: v.Say("经过", "history"), Href: "/runs/" + segment(r.ID)})
	}
	filter := link{Name: v.Say("只看进行中", "Live only"), Href: b.at() + "/runs?live=1"}
	if v.asked("live") != "" {
		filter = link{Name: v.Say("看全部", "All"), Href: b.at() + "/runs"}
	}
	return v.show(desk{
		Crumb: link{Name: v.Say("SOP 旅程", "Playbooks"), Href: "/playbooks"}, Title: b.Name, Chips: v.bookChips(b), Tabs: v.bookTabs(b, "runs"),
		Sections: []section{{Title: v.Say("参与者，最新在前", "Runs, newest first"), Aside: []action{{Name: filter.Name, Href: filter.Href}}, Table: t.paged(v.r, p.Next)}},
	})
}

func (v *visit) runWho(r bookRun) cell {
	switch {
	case r.Customer != "":
		return v.customerCell(r.Customer, "")
	case r.Subject != "":
		return cell{Text: r.Subject, Mono: true}
	}
	return text(v.Name("subject", "brand"))
}

func (v *visit) runState(r bookRun) cell {
	if r.Ended.IsZero() {
		c := v.state("state", "running")
		if r.Holdout {
			c.Note = v.Say("对照组", "held out")
		}
		return c
	}
	return cell{Text: v.Name("outcome2", r.Outcome), Chip: "chip " + chipClass(r.Outcome), Note: v.exitNote(r.Detail)}
}

func (v *visit) exitNote(detail string) string {
	if detail == "" {
		return ""
	}
	return v.outcomeDetail(detail)
}

func showRun(v *visit) error {
	var r bookRun
	if err := v.get("/runs/"+segment(v.id()), nil, &r); err != nil {
		return err
	}
	b, err := v.book(r.Playbook)
	if err != nil {
		return err
	}
	facts := []fact{{Name: v.Say("客户", "Who"), Value: v.runWho(r)}, {Name: v.Say("版本", "Version"), Value: text("v" + number(r.Version))}, {Name: v.Say("进入", "Started"), Value: text(v.Stamp(r.Started))}}
	if r.Key != "" {
		facts = append(facts, fact{Name: v.Say("编号", "Key"), Value: text(r.Key)})
	}
	if r.Ended.IsZero() {
		facts = append(facts, fact{Name: v.Say("现在", "Now"), Value: cell{Text: r.Step, Mono: true, Note: v.Say("最迟继续 ", "goes on by ") + v.Clock(r.Due)}})
	}
	facts = append(facts, fact{Name: v.Say("状态", "State"), Value: v.runState(r)})
	var history []happening
	for _, h := range r.History {
		m := happening{At: v.Stamp(h.At), Title: h.Step, Chips: []chip{{Text: v.Name("outcome2", h.Outcome), Class: chipClass(h.Outcome)}}}
		if h.Step == "" {
			m.Title = v.Say("旅程", "Playbook")
		}
		if h.Detail != "" {
			m.Text = v.outcomeDetail(h.Detail)
		}
		history = append(history, m)
	}
	d := desk{
		Crumb: link{Name: b.Name, Href: b.at()}, Title: v.Say("一次经过", "One run"), Chips: []chip{{Text: r.ID}},
		Sections: []section{{Facts: facts}, {Title: v.Say("每一步", "Step by step"), Moments: history}},
	}
	if r.Ended.IsZero() && v.Who.Can(access.PlaybooksWrite) {
		d.Actions = []action{{Name: v.Say("停止这一次", "Stop this run"), Post: "/runs/" + segment(r.ID) + "/stop", Danger: true, Ask: v.Say("这位客户将离开旅程。", "The customer leaves the playbook.")}}
	}
	return v.show(d)
}

func stopRun(v *visit) error {
	at := "/runs/" + segment(v.id())
	return v.did(v.send(http.MethodPost, at+"/stop", nil, nil), at, "stop")
}
