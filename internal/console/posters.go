package console

import (
	"encoding/json"
	"net/http"
	"net/url"

	"yutang/internal/access"
	"yutang/internal/fault"
)

type posterExample struct {
	Key      string          `json:"key"`
	Name     string          `json:"name"`
	English  string          `json:"english"`
	Template json.RawMessage `json:"template"`
}

func (v *visit) posterExamples() ([]posterExample, error) {
	var p listed[posterExample]
	err := v.get("/posters/examples", nil, &p)
	return p.Items, err
}

func showPosters(v *visit) error {
	var p listed[material]
	q := v.page()
	q.Set("kind", "poster")
	if err := v.get("/materials", q, &p); err != nil {
		return err
	}
	examples, err := v.posterExamples()
	if err != nil {
		return err
	}
	own := section{Title: v.Say("我的海报", "My posters")}
	for _, m := range p.Items {
		t := tile{Title: m.Name, Image: "/posters/" + segment(m.ID) + "/image?format=jpeg", Actions: []action{{Name: v.Say("预览与生成", "Look and draw"), Href: "/posters/" + segment(m.ID)}}}
		if m.Approved == 0 {
			t.Chips = []chip{{Text: v.Say("还没有启用", "not in use yet"), Class: "paused"}}
		}
		own.Tiles = append(own.Tiles, t)
	}
	if len(own.Tiles) == 0 {
		own.Empty = v.Say("还没有海报，从下面的模板开始。", "None yet: begin with a template below.")
	}
	from := section{Title: v.Say("自带模板", "Templates that come with the program")}
	for _, e := range examples {
		t := tile{Title: v.Say(e.Name, e.English), Image: "/posters/examples/" + segment(e.Key) + "/image"}
		if v.Who.Can(access.ContentWrite) {
			t.Actions = []action{{Name: v.Say("用这个模板", "Use it"), Post: "/posters", Values: []pair{{"example", e.Key}, {"name", v.Say(e.Name, e.English)}}}}
		}
		from.Tiles = append(from.Tiles, t)
	}
	return v.show(desk{
		Title: v.Say("海报", "Posters"), Sections: []section{own, from},
		Lead: v.Say("每位员工一张，带自己的头像、名字和活码。员工在侧边栏取自己的那张。", "One for each member, with photo, name and live code. Staff take theirs from the side panel."),
	})
}

func makePoster(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	var made material
	err = v.send(http.MethodPost, "/posters", map[string]string{"name": trimmed(q, "name"), "example": trimmed(q, "example")}, &made)
	if err != nil {
		return v.did(err, "/posters", "")
	}
	return back(v.w, v.r, "/posters/"+segment(made.ID), "saved")
}

func showPoster(v *visit) error {
	var m material
	if err := v.get("/materials/"+segment(v.id()), nil, &m); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	at := "/posters/" + segment(m.ID)
	image := query(at+"/image", "staff", v.asked("staff"), "customer", v.asked("customer"), "title", v.asked("title"))
	f := &form{Method: "get", Action: at, Submit: v.Say("生成", "Draw"), Fields: []field{
		{Name: "staff", Kind: "select", Label: v.Say("哪位员工的海报", "Whose poster"), Options: v.memberOptions(staff, v.asked("staff"))},
		{Name: "customer", Label: v.Say("给哪位客户（可空）", "For which customer (optional)"), Value: v.asked("customer"), Place: "c42"},
		{Name: "title", Label: v.Say("标题（可空）", "Title (optional)"), Value: v.asked("title"), Max: 40},
	}}
	return v.show(desk{
		Crumb: link{Name: v.Say("海报", "Posters"), Href: "/posters"}, Title: m.Name, Actions: []action{{Name: v.Say("版本与启用", "Versions and use"), Href: m.at()}, {Name: v.Say("下载图片", "The picture"), Href: image}},
		Sections: []section{{Half: true, Picture: &picture{Src: image, Alt: m.Name, Poster: true}}, {Half: true, Title: v.Say("看看给谁的", "For whom"), Form: f, Note: v.Say("没有活码或短链时，用示意的二维码代替。", "A sample code stands in where there is no live code or link.")}},
	})
}

// posterImage draws a poster for whom the address names.
func posterImage(v *visit) error {
	body := map[string]any{"sample": true}
	if s := v.asked("staff"); s != "" {
		body["corp"], body["staff"] = v.Corp, s
	}
	if s := v.asked("customer"); s != "" {
		body["customer"] = s
	}
	if s := v.asked("title"); s != "" {
		body["values"] = map[string]string{"title": s}
	}
	return v.picture("/posters/"+url.PathEscape(v.id())+"/render", body)
}

func exampleImage(v *visit) error {
	examples, err := v.posterExamples()
	if err != nil {
		return err
	}
	for _, e := range examples {
		if e.Key == v.id() {
			return v.picture("/posters/render", map[string]any{"template": e.Template, "sample": true})
		}
	}
	return fault.New(fault.NotFound, "poster_not_found", "there is no template %q", v.id())
}

// picture hands on a picture that the API draws.
func (v *visit) picture(path string, body map[string]any) error {
	body["format"] = "jpeg"
	raw, kind, err := v.raw(http.MethodPost, path, body)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Cache-Control", "private, max-age=60")
	_, _ = v.w.Write(raw) // a reader that went away needs no picture
	return nil
}
