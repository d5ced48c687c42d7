package console

import (
	"strings"

	"yutang/internal/access"
)

// Entry is one line of the menu.
type Entry struct {
	Name, Href string
	Current    bool
}

// Group is one heading of the menu with the pages below it.
type Group struct {
	Entry
	Pages []Entry
}

// place is a page as the menu knows it.
type place struct {
	zh, en, href string
	needs        access.Permission
	also         string // other paths that belong to it
}

// district is a heading of the menu. The paths of its places do not overlap with others'.
type district struct {
	zh, en string
	places []place
}

// districts are the menu, in the order in which an operator works: who there is, how they
// come, what is done with them, what is said, what came of it, and how it is set up.
var districts = []district{
	{"概览", "Overview", []place{
		{"概览", "Overview", "/", access.SystemRead, "/audiences/ /customers/"},
	}},
	{"获客", "Acquire", []place{
		{"渠道活码", "Live codes", "/codes", access.CodesRead, "/code-batches"},
		{"欢迎语", "Welcome", "/welcome", access.ContentRead, ""},
	}},
	{"客户", "Customers", []place{
		{"好友", "Contacts", "/contacts", access.StaffRead, ""},
		{"客户群", "Groups", "/groups", access.GroupsRead, ""},
		{"标签", "Tags", "/tags", access.TagsRead, ""},
		{"继承与流失", "Hand-over", "/handover", access.HandoverRead, "/losses"},
	}},
	{"SOP 运营", "Playbooks", []place{
		{"SOP 旅程", "Playbooks", "/playbooks", access.PlaybooksRead, "/runs/ /replays"},
		{"SOP 库", "SOP library", "/sop", access.PlaybooksRead, ""},
		{"员工任务", "Staff tasks", "/tasks", access.TasksRead, ""},
		{"触达预算", "Touch budget", "/budget", access.OutreachRead, ""},
		{"实验", "Experiments", "/experiments", access.ExperimentsRead, ""},
	}},
	{"群发触达", "Messages", []place{
		{"群发", "Mass sends", "/sends", access.OutreachRead, ""},
		{"朋友圈", "Moments", "/moments", access.OutreachRead, ""},
	}},
	{"内容", "Content", []place{
		{"素材与话术", "Materials", "/library", access.ContentRead, ""},
		{"海报", "Posters", "/posters", access.ContentRead, ""},
		{"短链", "Short links", "/links", access.ContentRead, ""},
		{"文件", "Files", "/materials", access.ContentRead, ""},
	}},
	{"数据报表", "Reports", []place{
		{"漏斗", "Funnel", "/reports/funnel", access.InsightRead, ""},
		{"留存", "Retention", "/reports/retention", access.InsightRead, ""},
		{"RFM 分层", "RFM", "/reports/rfm", access.InsightRead, ""},
		{"客户价值 LTV", "Lifetime value", "/reports/ltv", access.InsightRead, ""},
	}},
	{"设置", "Set-up", []place{
		{"企业微信", "WeCom", "/wecom", access.WeComRead, ""},
		{"同步", "Sync", "/sync", access.WeComRead, ""},
	}},
}

// Menu lists the headings whose pages the viewer may see. A heading leads to its first page.
func (v *view) Menu() (out []Group) {
	for _, d := range districts {
		g := Group{Entry: Entry{Name: v.Say(d.zh, d.en)}}
		for _, p := range d.places {
			if p.href != "/" && !v.Workbench || !v.Who.Can(p.needs) {
				continue
			}
			e := Entry{Name: v.Say(p.zh, p.en), Href: p.href, Current: v.within(p.href, p.also)}
			g.Pages, g.Current = append(g.Pages, e), g.Current || e.Current
		}
		if len(g.Pages) > 0 {
			g.Href = g.Pages[0].Href
			out = append(out, g)
		}
	}
	return out
}

func (v *view) within(href, also string) bool {
	if v.Path == href || href != "/" && strings.HasPrefix(v.Path, href+"/") {
		return true
	}
	for _, prefix := range strings.Fields(also) {
		if strings.HasPrefix(v.Path, prefix) {
			return true
		}
	}
	return false
}
