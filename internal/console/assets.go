package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
)

type assetDetail struct {
	asset
	Type       string    `json:"type"`
	Size       int64     `json:"size"`
	Width      int       `json:"width"`
	Height     int       `json:"height"`
	DurationMS int64     `json:"duration_ms"`
	CreatedAt  time.Time `json:"created_at"`
	Uses       []struct {
		Owner string `json:"owner"`
	} `json:"uses"`
}

var assetKinds = []string{"image", "video", "file", "voice"}

func showAssets(v *visit) error { return v.assetsDesk(nil) }

func (v *visit) assetsDesk(wrong error) error {
	var p listed[assetDetail]
	if err := v.get("/assets", v.page("kind"), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("素材", "Asset")}, {Name: v.Say("类型", "Kind")}, {Name: v.Say("尺寸", "Measures"), Wide: true}, {Name: v.Say("大小", "Size"), N: true}, {Name: v.Say("上传", "Uploaded"), N: true, Wide: true}},
		Empty: v.Say("还没有素材。上传图片、视频或文件，供欢迎语、群发和朋友圈使用。", "No assets. Upload images, videos or files for welcomes, mass sends and moments."),
	}
	for _, a := range p.Items {
		t.add(cell{Text: a.Name, Href: "/materials/" + segment(a.ID), Image: thumb(a)}, text(v.Name("attachment", a.Kind)), cell{Text: measures(a), Faint: true}, text(bytesText(a.Size)), v.time(a.CreatedAt))
	}
	d := desk{Title: v.Say("素材", "Assets"), Sections: []section{{Table: t.paged(v.r, p.Next)}}}
	for _, k := range append([]string{""}, assetKinds...) {
		l := link{Name: v.Say("全部", "All"), Href: query("/materials", "kind", k), Current: v.asked("kind") == k}
		if k != "" {
			l.Name = v.Name("attachment", k)
		}
		d.Tabs = append(d.Tabs, l)
	}
	if !v.Who.Can(access.ContentWrite) {
		return v.show(d)
	}
	options := []option{}
	for _, k := range assetKinds {
		options = append(options, option{Value: k, Label: v.Name("attachment", k)})
	}
	f := &form{Action: "/materials", Files: true, Submit: v.Say("上传", "Upload"), Fields: []field{
		{Name: "kind", Pointer: "/kind", Kind: "select", Label: v.Say("类型", "Kind"), Options: options, Help: v.Say("图片 JPG/PNG 10 MB，视频 MP4 10 MB，文件 20 MB，语音 AMR 2 MB。", "Images JPG/PNG 10 MB, videos MP4 10 MB, files 20 MB, voice AMR 2 MB.")},
		{Name: "name", Label: v.Say("名称", "Name"), Required: true, Max: 200, Help: v.Say("文件的名称客户看得到。", "Customers see the name of files.")},
		{Name: "file", Kind: "file", Label: v.Say("文件", "File"), Required: true},
	}}
	d.Sections = append([]section{{Title: v.Say("上传素材", "Upload"), Form: f}}, d.Sections...)
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func thumb(a assetDetail) string {
	if a.Kind != "image" {
		return ""
	}
	return "/api/v1/assets/" + segment(a.ID) + "/content"
}

func measures(a assetDetail) string {
	var parts []string
	if a.Width > 0 {
		parts = append(parts, strconv.Itoa(a.Width)+" × "+strconv.Itoa(a.Height))
	}
	if a.DurationMS > 0 {
		parts = append(parts, (time.Duration(a.DurationMS) * time.Millisecond).Round(100*time.Millisecond).String())
	}
	return strings.Join(parts, " · ")
}

func bytesText(n int64) string {
	if n < 1<<20 {
		return strconv.FormatFloat(float64(n)/(1<<10), 'f', 1, 64) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}

func uploadAsset(v *visit) error {
	if err := v.pass("/assets", nil); err != nil {
		return v.assetsDesk(err)
	}
	return back(v.w, v.r, "/materials", "uploaded")
}

func showAsset(v *visit) error {
	var a assetDetail
	if err := v.get("/assets/"+segment(v.id()), nil, &a); err != nil {
		return err
	}
	s := section{Facts: []fact{
		{Name: v.Say("类型", "Kind"), Value: text(v.Name("attachment", a.Kind) + " " + a.Type)},
		{Name: v.Say("尺寸", "Measures"), Value: text(measures(a))},
		{Name: v.Say("大小", "Size"), Value: cell{Text: bytesText(a.Size), Href: "/api/v1/assets/" + segment(a.ID) + "/content"}},
		{Name: v.Say("上传", "Uploaded"), Value: v.time(a.CreatedAt)},
	}}
	if a.Kind == "image" {
		s.Picture = &picture{Src: thumb(a), Alt: a.Name}
	}
	t := &table{Head: []head{{Name: v.Say("使用处", "Used by")}}, Empty: v.Say("没有被使用。", "Nothing uses it.")}
	for _, u := range a.Uses {
		t.add(v.owner(u.Owner))
	}
	d := desk{Crumb: link{Name: v.Say("素材", "Assets"), Href: "/materials"}, Title: a.Name, Sections: []section{s, {Title: v.Say("使用处", "Used by"), Table: t}}}
	if v.Who.Can(access.ContentWrite) {
		d.Actions = []action{{Name: v.Say("删除", "Delete"), Danger: true, Post: "/materials/" + segment(a.ID) + "/delete", Ask: v.Say("仍被使用的素材不能删除。", "An asset in use cannot be deleted.")}}
	}
	return v.show(d)
}

// owner links whoever keeps an asset, named by kind and id.
func (v *visit) owner(name string) cell {
	kind, id, _ := strings.Cut(name, ":")
	at := map[string]string{"livecode": "/codes/", "masssend": "/sends/", "mass_send": "/sends/", "moment": "/moments/"}[kind]
	if kind == "welcome" {
		return cell{Text: name, Mono: true, Href: v.ifMay(access.ContentWrite, "/welcome/"+segment(id)+"/edit")}
	}
	if at == "" {
		return cell{Text: name, Mono: true}
	}
	return cell{Text: name, Mono: true, Href: at + segment(id)}
}

func deleteAsset(v *visit) error {
	err := v.send(http.MethodDelete, "/assets/"+segment(v.id()), nil, nil)
	if err != nil {
		return v.did(err, "/materials/"+segment(v.id()), "")
	}
	return back(v.w, v.r, "/materials", "deleted")
}
