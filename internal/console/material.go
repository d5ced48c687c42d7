package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/fault"
)

func showMaterial(v *visit) error { return v.materialDesk(nil, nil) }

func (v *visit) materialDesk(q url.Values, wrong error) error {
	var m material
	if err := v.get("/materials/"+segment(v.id()), nil, &m); err != nil {
		return err
	}
	var versions listed[materialVersion]
	if err := v.get("/materials/"+segment(m.ID)+"/versions", nil, &versions); err != nil {
		return err
	}
	d := desk{
		Crumb: link{Name: v.Say("素材与话术", "Materials"), Href: query("/library", "space", m.Space)}, Title: m.Name,
		Chips: []chip{{Text: v.Name("material", m.Kind)}}, Actions: v.materialActions(m),
	}
	for _, tag := range m.Tags {
		d.Chips = append(d.Chips, chip{Text: "#" + tag})
	}
	shown := v.shownVersion(m, versions.Items)
	look := section{Title: v.Sayf("第 %d 版", "Version %d", shown.Version), Half: true}
	var c content.Content
	if m.Kind == "poster" {
		look.Picture = &picture{Src: "/posters/" + segment(m.ID) + "/image", Alt: m.Name, Poster: true}
	} else if err := json.Unmarshal(shown.Body, &c); err == nil {
		look.Chat = v.bubble(v.Say("客户收到", "The customer gets"), c)
	}
	preview, err := v.materialPreview(m, shown.Version)
	if err != nil {
		return err
	}
	d.Sections = append(d.Sections, look)
	if m.Kind != "poster" {
		d.Sections = append(d.Sections, preview)
	}
	d.Sections = append(d.Sections, v.versionSection(m, versions.Items), v.useSection(m))
	if m.Kind == "poster" || !v.Who.Can(access.ContentWrite) {
		return v.show(d)
	}
	says := c.Text
	if q != nil {
		says = q.Get("text")
	}
	f := &form{Action: m.at() + "/versions", Submit: v.Say("保存为新版本（草稿）", "Save as a new version (draft)"), Fields: []field{
		{Name: "text", Pointer: "/body/text", Kind: "area", Wide: true, Label: v.Say("文字", "Text"), Value: says, Help: v.Say("附件保持不变。", "Attachments stay.")},
		{Name: "note", Label: v.Say("改了什么", "What changed"), Max: 200},
	}}
	d.Sections = append(d.Sections, section{Title: v.Say("换个说法", "Say it anew"), Form: f})
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

// shownVersion is the one asked for, or the newest.
func (v *visit) shownVersion(m material, list []materialVersion) materialVersion {
	for _, x := range list {
		if strconv.Itoa(x.Version) == v.asked("version") {
			return x
		}
	}
	if m.Version != nil {
		return *m.Version
	}
	return materialVersion{}
}

func (v *visit) materialActions(m material) (out []action) {
	if v.Who.Can(access.ContentApprove) && m.Approved > 0 {
		out = append(out, action{Name: v.Say("停用", "Take out of use"), Post: m.at() + "/archive", Ask: v.Say("用到它的旅程将发不出这条内容。", "Playbooks that use it cannot send it any more.")})
	}
	if v.Who.Can(access.ContentWrite) {
		out = append(out, action{Name: v.Say("放入回收站", "Trash"), Post: m.at() + "/trash", Danger: true, Ask: v.Say("仍被使用的内容不能放入回收站。", "What is in use cannot go to the trash.")})
	}
	return out
}

func (v *visit) versionSection(m material, list []materialVersion) section {
	t := &table{Head: []head{{Name: v.Say("版本", "Version")}, {Name: v.Say("状态", "State")}, {Name: v.Say("说明", "Note")}, {Name: v.Say("时间", "When"), N: true, Wide: true}, {}}}
	for _, x := range list {
		state := v.state("version", x.State)
		state.Note = x.Reason
		one := []pair{{"version", strconv.Itoa(x.Version)}}
		var act []action
		switch {
		case x.State == "review" && v.Who.Can(access.ContentApprove):
			act = []action{{Name: v.Say("批准", "Approve"), Post: m.at() + "/approve", Values: one, Primary: true}, {Name: v.Say("退回", "Reject"), Post: m.at() + "/reject", Values: append(one, pair{"reason", v.Say("请修改", "please change it")})}}
		case x.State != "review" && x.State != "approved" && v.Who.Can(access.ContentWrite):
			act = []action{{Name: v.Say("启用", "Use"), Post: m.at() + "/publish", Values: one}}
		}
		t.add(cell{Text: "v" + strconv.Itoa(x.Version), Href: query(m.at(), "version", strconv.Itoa(x.Version))}, state, text(x.Note), v.time(x.CreatedAt), cell{Act: act})
	}
	return section{Title: v.Say("版本", "Versions"), Table: t, Note: v.Say("启用新版本后，进行中的旅程从下一条消息起就用新的说法。", "Running playbooks say the new words from the next message on.")}
}

func (v *visit) useSection(m material) section {
	t := &table{Head: []head{{Name: v.Say("使用处", "Used by")}, {Name: v.Say("类型", "Kind")}}, Empty: v.Say("还没有地方使用。", "Nothing uses it.")}
	for _, u := range m.Uses {
		name := u.Name
		if name == "" {
			name = u.ID
		}
		at := map[string]string{"playbook": "/playbooks/", "mass_send": "/sends/", "masssend": "/sends/", "moment": "/moments/"}[u.Kind]
		c := text(name)
		if at != "" {
			c.Href = at + segment(u.ID)
		}
		t.add(c, text(v.Name("usekind", u.Kind)))
	}
	return section{Title: v.Say("哪里在用", "What uses it"), Half: true, Table: t}
}

// materialPreview shows the words for one customer, and which values the customer lacks.
func (v *visit) materialPreview(m material, version int) (section, error) {
	who := v.asked("customer")
	s := section{Title: v.Say("给某位客户看", "For one customer"), Half: true, Form: &form{Method: "get", Action: m.at(), Inline: true, Submit: v.Say("预览", "Preview"), Fields: []field{
		{Name: "customer", Label: v.Say("客户编号", "Customer id"), Value: who, Place: "c42"}, {Kind: "hidden", Name: "version", Value: strconv.Itoa(version)},
	}}}
	if who == "" {
		return s, nil
	}
	var p struct {
		Content   content.Content `json:"content"`
		Outcome   string          `json:"outcome"`
		Variables []struct {
			Name     string `json:"name"`
			Found    bool   `json:"found"`
			Value    string `json:"value"`
			Fallback string `json:"fallback"`
			Taken    bool   `json:"taken"`
		} `json:"variables"`
		Problems []fault.Field `json:"problems"`
	}
	err := v.send(http.MethodPost, "/materials/"+segment(m.ID)+"/preview", map[string]any{"version": version, "customer": who}, &p)
	if e, ok := refused(err); ok {
		s.Form.Problem = v.problem(e)
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Chat = v.bubble(who, p.Content)
	s.Facts = append(s.Facts, fact{Name: v.Say("结论", "Outcome"), Value: text(v.Name("previewed", p.Outcome))})
	for _, x := range p.Variables {
		c := cell{Text: x.Value}
		switch {
		case !x.Found && x.Taken:
			c = cell{Text: x.Fallback, Note: v.Say("客户没有，用备用说法", "missing: the fallback is said")}
		case !x.Found:
			c = cell{Text: v.Say("没有", "missing"), Chip: "chip paused"}
		}
		s.Facts = append(s.Facts, fact{Name: x.Name, Value: c})
	}
	for _, x := range p.Problems {
		s.Facts = append(s.Facts, fact{Name: v.Say("问题", "Problem"), Value: text(v.detail(x.Detail))})
	}
	return s, nil
}

func addVersion(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	var m material
	if err := v.get("/materials/"+segment(v.id()), nil, &m); err != nil {
		return err
	}
	var c content.Content
	if m.Version != nil {
		if err := json.Unmarshal(m.Version.Body, &c); err != nil {
			return err
		}
	}
	c.Text = strings.ReplaceAll(q.Get("text"), "\r\n", "\n")
	if err := v.send(http.MethodPost, "/materials/"+segment(v.id())+"/versions", map[string]any{"body": c, "note": trimmed(q, "note")}, nil); err != nil {
		return v.materialDesk(q, err)
	}
	return back(v.w, v.r, m.at(), "saved")
}

func steerMaterial(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	do := path.Base(v.r.URL.Path)
	body := map[string]any{}
	if n := integer(q, "version"); n > 0 {
		body["version"] = n
	}
	if do == "reject" {
		body["reason"] = trimmed(q, "reason")
	}
	at := "/library/" + segment(v.id())
	if do == "archive" {
		return v.did(v.send(http.MethodPost, "/materials/"+segment(v.id())+"/archive", nil, nil), at, "saved")
	}
	return v.did(v.send(http.MethodPost, "/materials/"+segment(v.id())+"/"+segment(do), body, nil), at, "saved")
}

func trashMaterial(v *visit) error {
	err := v.send(http.MethodDelete, "/materials/"+segment(v.id()), nil, nil)
	if err != nil {
		return v.did(err, "/library/"+segment(v.id()), "")
	}
	return back(v.w, v.r, "/library", "deleted")
}
