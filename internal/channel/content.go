package channel

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/channel/wechat"
	"yutang/internal/fault"
)

// Limits of contents, before their templates are rendered.
const (
	maxSubject  = 300 // characters
	maxSMSPlace = 500
	maxService  = 2048 // bytes, of a customer-service text
	maxFields   = 20
)

// CheckContent checks the content of a step when a playbook is saved: its form, the
// approved template it names, and the parameters that the template wants. Pointers are
// below ptr. A channel of another room, and an endpoint that is not there yet, have no
// faults here.
func (s *Service) CheckContent(ctx context.Context, channel, endpoint string, content json.RawMessage, ptr string) ([]fault.Field, error) {
	if !slices.Contains(Names, channel) {
		return nil, nil
	}
	e, err := s.Get(ctx, endpoint)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	c := &contents{ptr: ptr, endpoint: e, v: gjson.ParseBytes(content)}
	if e.ID != "" && !slices.Contains(serves[e.Kind], channel) {
		c.add("", "the endpoint is not one of the channel %s", channel)
		return c.faults, nil
	}
	switch channel {
	case SMS:
		c.sms()
	case Email:
		c.email()
	case WeChatTemplate:
		c.wechatTemplate()
	case WeChatService:
		c.wechatService()
	case MiniSubscribe:
		c.miniSubscribe()
	}
	return c.faults, nil
}

// contents checks one content.
type contents struct {
	ptr      string
	endpoint Endpoint // zero: not known yet
	v        gjson.Result
	faults   faults
}

func (c *contents) add(at, format string, args ...any) { c.faults.add(c.ptr+at, format, args...) }

// only refuses keys that mean nothing.
func (c *contents) only(keys ...string) {
	c.v.ForEach(func(k, _ gjson.Result) bool {
		if !slices.Contains(keys, k.Str) {
			c.add("/"+pointer(k.Str), "unknown key; allowed here: %s", strings.Join(keys, ", "))
		}
		return true
	})
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1").Replace

// varies says whether a text is not the same for everybody.
func varies(text string) bool { return strings.Contains(text, "{{") || strings.Contains(text, "{%") }

// literal is a text that may not depend on the customer.
func (c *contents) literal(key string, form *regexp.Regexp, want string) string {
	x := c.v.Get(key)
	if x.Type != gjson.String || varies(x.Str) || !form.MatchString(x.Str) {
		c.add("/"+key, "must be %s, the same for every customer", want)
		return ""
	}
	return x.Str
}

// maxPage is how many bytes the path of a page may have.
const maxPage = 1024

var (
	aliyunCode  = regexp.MustCompile(`^SMS_[0-9]{1,20}$`)
	tencentCode = regexp.MustCompile(`^[0-9]{1,20}$`)
	anyCode     = regexp.MustCompile(`^(SMS_)?[0-9]{1,20}$`)
	wechatCode  = regexp.MustCompile(`^[A-Za-z0-9_-]{10,64}$`)
	pagePath    = regexp.MustCompile(`^[^/\s]\S*$`)
)

func (c *contents) sms() {
	c.only("template", "params")
	form, want := anyCode, "the code of an approved template, such as SMS_123456789 or 1234567"
	switch c.endpoint.Kind {
	case AliyunSMS:
		form, want = aliyunCode, "the code of an approved template, such as SMS_123456789"
	case TencentSMS:
		form, want = tencentCode, "the id of an approved template, such as 1234567"
	}
	code := c.literal("template", form, want)
	params := c.v.Get("params")
	switch {
	case params.Exists() && !params.IsObject() && !params.IsArray():
		c.add("/params", "must be an object (Aliyun) or a list (Tencent Cloud)")
		return
	case params.IsArray() && c.endpoint.Kind == AliyunSMS:
		c.add("/params", `must be an object with the parameters by name, such as {"name": "{{ traits.first_name }}"}`)
		return
	case params.IsObject() && c.endpoint.Kind == TencentSMS:
		c.add("/params", "must be a list with the parameters in their order")
		return
	}
	var names []string
	params.ForEach(func(k, x gjson.Result) bool {
		name := k.Str
		if params.IsArray() {
			name = strconv.Itoa(len(names))
		}
		names = append(names, name)
		if x.IsObject() || x.IsArray() || x.Type == gjson.Null || len(x.String()) > maxSMSPlace {
			c.add("/params/"+pointer(name), "must be a text of at most %d bytes, or a number", maxSMSPlace)
		}
		return true
	})
	c.listed(code, "/template", "/params", names, params.IsArray())
}

// listed holds a content against the approved templates, if the endpoint lists any.
func (c *contents) listed(code, at, params string, names []string, counted bool) {
	list := c.endpoint.Settings.Templates
	if code == "" || len(list) == 0 {
		return
	}
	i := slices.IndexFunc(list, func(t Template) bool { return t.Code == code })
	if i < 0 {
		c.add(at, "the endpoint lists no template %q", code)
		return
	}
	places := list[i].Places()
	if counted || (len(names) == 0 && c.endpoint.Kind == TencentSMS) {
		if len(places) != len(names) {
			c.add(params, "the template %s has %d parameters, not %d", code, len(places), len(names))
		}
		return
	}
	for _, p := range places {
		if !slices.Contains(names, p) {
			c.add(params, "the template %s needs the parameter %q", code, p)
		}
	}
	for _, n := range names {
		if !slices.Contains(places, n) {
			c.add(params+"/"+pointer(n), "the template %s has no parameter %q", code, n)
		}
	}
}

func (c *contents) email() {
	c.only("subject", "text", "html")
	if x := c.v.Get("subject"); x.Type != gjson.String || strings.TrimSpace(x.Str) == "" || len([]rune(x.Str)) > maxSubject || strings.ContainsAny(x.Str, "\r\n") {
		c.add("/subject", "is one line of 1 to %d characters", maxSubject)
	}
	for _, key := range []string{"text", "html"} {
		if x := c.v.Get(key); x.Exists() && x.Type != gjson.String {
			c.add("/"+key, "must be a text")
		}
	}
	if c.v.Get("text").Str == "" && c.v.Get("html").Str == "" {
		c.add("/text", "a mail has text, html or both")
	}
}

// data checks the fields of a WeChat template and gives their names.
func (c *contents) data(strict bool) []string {
	var names []string
	data := c.v.Get("data")
	if !data.IsObject() {
		c.add("/data", `must be an object with a text for each field, such as {"thing1": "{{ event.props.title }}"}`)
		return nil
	}
	data.ForEach(func(k, x gjson.Result) bool {
		names = append(names, k.Str)
		if x.Type != gjson.String {
			c.add("/data/"+pointer(k.Str), "must be a text")
		}
		if strict && !wechat.FieldOK(k.Str) {
			c.add("/data/"+pointer(k.Str), "is no field of a template; fields are named thing1, amount2, time3 ...")
		}
		return true
	})
	if len(names) == 0 || len(names) > maxFields {
		c.add("/data", "has 1 to %d fields", maxFields)
	}
	return names
}

func (c *contents) wechatTemplate() {
	c.only("template_id", "data", "url", "miniprogram")
	code := c.literal("template_id", wechatCode, "the id of a template of the account")
	c.listed(code, "/template_id", "/data", c.data(false), false)
	c.link("url")
	if m := c.v.Get("miniprogram"); m.Exists() && (!appPattern.MatchString(m.Get("appid").Str) || varies(m.Get("appid").Str)) {
		c.add("/miniprogram/appid", "is the appid of a mini-program bound to the account")
	}
}

// link checks an address that may hold templates.
func (c *contents) link(key string) {
	x := c.v.Get(key)
	if !x.Exists() {
		return
	}
	u, err := url.Parse(strings.NewReplacer("{{", "", "}}", "", "{%", "", "%}", "", " ", "", "|", "").Replace(x.Str))
	if varies(x.Str) && strings.HasPrefix(strings.TrimSpace(x.Str), "{") {
		return
	}
	if x.Type != gjson.String || err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		c.add("/"+strings.ReplaceAll(key, ".", "/"), "must begin with https:// or http://")
	}
}

func (c *contents) wechatService() {
	kinds := []string{"text", "image", "link", "miniprogram"}
	c.only(kinds...)
	n := 0
	for _, k := range kinds {
		if c.v.Get(k).Exists() {
			n++
		}
	}
	if n != 1 {
		c.add("", "has one of: %s", strings.Join(kinds, ", "))
		return
	}
	need := func(keys ...string) {
		for _, k := range keys {
			if x := c.v.Get(k); x.Type != gjson.String || x.Str == "" {
				c.add("/"+strings.ReplaceAll(k, ".", "/"), "is missing")
			}
		}
	}
	switch {
	case c.v.Get("text").Exists():
		need("text")
		if len(c.v.Get("text").Str) > maxService {
			c.add("/text", "has at most %d bytes", maxService)
		}
	case c.v.Get("image").Exists():
		need("image")
	case c.v.Get("link").Exists():
		need("link.title", "link.url", "link.picurl")
		c.link("link.url")
	default:
		need("miniprogram.title", "miniprogram.appid", "miniprogram.pagepath", "miniprogram.thumb_media_id")
	}
}

func (c *contents) miniSubscribe() {
	c.only("template_id", "data", "page", "miniprogram_state", "lang")
	code := c.literal("template_id", wechatCode, "the id of a subscribe template of the mini-program")
	c.listed(code, "/template_id", "/data", c.data(true), false)
	if x := c.v.Get("page"); x.Exists() && !varies(x.Str) && (len(x.Str) > maxPage || !pagePath.MatchString(x.Str)) {
		c.add("/page", "is a page of the mini-program, such as pages/order/index?id=1, without a slash before it")
	}
	for key, allowed := range map[string][]string{
		"miniprogram_state": {"formal", "trial", "developer"}, "lang": {"zh_CN", "en_US", "zh_HK", "zh_TW"},
	} {
		if x := c.v.Get(key); x.Exists() && !slices.Contains(allowed, x.Str) {
			c.add("/"+key, "must be one of: %s", strings.Join(allowed, ", "))
		}
	}
}
