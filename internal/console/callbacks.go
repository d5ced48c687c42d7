package console

import (
	"net/http"
	"strconv"
	"time"

	"yutang/internal/access"
)

type callback struct {
	ID       int64     `json:"id"`
	Corp     string    `json:"corp"`
	App      string    `json:"app"`
	Received time.Time `json:"received_at"`
	Event    string    `json:"event"`
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	Reason   string    `json:"reason"`
}

// callbackStates in the order in which they are shown.
var callbackStates = []string{"pending", "done", "ignored", "dead"}

// callbackState says whether callbacks of a corp arrive.
func (v *visit) callbackState(id string) ([]section, error) {
	q := v.page()
	q.Set("corp", id)
	q.Set("limit", "5")
	q.Del("cursor")
	var last listed[callback]
	if err := v.get("/wecom/callbacks", q, &last); err != nil {
		return nil, err
	}
	s := section{Title: v.Say("最近的回调", "Latest callbacks"), Aside: []action{{Name: v.Say("全部", "All"), Href: query("/wecom/callbacks", "corp", id)}}}
	s.Table = v.callbackTable(last.Items)
	s.Table.Empty = v.Say("还没有收到回调。请把上面的回调地址填入管理后台的“接收消息”，保存时会立即验证。", "No callback yet. Enter the callback URL above in the admin console; saving there checks it at once.")
	return []section{s}, nil
}

func (v *visit) callbackTable(list []callback) *table {
	t := &table{Head: []head{
		{Name: v.Say("收到", "Received")}, {Name: v.Say("事件", "Event")}, {Name: v.Say("状态", "State")}, {Name: v.Say("次数", "Attempts"), N: true, Wide: true}, {Name: v.Say("原因", "Reason")}, {},
	}}
	for _, c := range list {
		act := cell{}
		if c.State == "dead" && v.Who.Can(access.WeComWrite) {
			act.Act = []action{{Name: v.Say("重试", "Retry"), Post: "/wecom/callbacks/" + strconv.FormatInt(c.ID, 10) + "/retry"}}
		}
		t.add(text(v.Stamp(c.Received)), cell{Text: c.Event, Mono: true}, v.state("callback", c.State), text(strconv.Itoa(c.Attempts)), cell{Text: c.Reason, Faint: true}, act)
	}
	return t
}

func showCallbacks(v *visit) error {
	var counts map[string]int64
	if err := v.get("/wecom/callbacks/counts", nil, &counts); err != nil {
		return err
	}
	q := v.page("state", "corp")
	var p listed[callback]
	if err := v.get("/wecom/callbacks", q, &p); err != nil {
		return err
	}
	var figures []figure
	for _, state := range callbackStates {
		figures = append(figures, figure{Name: v.Name("callback", state), Value: number(counts[state]), Href: query("/wecom/callbacks", "state", state), Note: v.Name("callback.note", state)})
	}
	t := v.callbackTable(p.Items).paged(v.r, p.Next)
	t.Empty = v.Say("没有这样的回调。", "No such callback.")
	return v.show(desk{
		Title: v.Say("回调", "Callbacks"), Tabs: v.corpTabs("callbacks"),
		Sections: []section{{Figures: figures}, {Table: t}},
	})
}

func retryCallback(v *visit) error {
	err := v.send(http.MethodPost, "/wecom/callbacks/"+segment(v.id())+"/retry", nil, nil)
	return v.did(err, "/wecom/callbacks", "retried")
}
