package demo

import (
	"cmp"
	"context"
	"slices"
)

// tags makes the corp's tags, and binds one to an audience: its members carry it.
func (c *setup) tags(ctx context.Context) error {
	defined, err := c.api.do(ctx, "GET", "/tags/defined?limit=200&corp="+Corp, nil)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, x := range defined.Get("items").Array() {
		ids[x.Get("label").String()] = x.Get("id").String()
	}
	for _, g := range []struct {
		group string
		names []string
	}{{"渠道", channelTags()}, {"分层", []string{"VIP"}}} {
		missing := slices.DeleteFunc(slices.Clone(g.names), func(n string) bool { return ids[g.group+"/"+n] != "" })
		if len(missing) == 0 {
			continue
		}
		made, err := c.api.do(ctx, "POST", "/tags", map[string]any{"corp": Corp, "group": g.group, "names": missing})
		if err != nil {
			return err
		}
		for _, x := range made.Get("items").Array() {
			ids[x.Get("label").String()] = x.Get("id").String()
		}
	}
	vip := ids["分层/VIP"]
	shown, err := c.api.do(ctx, "GET", "/tags/"+vip, nil)
	if err != nil || shown.Get("audience").String() != "" {
		return err
	}
	_, err = c.api.do(ctx, "PUT", "/tags/"+vip+"/audience", map[string]any{"audience": c.made["高价值客户"]})
	return err
}

// channel is a place where a code hangs out.
type channel struct {
	name, key string
	members   func(users []string) []map[string]any
	schedule  map[string]any
	backup    int // how many stand in
	welcome   string
	picture   string // the welcome's; welcomePicture if empty
	verify    bool
}

// share gives each of the members a weight.
func share(weights ...int) func([]string) []map[string]any {
	return func(users []string) (out []map[string]any) {
		for i, w := range weights {
			out = append(out, map[string]any{"staff": users[i], "weight": w})
		}
		return out
	}
}

// capped gives each member a number of new customers a day.
func capped(daily, from, to int) func([]string) []map[string]any {
	return func(users []string) (out []map[string]any) {
		for _, u := range users[from:to] {
			out = append(out, map[string]any{"staff": u, "daily_cap": daily})
		}
		return out
	}
}

var channels = []channel{
	{name: "包裹卡", key: "parcel", members: share(3, 2, 1), welcome: "您好，包裹已经收到了吧？回复“开箱”领取晒单礼～", picture: "开箱晒单"},
	{
		name: "门店海报", key: "store", members: capped(20, 0, 4), backup: 2, welcome: "欢迎来到鱼塘门店！出示此消息可领小样一份。", picture: "到店礼遇",
		schedule: map[string]any{"shifts": []map[string]any{{"days": []int{1, 2, 3, 4, 5, 6, 7}, "from": "09:00", "to": "21:00"}}},
	},
	{name: "直播间", key: "live", members: capped(50, 2, 6), backup: 1, welcome: "直播间的朋友你好！今晚八点开播，前一百名有礼。", picture: "直播预告"},
	{name: "小红书", key: "xiaohongshu", members: share(1, 1), welcome: "看到笔记来的吧？同款链接和测评都在这里。"},
	{name: "公众号", key: "mp", members: share(2, 1, 1, 1), welcome: "感谢关注鱼塘，菜单里的问题都可以直接问我。"},
	{name: "会员日", key: "member-day", members: capped(30, 1, 5), backup: 1, welcome: "会员日快乐！满200减30，券已经放进您的卡包。", picture: "会员日"},
	{name: "员工名片", key: "card", members: share(1), welcome: "您好，我是您的专属顾问，有事随时找我。", verify: true},
}

func channelTags() (out []string) {
	for _, c := range channels {
		out = append(out, c.name)
	}
	for _, l := range acquisitionLinks {
		out = append(out, l.name)
	}
	return out
}

// codes makes a live code for each channel.
func (c *setup) codes(ctx context.Context) error {
	for _, ch := range channels {
		body := map[string]any{
			"channel": ch.key, "kind": "multi", "members": ch.members(c.users), "tags": []string{"渠道/" + ch.name}, "skip_verify": !ch.verify,
			"remark": "{name}·" + ch.name,
			"welcome": map[string]any{
				"text": ch.welcome, "attachments": []map[string]any{{"kind": "image", "asset": c.assets[cmp.Or(ch.picture, welcomePicture)]}},
			},
		}
		if ch.schedule != nil {
			body["schedule"] = ch.schedule
		}
		if ch.backup > 0 {
			body["backup"] = c.users[len(c.users)-ch.backup:]
		}
		if _, _, err := c.ensure(ctx, "/codes?corp="+Corp+"&", "/codes", ch.name, body); err != nil {
			return err
		}
	}
	return nil
}

// welcome greets who comes to a member without a live code, by day and by night.
func (c *setup) welcome(ctx context.Context) error {
	member := map[string]any{
		"kind": "miniprogram", "asset": c.assets["会员日"], "title": "鱼塘会员中心", "app_id": "wx0123456789abcdef", "page": "pages/member/index",
	}
	_, _, err := c.ensure(ctx, "/welcome/rules?corp="+Corp+"&", "/welcome/rules", "全员默认欢迎语", map[string]any{
		"greeting": map[string]any{
			"text":        "{{customer|您好}}，我是{{staff}}，选品和售后都可以直接问我～",
			"attachments": []map[string]any{{"kind": "image", "asset": c.assets[welcomePicture]}, member},
			"fallback":    "您好，选品和售后都可以直接问我～",
			"variants": []map[string]any{{
				"from": "22:00", "to": "08:00", "text": "夜深啦，您的消息我早上第一时间回。先逛逛会员中心吧～", "attachments": []map[string]any{member},
			}},
		},
	})
	return err
}

// groupCode makes a join code for the groups that were pulled.
func (c *setup) groupCode(ctx context.Context) error {
	var chats []string
	for _, g := range c.d.WeCom.Sim.GroupsOf("") {
		if !g.Dismissed && len(chats) < corpGroups {
			chats = append(chats, g.ChatID)
		}
	}
	_, _, err := c.ensure(ctx, "/groups/codes?corp="+Corp+"&", "/groups/codes", "福利群", map[string]any{
		"groups": chats, "auto_make": true, "base_name": "鱼塘福利群", "base_next": 4,
	})
	return err
}

func (c *setup) winBack(ctx context.Context) error {
	_, err := c.api.do(ctx, "POST", "/handover/winback", map[string]any{})
	return err
}

// massSend schedules a message that staff confirm on their phones.
func (c *setup) massSend(ctx context.Context) error {
	id, fresh, err := c.ensure(ctx, "/mass-sends?corp="+Corp+"&", "/mass-sends", "周末会员日", map[string]any{
		"target": map[string]any{"staff": c.users[:4]},
		"content": map[string]any{
			"text":        "周末会员日：满200减30，小样随单送，先到先得～",
			"attachments": []map[string]any{{"kind": "image", "asset": c.assets["会员日"]}},
		},
		"options": map[string]any{"transactional": true, "allow_select": true},
	})
	if err != nil || !fresh {
		return err
	}
	_, err = c.api.do(ctx, "POST", "/mass-sends/"+id+"/schedule", nil)
	return err
}

// moment schedules a moment that staff publish on their phones.
func (c *setup) moment(ctx context.Context) error {
	id, fresh, err := c.ensure(ctx, "/moments?corp="+Corp+"&", "/moments", "新品上架", map[string]any{
		"content": map[string]any{"text": "新品到店，试用装免费领，欢迎来坐坐。", "attachments": []map[string]any{{"kind": "image", "asset": c.assets["新品到店"]}}},
		"visible": map[string]any{"staff": c.users[:6]},
	})
	if err != nil || !fresh {
		return err
	}
	_, err = c.api.do(ctx, "POST", "/moments/"+id+"/schedule", nil)
	return err
}
