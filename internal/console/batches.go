package console

import (
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/livecode"
)

type codeBatch struct {
	ID        string             `json:"id"`
	File      string             `json:"file"`
	Rows      int                `json:"rows"`
	Accepted  int                `json:"accepted"`
	Rejected  int                `json:"rejected"`
	Rejects   []livecode.Reject  `json:"rejects"`
	Progress  *livecode.Progress `json:"progress"`
	CreatedAt time.Time          `json:"created_at"`
}

func showBatches(v *visit) error { return v.batchDesk(nil) }

func (v *visit) batchDesk(wrong error) error {
	var p listed[codeBatch]
	if err := v.get("/code-batches", v.ofCorp(), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("文件", "File")}, {Name: v.Say("行数", "Rows"), N: true}, {Name: v.Say("成功", "Accepted"), N: true}, {Name: v.Say("拒绝", "Rejected"), N: true}, {Name: v.Say("时间", "Time"), N: true}},
		Empty: v.Say("还没有批量创建过。", "No batch yet."),
	}
	for _, b := range p.Items {
		at := "/code-batches/" + segment(b.ID)
		t.add(cell{Text: b.File, Href: at}, num(b.Rows, at), num(b.Accepted, query("/codes", "batch", b.ID)), num(b.Rejected, at), v.time(b.CreatedAt))
	}
	d := desk{Title: v.Say("批量创建活码", "Live codes in batches"), Tabs: v.codeTabs("batches"), Sections: []section{{Title: v.Say("批次", "Batches"), Table: t.paged(v.r, p.Next)}}}
	if !v.Who.Can(access.CodesWrite) {
		return v.show(d)
	}
	f := &form{Action: "/code-batches", Files: true, Submit: v.Say("上传", "Upload"), Fields: []field{
		{Kind: "hidden", Name: "corp", Value: v.Corp},
		{Kind: "file", Name: "file", Label: v.Say("CSV 文件", "CSV file"), Accept: ".csv,text/csv", Required: true, Help: v.Say(
			"第一行是列名：名称、渠道、员工（userid，分号分隔），可选 备用、标签、门店、备注、日上限、免验证。每行一个活码，错误的行会列出原因，其余照常创建。",
			"The first row names the columns: name, channel, staff (userids, by semicolon), and optionally backup, tags, place, remark, daily_cap, skip_verify. One code a row; rows at fault are listed, the rest is made.")},
	}}
	d.Sections = append([]section{{Title: v.Say("上传 CSV", "Upload a CSV file"), Form: f}}, d.Sections...)
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func uploadBatch(v *visit) error {
	var b codeBatch
	if err := v.pass("/code-batches", &b); err != nil {
		return v.batchDesk(err)
	}
	return back(v.w, v.r, "/code-batches/"+segment(b.ID), "batch")
}

func showBatch(v *visit) error {
	var b codeBatch
	if err := v.get("/code-batches/"+segment(v.id()), nil, &b); err != nil {
		return err
	}
	codes := query("/codes", "batch", b.ID)
	d := desk{
		Crumb: link{Name: v.Say("批量创建", "Batches"), Href: "/code-batches"}, Title: b.File, Chips: []chip{{Text: v.Clock(b.CreatedAt)}},
		Sections: []section{{Figures: []figure{
			{Name: v.Say("行数", "Rows"), Value: number(b.Rows)},
			{Name: v.Say("已创建", "Accepted"), Value: number(b.Accepted), Href: codes},
			{Name: v.Say("拒绝", "Rejected"), Value: number(b.Rejected), Href: "#rejects"},
		}}},
	}
	if p := b.Progress; p != nil {
		d.Sections[0].Figures = append(d.Sections[0].Figures, figure{
			Name: v.Say("可以印刷", "Ready to print"), Value: number(p.Images) + " / " + number(p.Codes), Href: codes,
			Note: v.Sayf("已上线 %d，问题 %d", "%d live, %d problems", p.Live, p.Problems),
		})
		if p.Images+p.Problems < p.Codes {
			d.Reload = 3
		}
		if p.Images > 0 {
			d.Sections = append(d.Sections, section{Title: v.Say("印刷", "Print"), Aside: v.sheetLinks("batch", b.ID), Note: v.Say("多于一份文件的页数时请按活码列表分批下载。", "Many codes: print from the list, page by page.")})
		}
	}
	t := &table{Head: []head{{Name: v.Say("行", "Row")}, {Name: v.Say("列", "Column")}, {Name: v.Say("原因", "Reason")}}, Empty: v.Say("没有被拒绝的行。", "No row was rejected.")}
	for _, x := range b.Rejects {
		t.add(text(strconv.Itoa(x.Line)), text(x.Column), text(v.detail(x.Reason)))
	}
	d.Sections = append(d.Sections, section{ID: "rejects", Title: v.Say("拒绝的行", "Rejected rows"), Table: t})
	return v.show(d)
}
