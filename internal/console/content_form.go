package console

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"yutang/internal/access"
	"yutang/internal/content"
)

type asset struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// assets are the files that messages can carry, newest first; none for who may not see them.
func (v *visit) assets() ([]asset, error) {
	return allIfAllowed[asset](v.caller, "/assets", nil)
}

var attachmentKinds = []string{"", content.KindImage, content.KindLink, content.KindMiniProgram, content.KindVideo, content.KindFile}

// contentFields are the inputs of a message. at is the pointer of the message in what is
// sent, name the beginning of the names of its inputs.
func (v *visit) contentFields(c content.Content, files []asset, name, at string, most int) []field {
	out := []field{{
		Name: name + "text", Pointer: at + "/text", Kind: "area", Wide: true, Label: v.Say("文字", "Text"), Value: c.Text,
		Help: v.Say("最多 4000 字节，一个汉字占 3 字节。", "At most 4,000 bytes."),
	}}
	rows := field{Name: name + "att", Pointer: at + "/attachments", Kind: "rows", Label: v.Sayf("附件（最多 %d 个）", "Attachments (at most %d)", most)}
	if v.Who.Can(access.ContentRead) && len(files) == 0 {
		rows.Help = v.Say("图片、视频、文件以及链接封面请先在“素材”中上传。", "Upload images, videos, files and covers under Assets first.")
	}
	for i := range min(most, max(1, len(c.Attachments)+v.more(name+"att"))) {
		var a content.Attachment
		if i < len(c.Attachments) {
			a = c.Attachments[i]
		}
		rows.Rows = append(rows.Rows, v.attachmentRow(a, files, name+"att."+strconv.Itoa(i)))
	}
	if len(rows.Rows) < most {
		rows.More = v.Say("再加一个附件", "One more attachment")
	}
	return append(out, rows)
}

// more is 1 when the button for one more row was pressed.
func (v *visit) more(name string) int {
	if v.r.PostForm.Get("more") == name {
		return 1
	}
	return 0
}

func (v *visit) attachmentRow(a content.Attachment, files []asset, name string) row {
	kinds := make([]option, len(attachmentKinds))
	for i, k := range attachmentKinds {
		kinds[i] = option{Value: k, Label: v.Name("attachment", k), On: k == a.Kind}
	}
	kinds[0].Label = v.Say("（无）", "(none)")
	choices := []option{{Label: v.Say("（不选）", "(none)")}}
	for _, f := range files {
		choices = append(choices, option{Value: f.ID, Label: v.Name("attachment", f.Kind) + " · " + f.Name, On: f.ID == a.Asset})
	}
	return row{Fields: []field{
		{Name: name + ".kind", Kind: "select", Label: v.Say("类型", "Kind"), Options: kinds},
		{Name: name + ".asset", Kind: "select", Label: v.Say("素材或封面", "Asset or cover"), Options: choices},
		{Name: name + ".title", Label: v.Say("标题（链接、小程序）", "Title (link, mini program)"), Value: a.Title},
		{Name: name + ".url", Label: v.Say("网址（链接）", "URL (link)"), Value: a.URL},
		{Name: name + ".description", Label: v.Say("描述（链接）", "Description (link)"), Value: a.Description},
		{Name: name + ".app_id", Label: v.Say("小程序 AppID", "Mini program AppID"), Value: a.AppID},
		{Name: name + ".page", Label: v.Say("小程序页面", "Mini program page"), Value: a.Page},
	}}
}

// contentFrom reads a message back from its inputs.
func contentFrom(q url.Values, name string, most int) (c content.Content) {
	c.Text = strings.ReplaceAll(q.Get(name+"text"), "\r\n", "\n")
	for i := range most {
		at := name + "att." + strconv.Itoa(i) + "."
		a := content.Attachment{
			Kind: trimmed(q, at+"kind"), Asset: trimmed(q, at+"asset"), Title: trimmed(q, at+"title"), URL: trimmed(q, at+"url"),
			Description: trimmed(q, at+"description"), AppID: trimmed(q, at+"app_id"), Page: trimmed(q, at+"page"),
		}
		if a.Kind != "" {
			c.Attachments = append(c.Attachments, a)
		}
	}
	return c
}

// bubble shows a message as the customer would see it.
func (v *visit) bubble(from string, c content.Content) *bubble {
	b := &bubble{From: from, Text: c.Text}
	for _, a := range c.Attachments {
		p := bubblePart{Kind: v.Name("attachment", a.Kind), Title: a.Title, Note: strings.TrimSpace(a.Description + " " + a.URL + a.Page)}
		if a.Asset != "" && (a.Kind == content.KindImage || a.Kind == content.KindLink || a.Kind == content.KindMiniProgram) && v.Who.Can(access.ContentRead) {
			p.Image = "/api/v1/assets/" + segment(a.Asset) + "/content"
		}
		b.Parts = append(b.Parts, p)
	}
	if b.Text == "" && len(b.Parts) == 0 {
		b.Text = v.Say("（空）", "(empty)")
	}
	return b
}

// rawContent is a message as JSON, absent when it is empty.
func rawContent(c content.Content) json.RawMessage {
	if c.Empty() {
		return nil
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return nil
	}
	return raw
}

// join writes a list for an input.
func join(list []string) string { return strings.Join(list, ", ") }
