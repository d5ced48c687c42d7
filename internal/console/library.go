package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/content"
)

type libraryFolder struct {
	ID     string `json:"id"`
	Parent string `json:"parent"`
	Name   string `json:"name"`
	Panel  bool   `json:"panel"`
}

type material struct {
	ID        string           `json:"id"`
	Space     string           `json:"space"`
	Kind      string           `json:"kind"`
	Folder    string           `json:"folder"`
	Name      string           `json:"name"`
	Tags      []string         `json:"tags"`
	Latest    int              `json:"latest"`
	Approved  int              `json:"approved"`
	Used      int              `json:"used"`
	ExpiresAt time.Time        `json:"expires_at"`
	UpdatedAt time.Time        `json:"updated_at"`
	Version   *materialVersion `json:"version"`
	Uses      []struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"uses"`
}

func (m material) at() string { return "/library/" + segment(m.ID) }

type materialVersion struct {
	Version   int             `json:"version"`
	State     string          `json:"state"`
	Body      json.RawMessage `json:"body"`
	Note      string          `json:"note"`
	CreatedAt time.Time       `json:"created_at"`
	Reason    string          `json:"reason"`
}

// space is materials or scripts.
func (v *visit) space() string {
	if v.asked("space") == "scripts" {
		return "scripts"
	}
	return "materials"
}

func (v *visit) libraryTabs(space string) []link {
	return []link{
		{Name: v.Say("素材", "Materials"), Href: "/library", Current: space == "materials"},
		{Name: v.Say("话术", "Scripts"), Href: "/library?space=scripts", Current: space == "scripts"},
	}
}

// folders lists the folders of a space as paths, by id.
func (v *visit) folders(space string) (list []libraryFolder, paths map[string]string, err error) {
	list, err = all[libraryFolder](v.caller, "/folders", url.Values{"space": {space}})
	paths = map[string]string{}
	byID := map[string]libraryFolder{}
	for _, f := range list {
		byID[f.ID] = f
	}
	for _, f := range list {
		parts := []string{f.Name}
		for up, ok := byID[f.Parent]; ok && len(parts) < 9; up, ok = byID[up.Parent] {
			parts = append([]string{up.Name}, parts...)
		}
		paths[f.ID] = strings.Join(parts, " / ")
	}
	return list, paths, err
}

func showLibrary(v *visit) error {
	space := v.space()
	folders, paths, err := v.folders(space)
	if err != nil {
		return err
	}
	q := v.page("folder", "q", "state", "kind")
	q.Set("space", space)
	if q.Get("folder") == "" {
		q.Set("folder", "*")
	}
	var p listed[material]
	if err := v.get("/materials", q, &p); err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("名称", "Name")}, {Name: v.Say("类型", "Kind"), Wide: true}, {Name: v.Say("文件夹", "Folder"), Wide: true}, {Name: v.Say("标签", "Tags"), Wide: true},
			{Name: v.Say("使用中的版本", "In use")}, {Name: v.Say("员工取用", "Taken"), N: true}, {Name: v.Say("更新", "Changed"), N: true, Wide: true},
		},
		Empty: v.Say("还没有内容。新建后，旅程、群发和员工侧边栏都能取用。", "Nothing yet. What you write here is used by playbooks, mass sends and staff."),
	}
	for _, m := range p.Items {
		t.add(cell{Text: m.Name, Href: m.at()}, text(v.Name("material", m.Kind)), text(paths[m.Folder]), text(strings.Join(m.Tags, v.Say("、", ", "))), v.inUse(m), num(m.Used, ""), v.time(m.UpdatedAt))
	}
	d := desk{
		Title: v.Say("素材与话术", "Materials and scripts"), Tabs: v.libraryTabs(space), Sections: []section{{Form: v.libraryFilter(space, folders, paths)}, {Table: t.paged(v.r, p.Next)}},
		Lead: v.Say("写一次，到处用：旅程取审批通过的版本，员工在侧边栏一点就发。", "Written once, used everywhere: playbooks take the approved version, staff find it in the side panel."),
	}
	if v.Who.Can(access.ContentWrite) {
		d.Actions = []action{{Name: v.Say("新建", "New"), Href: query("/library/new", "space", space), Primary: true}}
	}
	return v.show(d)
}

func (v *visit) inUse(m material) cell {
	if m.Approved == 0 {
		return cell{Text: v.Say("没有", "none"), Chip: "chip", Note: v.Sayf("最新 v%d", "newest v%d", m.Latest)}
	}
	c := cell{Text: "v" + strconv.Itoa(m.Approved), Chip: "chip good"}
	if m.Latest > m.Approved {
		c.Note = v.Sayf("另有 v%d 未用", "v%d not in use", m.Latest)
	}
	return c
}

func (v *visit) libraryFilter(space string, folders []libraryFolder, paths map[string]string) *form {
	options := []option{{Value: "*", Label: v.Say("全部", "all")}}
	for _, f := range folders {
		options = append(options, option{Value: f.ID, Label: paths[f.ID], On: v.asked("folder") == f.ID})
	}
	states := []option{{Label: v.Say("全部", "all")}}
	for _, s := range []string{"draft", "review", "approved", "rejected", "archived"} {
		states = append(states, option{Value: s, Label: v.Name("version", s), On: v.asked("state") == s})
	}
	return &form{Method: "get", Action: "/library", Inline: true, Submit: v.Say("查找", "Find"), Fields: []field{
		{Kind: "hidden", Name: "space", Value: space},
		{Name: "q", Label: v.Say("名称、标签或文字", "Name, tag or text"), Value: v.asked("q"), Max: 100},
		{Name: "folder", Kind: "select", Label: v.Say("文件夹", "Folder"), Options: options},
		{Name: "state", Kind: "select", Label: v.Say("版本状态", "State"), Options: states},
	}}
}

func newMaterial(v *visit) error { return v.materialForm(url.Values{"space": {v.space()}}, nil) }

func (v *visit) materialForm(q url.Values, wrong error) error {
	space := q.Get("space")
	folders, paths, err := v.folders(space)
	if err != nil {
		return err
	}
	options := []option{{Label: v.Say("（顶层）", "(top)")}}
	for _, f := range folders {
		options = append(options, option{Value: f.ID, Label: paths[f.ID], On: q.Get("folder") == f.ID})
	}
	f := &form{Action: "/library/new", Submit: v.Say("保存草稿", "Save as a draft"), Cancel: query("/library", "space", space), Fields: []field{
		{Kind: "hidden", Name: "space", Value: space},
		{Name: "name", Label: v.Say("名称", "Name"), Value: q.Get("name"), Required: true, Max: 100},
		{Name: "folder", Kind: "select", Label: v.Say("文件夹（话术为场景）", "Folder (scripts: scenario)"), Options: options},
		{Name: "tags", Label: v.Say("标签或关键词", "Tags or keywords"), Value: q.Get("tags"), Help: v.Say("用逗号分开，员工按它查找。", "By commas; staff search by them.")},
	}}
	if space == "materials" {
		files, err := v.assets()
		if err != nil {
			return err
		}
		f.Fields = append(f.Fields, v.contentFields(contentFrom(q, "body.", maxAttached), files, "body.", "/body", maxAttached)...)
	} else {
		f.Fields = append(f.Fields, field{Name: "body.text", Pointer: "/body/text", Kind: "area", Wide: true, Label: v.Say("话术", "Script"), Value: q.Get("body.text"), Help: v.Say("可用变量，例如 {{ traits.name | default: '您' }}。", "Values may stand in it, such as {{ traits.name | default: 'friend' }}.")})
	}
	d := desk{Crumb: link{Name: v.Say("素材与话术", "Materials"), Href: query("/library", "space", space)}, Title: v.Say("新建内容", "New"), Tabs: v.libraryTabs(space), Sections: []section{{Form: f}}}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func saveMaterial(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	if q.Get("more") != "" {
		return v.materialForm(q, nil)
	}
	c := contentFrom(q, "body.", maxAttached)
	kind := "script"
	if q.Get("space") == "materials" {
		kind = materialKind(c)
	}
	var made material
	body := map[string]any{"kind": kind, "folder": trimmed(q, "folder"), "name": trimmed(q, "name"), "tags": append([]string{}, lines(q.Get("tags"))...), "body": c}
	if err := v.send(http.MethodPost, "/materials", body, &made); err != nil {
		return v.materialForm(q, err)
	}
	return back(v.w, v.r, made.at(), "saved")
}

// materialKind is what a content is: a text, one attachment alone, or a message of both.
func materialKind(c content.Content) string {
	switch {
	case len(c.Attachments) == 0:
		return "text"
	case len(c.Attachments) == 1 && c.Text == "":
		return c.Attachments[0].Kind
	}
	return "message"
}
