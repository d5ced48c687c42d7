package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/corp"
)

type corpApp struct {
	Name        string `json:"name"`
	AgentID     int64  `json:"agent_id"`
	ReceiveID   string `json:"receive_id"`
	HasSecret   bool   `json:"has_secret"`
	HasCallback bool   `json:"has_callback"`
	CallbackURL string `json:"callback_url"`
}

type corpDetail struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	BaseURL  string        `json:"base_url"`
	Apps     []corpApp     `json:"apps"`
	Settings corp.Settings `json:"settings"`
	Created  time.Time     `json:"created_at"`
}

func (d corpDetail) app(name string) corpApp {
	for _, a := range d.Apps {
		if a.Name == name {
			return a
		}
	}
	return corpApp{Name: name}
}

// appNames are the apps by the role of their secret, in the order of the form.
var appNames = []string{corp.Main, corp.Directory, corp.Desk, corp.Archive}

func (v *visit) corpTabs(current string) []link {
	return []link{
		{Name: v.Say("企业", "Corps"), Href: "/wecom", Current: current == "corps"},
		{Name: v.Say("回调", "Callbacks"), Href: "/wecom/callbacks", Current: current == "callbacks"},
	}
}

func showCorps(v *visit) error {
	var list listed[corpDetail]
	if err := v.get("/wecom/corps", nil, &list); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("企业", "Corp")}, {Name: v.Say("企业 ID", "Corpid"), Wide: true}, {Name: v.Say("应用", "Apps")}, {Name: v.Say("连接于", "Connected"), N: true, Wide: true}},
		Empty: v.Say("还没有连接企业微信。准备好企业 ID、自建应用的 Secret，以及回调的 Token 和 EncodingAESKey。", "No corp is connected. Have the corpid, the secret of a self-built app, and token and EncodingAESKey of its callback ready."),
	}
	for _, c := range list.Items {
		apps := cell{}
		for _, a := range c.Apps {
			apps.Text += v.Name("app", a.Name) + "　"
		}
		t.add(cell{Text: c.Name, Href: "/wecom/corps/" + segment(c.ID)}, cell{Text: c.ID, Mono: true}, apps, v.time(c.Created))
	}
	d := desk{Title: v.Say("企业微信", "WeCom"), Tabs: v.corpTabs("corps"), Sections: []section{{Table: t}}}
	if v.Who.Can(access.WeComWrite) {
		d.Actions = []action{{Name: v.Say("连接企业", "Connect a corp"), Href: "/wecom/new", Primary: true}}
	}
	return v.show(d)
}

func showCorp(v *visit) error {
	var c corpDetail
	if err := v.get("/wecom/corps/"+segment(v.id()), nil, &c); err != nil {
		return err
	}
	d := desk{
		Crumb: link{Name: v.Say("企业微信", "WeCom"), Href: "/wecom"}, Title: c.Name, Chips: []chip{{Text: c.ID}},
	}
	if v.Who.Can(access.WeComWrite) {
		d.Actions = []action{
			{Name: v.Say("修改", "Change"), Href: "/wecom/corps/" + segment(c.ID) + "/edit", Primary: true},
			{
				Name: v.Say("断开", "Disconnect"), Post: "/wecom/corps/" + segment(c.ID) + "/delete", Danger: true,
				Ask: v.Say("断开后不再接收回调，也不再调用接口；已有的客户与记录会保留。", "Callbacks and calls end; customers and records stay."),
			},
		}
	}
	for _, a := range c.Apps {
		d.Sections = append(d.Sections, v.appSection(a))
	}
	d.Sections = append(d.Sections, v.corpSettings(c))
	checks, err := v.checks(c.ID)
	if err != nil {
		return err
	}
	news, err := v.callbackState(c.ID)
	if err != nil {
		return err
	}
	d.Sections = append(d.Sections, news...)
	d.Sections = append(d.Sections, checks)
	return v.show(d)
}

func (v *visit) appSection(a corpApp) section {
	s := section{Title: v.Name("app", a.Name), Note: v.Name("app.note", a.Name)}
	yes := func(ok bool) cell {
		if ok {
			return cell{Text: v.Say("已保存", "stored"), Chip: "chip good"}
		}
		return cell{Text: v.Say("未填写", "missing"), Chip: "chip paused"}
	}
	if a.AgentID != 0 {
		s.Facts = append(s.Facts, fact{Name: "AgentId", Value: text(strconv.FormatInt(a.AgentID, 10))})
	}
	s.Facts = append(s.Facts,
		fact{Name: "Secret", Value: yes(a.HasSecret)},
		fact{Name: v.Say("Token 与 EncodingAESKey", "Token and EncodingAESKey"), Value: yes(a.HasCallback)},
		fact{Name: v.Say("回调地址（复制到管理后台）", "Callback URL, for the admin console"), Value: text(a.CallbackURL), Copy: true},
	)
	return s
}

func (v *visit) corpSettings(c corpDetail) section {
	quota := c.Settings.Quota
	if quota == "" {
		quota = corp.QuotaMonth
	}
	full := c.Settings.FullAt
	if full == "" {
		full = "03:30"
	}
	managers := cell{Text: v.Say("未设置", "none"), Faint: true}
	if len(c.Settings.Managers) > 0 {
		managers = text(join(c.Settings.Managers))
	}
	facts := []fact{
		{Name: v.Say("群发额度", "Mass send quota"), Value: text(v.Name("quota", string(quota)))},
		{Name: v.Say("流失与失败通知", "Told of losses and failures"), Value: managers},
		{Name: v.Say("对外地址", "Public address"), Value: text(c.Settings.PublicURL)},
		{Name: v.Say("每晚全量核对", "Nightly full comparison"), Value: text(full)},
	}
	if c.BaseURL != "" {
		facts = append(facts, fact{Name: v.Say("接口地址", "Address of the API"), Value: text(c.BaseURL)})
	}
	return section{Title: v.Say("设置", "Settings"), Facts: facts}
}

// spoken is a sentence of the API in both languages.
type spoken struct{ ZH, EN string }

// checks are the live checks, made when they are asked for: they call WeCom.
func (v *visit) checks(id string) (section, error) {
	s := section{Title: v.Say("在线检查", "Live checks"), ID: "checks"}
	if v.asked("check") == "" {
		s.Note = v.Say("逐项检查凭证、可信 IP、回调、权限与时钟，约需几秒。", "Looks at credentials, trusted IP, callback, rights and clock; takes some seconds.")
		s.Aside = []action{{Name: v.Say("开始检查", "Check now"), Href: "?check=1#checks"}}
		return s, nil
	}
	var list listed[struct {
		State  string
		Found  spoken
		Remedy spoken
	}]
	if err := v.get("/wecom/corps/"+segment(id)+"/check", nil, &list); err != nil {
		return s, err
	}
	s.Aside = []action{{Name: v.Say("再查一次", "Check again"), Href: "?check=1#checks"}}
	s.Table = &table{Head: []head{{Name: v.Say("发现", "Found")}, {Name: v.Say("结果", "Result")}, {Name: v.Say("处理办法", "Remedy")}}}
	for _, k := range list.Items {
		s.Table.add(text(v.Say(k.Found.ZH, k.Found.EN)), v.state("check", k.State), text(v.Say(k.Remedy.ZH, k.Remedy.EN)))
	}
	return s, nil
}

func newCorp(v *visit) error {
	d, _ := v.corpForm(corpDetail{}, "")
	return v.show(d)
}

func editCorp(v *visit) error {
	var c corpDetail
	if err := v.get("/wecom/corps/"+segment(v.id()), nil, &c); err != nil {
		return err
	}
	d, _ := v.corpForm(c, c.ID)
	return v.show(d)
}

// corpForm is the form of a corp; id is "" for a new one.
func (v *visit) corpForm(c corpDetail, id string) (desk, *form) {
	f := &form{Action: "/wecom/new", Submit: v.Say("保存", "Save"), Cancel: "/wecom"}
	d := desk{
		Crumb: link{Name: v.Say("企业微信", "WeCom"), Href: "/wecom"}, Title: v.Say("连接企业", "Connect a corp"),
		Lead: v.Say("以下各项在企业微信管理后台查看。密钥加密保存，之后不再显示；留空表示不改。", "All of this stands in WeCom's admin console. Secrets are sealed and never shown again; an empty one stays as it is."),
	}
	if id == "" {
		f.Fields = append(f.Fields, field{Name: "id", Pointer: "/id", Label: v.Say("企业 ID", "Corpid"), Value: c.ID, Required: true, Max: 64, Place: "ww…", Help: v.Say("我的企业 → 企业信息", "My Company")})
	} else {
		f.Action, f.Cancel, d.Title = "/wecom/corps/"+segment(id)+"/edit", "/wecom/corps/"+segment(id), c.Name
	}
	f.Fields = append(f.Fields,
		field{Name: "name", Label: v.Say("名称", "Name"), Value: c.Name, Required: true, Max: 100},
		field{Name: "public_url", Pointer: "/settings/public_url", Kind: "url", Label: v.Say("对外地址", "Public address"), Value: c.Settings.PublicURL, Place: "https://", Help: v.Say("企业微信访问本服务的地址，用于回调。", "Where WeCom reaches this server, for callbacks.")},
		field{Name: "quota", Pointer: "/settings/quota", Kind: "select", Label: v.Say("群发额度", "Mass send quota"), Help: v.Say("与管理后台的设置一致。", "As set in the admin console."), Options: v.quotaOptions(c.Settings.Quota)},
		field{Name: "full_at", Pointer: "/settings/full_at", Kind: "time", Label: v.Say("每晚全量核对", "Nightly full comparison"), Value: c.Settings.FullAt},
		field{Name: "managers", Pointer: "/settings/managers", Label: v.Say("通知谁（userid，逗号分隔）", "Whom to tell (userids)"), Value: join(c.Settings.Managers)},
		field{Name: "base_url", Kind: "url", Label: v.Say("接口地址", "Address of the API"), Value: c.BaseURL, Help: v.Say("通常留空；使用网关或模拟器时填写。", "Usually empty; of a gateway or simulator.")},
	)
	for _, name := range appNames {
		f.Fields = append(f.Fields, v.appFields(c.app(name))...)
	}
	d.Sections = []section{{Form: f}}
	return d, f
}

func (v *visit) quotaOptions(now corp.Quota) (out []option) {
	for _, q := range []corp.Quota{corp.QuotaMonth, corp.QuotaWeek, corp.QuotaDay} {
		out = append(out, option{Value: string(q), Label: v.Name("quota", string(q)), On: q == now})
	}
	return out
}

func (v *visit) appFields(a corpApp) []field {
	at, stored := "/apps/"+a.Name, func(ok bool) string {
		if ok {
			return v.Say("已保存，留空不改", "stored; empty keeps it")
		}
		return ""
	}
	agent := ""
	if a.AgentID != 0 {
		agent = strconv.FormatInt(a.AgentID, 10)
	}
	out := []field{{Kind: "head", Name: a.Name, Pointer: at, Label: v.Name("app", a.Name), Help: v.Name("app.note", a.Name)}}
	if a.Name == corp.Main {
		out = append(out, field{Name: a.Name + ".agent_id", Pointer: at + "/agent_id", Kind: "number", Label: "AgentId", Value: agent, Min: "0"})
	}
	return append(out,
		field{Name: a.Name + ".secret", Pointer: at + "/secret", Kind: "password", Label: "Secret", Place: stored(a.HasSecret), Max: 256},
		field{Name: a.Name + ".token", Pointer: at + "/token", Kind: "password", Label: "Token", Place: stored(a.HasCallback), Max: 32},
		field{Name: a.Name + ".aes_key", Pointer: at + "/aes_key", Kind: "password", Label: "EncodingAESKey", Place: stored(a.HasCallback), Max: 43},
	)
}

type appWish struct {
	Name    string `json:"name"`
	AgentID int64  `json:"agent_id,omitempty"`
	Secret  string `json:"secret,omitempty"`
	Token   string `json:"token,omitempty"`
	AESKey  string `json:"aes_key,omitempty"`
}

func saveCorp(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	id, made := v.id(), v.id() == ""
	if made {
		id = trimmed(q, "id")
	}
	c := corpFrom(q, id)
	body := map[string]any{"name": c.Name, "base_url": c.BaseURL, "settings": c.Settings, "apps": appsFrom(q)}
	if id == "" {
		id = " "
	}
	if err := v.send(http.MethodPut, "/wecom/corps/"+segment(id), body, nil); err != nil {
		d, f := v.corpForm(c, v.id())
		return v.again(d, f, pointTo(err, appsFrom(q)))
	}
	return back(v.w, v.r, "/wecom/corps/"+segment(id), "saved")
}

func corpFrom(q url.Values, id string) corpDetail {
	return corpDetail{ID: id, Name: trimmed(q, "name"), BaseURL: trimmed(q, "base_url"), Settings: corp.Settings{
		Quota: corp.Quota(trimmed(q, "quota")), PublicURL: trimmed(q, "public_url"), FullAt: trimmed(q, "full_at"), Managers: words(q.Get("managers")),
	}}
}

// appsFrom are the apps of which something was entered; main is always among them.
func appsFrom(q url.Values) (out []appWish) {
	for _, name := range appNames {
		a := appWish{
			Name: name, AgentID: int64(integer(q, name+".agent_id")), Secret: trimmed(q, name+".secret"),
			Token: trimmed(q, name+".token"), AESKey: trimmed(q, name+".aes_key"),
		}
		if a.AgentID != 0 || a.Secret != "" || a.Token != "" || a.AESKey != "" {
			out = append(out, a)
		}
	}
	return out
}

func deleteCorp(v *visit) error {
	return v.did(v.send(http.MethodDelete, "/wecom/corps/"+segment(v.id()), nil, nil), "/wecom", "deleted")
}

// pointTo makes faults of apps point to their names: the form shows all apps, what is sent
// holds those that were filled in.
func pointTo(err error, apps []appWish) error {
	e, ok := refused(err)
	if !ok {
		return err
	}
	for i, w := range e.Fields {
		rest, ok := strings.CutPrefix(w.Pointer, "/apps")
		if !ok {
			continue
		}
		e.Fields[i].Pointer = "/apps/" + corp.Main + "/secret"
		for n, a := range apps {
			if tail, ok := strings.CutPrefix(rest, "/"+strconv.Itoa(n)); ok {
				e.Fields[i].Pointer = "/apps/" + a.Name + tail
			}
		}
	}
	return e
}
