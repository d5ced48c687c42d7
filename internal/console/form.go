package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
)

// form is a form that posts. Fields at fault carry what is wrong.
type form struct {
	Action  string
	Method  string // "post" if empty
	Files   bool   // it carries a file
	Fields  []field
	Submit  string
	Second  *second // another button
	Cancel  string  // address of the way back
	Problem string
	Inline  bool // fields beside each other: filters
}

type second struct{ Name, Value, Label string }

// field is one input, a list of choices, or rows of inputs. Pointer is where the API's
// faults point to; "/" and the name if empty.
type field struct {
	Name, Label, Help string
	Kind              string // text (default), number, password, url, datetime, date, time, area, select, check, people, file, hidden, rows, head
	Value             string
	On                bool
	Options           []option
	Required          bool
	Max               int
	Min, Top          string
	Place             string // placeholder
	Accept            string
	Pointer           string
	Error             string
	Rows              []row
	More              string // label of the button for one more row
	Shares            bool   // people with weight and daily cap
	Wide              bool
}

type option struct {
	Value, Label, Note string
	On                 bool
	Weight, Cap        string
}

// row is one line of a repeated group.
type row struct {
	Legend string
	Fields []field
}

// maxForm bounds a form without files.
const maxForm = 1 << 20

// posted parses a form.
func posted(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, fault.New(fault.Invalid, "invalid", "the form cannot be read")
	}
	return r.PostForm, nil
}

// blame puts the faults of an error beside the fields they are about; the rest stands
// above the form.
func (f *form) blame(v *view, err error) {
	e, ok := refused(err)
	if !ok {
		return
	}
	var rest []string
	for _, w := range e.Fields {
		if i := fieldAt(f.Fields, w.Pointer); i >= 0 {
			at := &f.Fields[i]
			at.Error = strings.TrimSpace(at.Error + " " + v.detail(w.Detail))
			continue
		}
		rest = append(rest, strings.TrimPrefix(w.Pointer, "/")+" "+v.detail(w.Detail))
	}
	switch {
	case len(e.Fields) == 0:
		f.Problem = v.problem(e)
	case len(rest) > 0:
		f.Problem = v.Say("未能保存：", "Not saved: ") + strings.Join(rest, v.Say("；", "; "))
	default:
		f.Problem = v.Say("未能保存，请检查标出的项目。", "Not saved. Look at the marked fields.")
	}
}

// fieldAt finds the field whose pointer is the longest prefix of where a fault points.
func fieldAt(fields []field, pointer string) int {
	pointer = "/" + strings.TrimPrefix(pointer, "/")
	best, length := -1, 0
	for i, f := range fields {
		p := f.Pointer
		if p == "" {
			p = "/" + f.Name
		}
		if (pointer == p || strings.HasPrefix(pointer, p+"/")) && len(p) > length {
			best, length = i, len(p)
		}
	}
	return best
}

// problem says an error in the page's language as far as there are words for its code.
func (v *view) problem(e *fault.Error) string {
	if _, ok := texts["problem."+e.Code]; ok {
		return v.T("problem." + e.Code)
	}
	switch e.Kind {
	case fault.RateLimited:
		return v.Say("操作太频繁，请稍后再试。", "Too often; try again later.")
	case fault.Unavailable:
		return v.T("error.unavailable")
	case fault.NotFound:
		return v.T("error.not_found")
	}
	return v.Say("未能完成：", "Not done: ") + e.Message
}

// detail says what is wrong with a field, in Chinese for the commonest words of the API.
func (v *view) detail(english string) string {
	if v.Lang == "en" {
		return english
	}
	for _, t := range details {
		rest, ok := strings.CutPrefix(english, t[0])
		switch {
		case !ok:
		case strings.HasSuffix(t[1], "：") || strings.HasSuffix(t[1], " "):
			return t[1] + rest
		default:
			return t[1]
		}
	}
	return english
}

// details are beginnings of the API's words for faults, and what stands for them: for all
// of it, or with a colon or blank at the end for the beginning only.
var details = [][2]string{
	{"is required with a schedule or a daily cap", "使用排班或每日上限时必须设置备用员工"},
	{"expected required property", "必填："},
	{"is required", "必填"},
	{"expected length >= ", "太短，至少字符数："},
	{"expected length <= ", "太长，最多字符数："},
	{"expected array length >= ", "至少选择："},
	{"expected array length <= ", "最多选择："},
	{"expected value to be one of", "请从列表中选择"},
	{"expected number <= ", "最大为 "},
	{"expected number >= ", "最小为 "},
	{"must be in the next 14 days", "必须在今后 14 天内"},
	{"wants 1 to 30 printable characters", "1 到 30 个可见字符"},
	{"wants 1 to 100 characters", "1 到 100 个字符"},
	{"has at most ", "不能超过："},
	{"leave empty for the platform", "请留空（使用企业微信官方地址），或填写网关、模拟器的 http(s) 地址"},
	{"give https://host", "请填写企业微信能访问到本服务的 https:// 地址"},
	{"give a time of day", "请填写时间，例如 03:30"},
	{"the EncodingAESKey has 43", "EncodingAESKey 是 43 个字母和数字"},
	{"the callback token has 1 to 32", "Token 是 1 到 32 个字母和数字"},
	{"the corpid, as", "企业 ID 在管理后台“我的企业”中查看，由字母、数字、- 和 _ 组成"},
	{"the app main needs its secret", "请填写自建应用的 Secret"},
	{"choose ", "可选："},
	{"must name 1 to ", "请选择员工，人数 1 到 "},
	{"cannot change after the code is made", "创建后不能修改，请另建一个活码"},
	{"name another member who takes over", "请选择另一位接替员工"},
	{"name the member who hands over", "请选择移交的员工"},
	{"either an audience or customers", "人群和客户名单只能选一种"},
	{"some staff cannot take customers", "有员工没有客户联系权限"},
	{"groups get it: name staff or chats", "请选择群主或具体的群"},
	{"unknown key ", "没有这个字段："},
	{"the key ", "字段："},
	{"the percents add up to ", "百分比之和应为 100，现在是 "},
	{"must be a duration such as ", "应为时长，例如 30m、12h、2d："},
	{"must be a time of day such as ", "应为时间，例如 09:30："},
	{"must be a day such as ", "应为日期，例如 2026-11-11："},
	{"must have exactly one of ", "只能且必须有一个："},
	{"must have either ", "必须有其一："},
	{"has more than one of ", "只能有一个："},
	{"says nothing to do; add one of: ", "这一步没有写做什么，可选："},
	{"must be one of: ", "可选："},
	{"is empty; give it a value", "不能为空，请填写或删掉这个字段"},
	{"is needed", "必填"},
	{"must be a whole number of at least ", "应为整数，至少 "},
	{"there is no audience", "没有这个人群"},
}

func trimmed(q url.Values, name string) string { return strings.TrimSpace(q.Get(name)) }

func integer(q url.Values, name string) int {
	n, err := strconv.Atoi(trimmed(q, name))
	if err != nil {
		return 0
	}
	return n
}

// words splits a list by commas, spaces and lines.
func words(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(",，;；、\n\r\t ", c) })
}

// lines splits a list by commas and lines: names may hold spaces.
func lines(s string) (out []string) {
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(",，;；\n\r", c) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// whole turns chosen values into numbers, leaving out what is none.
func whole(values []string) (out []int64) {
	for _, s := range values {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}

const localTime = "2006-01-02T15:04"

// moment reads a local time of the brand; zero if it is empty or wrong.
func (v *view) moment(s string) time.Time {
	t, err := time.ParseInLocation(localTime, strings.TrimSpace(s), v.Zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// local writes a moment for an input.
func (v *view) local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(v.Zone).Format(localTime)
}

// chosen marks the options whose values are among those given, and puts them first.
func chosen(options []option, values []string) []option {
	out := slices.Clone(options)
	for i := range out {
		out[i].On = slices.Contains(values, out[i].Value)
	}
	slices.SortStableFunc(out, func(a, b option) int {
		switch {
		case a.On == b.On:
			return 0
		case a.On:
			return -1
		}
		return 1
	})
	return out
}
