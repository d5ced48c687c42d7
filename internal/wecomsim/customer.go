package wecomsim

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func customerEndpoints() []endpoint {
	return []endpoint{
		{method: get, path: "/externalcontact/list", need: permContact, run: listCustomers},
		{method: get, path: "/externalcontact/get", need: permContact, run: getCustomer},
		{method: post, path: "/externalcontact/batch/get_by_user", need: permContact, run: batchCustomers},
		{method: post, path: "/externalcontact/remark", need: permContact, run: remarkCustomer},
		{method: post, path: "/externalcontact/unionid_to_external_userid", need: permContact, run: unionidToExternal},
		{method: post, path: "/externalcontact/convert_to_openid", need: permContact, run: externalToOpenID},
	}
}

func listCustomers(s *Sim, c *call) (any, error) {
	m, err := c.follower(s, c.query.Get("userid"))
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(m.contacts))
	for _, f := range m.contacts {
		if s.listed(f) {
			out = append(out, f.customer.id)
		}
	}
	if len(out) == 0 {
		return nil, code(84061)
	}
	return obj{"external_userid": out}, nil
}

// listed says whether the lists of the member show the customer.
func (s *Sim) listed(f *follow) bool {
	return (!f.lost || s.knobs.KeepLost) && f.member.status != memberLeft
}

func getCustomer(s *Sim, c *call) (any, error) {
	e, err := c.external(s, c.query.Get("external_userid"))
	if err != nil {
		return nil, err
	}
	from, err := c.after(c.query.Get("cursor"))
	if err != nil {
		return nil, err
	}
	list, next, followed, seen := []followShape{}, "", false, false
	for _, f := range e.follows {
		if !s.listed(f) {
			continue
		}
		followed = true
		if !s.sees(c.app, f.member) {
			continue
		}
		seen = true
		if f.seq <= from {
			continue
		}
		if len(list) == maxFollowerPage {
			next = cursorOf(from)
			break
		}
		list, from = append(list, followerOf(f)), f.seq
	}
	switch {
	case !followed:
		return nil, code(84061)
	case !seen: // nobody in the app's visible range follows the customer
		return nil, code(40096)
	}
	out := obj{"external_contact": s.externalContact(e), "follow_user": list}
	if next != "" {
		out["next_cursor"] = next
	}
	return out, nil
}

// externalContact is a customer as the platform shows one.
type externalContact struct {
	ID       string   `json:"external_userid"`
	Name     string   `json:"name"`
	Avatar   string   `json:"avatar"`
	Type     int      `json:"type"`
	Gender   int      `json:"gender"`
	UnionID  string   `json:"unionid,omitempty"`
	Position string   `json:"position,omitempty"`
	Corp     string   `json:"corp_name,omitempty"`
	FullCorp string   `json:"corp_full_name,omitempty"`
	Profile  *profile `json:"external_profile,omitempty"`
}

type profile struct {
	Attributes []obj `json:"external_attr"`
}

func (s *Sim) externalContact(e *customer) externalContact {
	out := externalContact{ID: e.id, Name: e.name, Avatar: s.avatar(e.id), Type: e.kind, Gender: e.gender, UnionID: s.unionid(e)}
	if e.kind == typeWeCom {
		out.Position, out.Corp, out.FullCorp, out.Profile = e.position, e.corp, e.corp, &profile{[]obj{}}
	}
	return out
}

// unionid is the customer's unionid where the corp may see one.
func (s *Sim) unionid(e *customer) string {
	if e.kind != typeWeChat || !s.knobs.UnionID || !e.bound {
		return ""
	}
	return unionOf(e.id)
}

// unionOf follows from the external_userid, so that the same person has it in every corp app.
func unionOf(external string) string { return "oU" + external[2:min(len(external), 28)] }

// followShape is a relation as the platform shows one: with tags by externalcontact/get, with
// tag ids by batch/get_by_user, which leaves the member's own tags out.
type followShape struct {
	User        string     `json:"userid"`
	Remark      string     `json:"remark"`
	Description string     `json:"description"`
	At          int64      `json:"createtime"`
	Mobiles     []string   `json:"remark_mobiles"`
	Oper        string     `json:"oper_userid"`
	Way         int        `json:"add_way"`
	Company     string     `json:"remark_corp_name,omitempty"`
	State       string     `json:"state,omitempty"`
	Channels    *channels  `json:"wechat_channels,omitempty"`
	Tags        []tagShape `json:"tags,omitzero"`
	TagIDs      []string   `json:"tag_id,omitzero"`
}

type channels struct {
	Nickname string `json:"nickname"`
	Source   int    `json:"source"`
}

type tagShape struct {
	Group string `json:"group_name"`
	Name  string `json:"tag_name"`
	ID    string `json:"tag_id,omitempty"`
	Type  int    `json:"type"` // 1 corp, 2 the member's own, 3 rule group
}

func followerOf(f *follow) followShape {
	out := followBase(f)
	out.Tags = []tagShape{}
	for _, t := range f.tags {
		out.Tags = append(out.Tags, tagShape{t.group.name, t.name, t.id, 1 + 2*boolInt(t.group.strategy != 0)})
	}
	for _, name := range f.personal {
		out.Tags = append(out.Tags, tagShape{Name: name, Type: 2})
	}
	return out
}

func followInfo(f *follow) followShape {
	out := followBase(f)
	out.TagIDs = make([]string, 0, len(f.tags))
	for _, t := range f.tags {
		out.TagIDs = append(out.TagIDs, t.id)
	}
	return out
}

func followBase(f *follow) followShape {
	out := followShape{
		User: f.member.id, Remark: f.remark, Description: f.description, At: f.at, Mobiles: orEmpty(f.mobiles), Oper: f.oper, Way: f.way,
		Company: f.company, State: f.state,
	}
	if f.way == 10 {
		out.Channels = &channels{Nickname: "品牌视频号"}
	}
	return out
}

// batchRow is a customer of batch/get_by_user.
type batchRow struct {
	Customer externalContact `json:"external_contact"`
	Follow   followShape     `json:"follow_info"`
}

func batchCustomers(s *Sim, c *call) (any, error) {
	var in struct {
		Users  []string `json:"userid_list"`
		Cursor string   `json:"cursor"`
		Limit  int      `json:"limit"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if len(in.Users) == 0 {
		return nil, code(41009)
	}
	if len(in.Users) > 100 {
		return nil, code(40032)
	}
	limit, err := c.limit(in.Limit, 50, 100)
	if err != nil {
		return nil, err
	}
	members := make([]*member, len(in.Users))
	for i, u := range in.Users {
		if members[i], err = c.follower(s, u); err != nil {
			return nil, err
		}
	}
	at, from, err := c.batchCursor(in.Cursor, len(members))
	if err != nil {
		return nil, err
	}
	list, next := make([]batchRow, 0, limit), ""
	for ; at < len(members); at, from = at+1, 0 {
		contacts := members[at].contacts
		i, _ := slices.BinarySearchFunc(contacts, from+1, bySeq)
		for ; i < len(contacts); i++ {
			f := contacts[i]
			if !s.listed(f) {
				continue
			}
			if len(list) == limit {
				next = cursorOf(int64(at)) + "." + cursorOf(from)
				return obj{"external_contact_list": list, "next_cursor": next}, nil
			}
			list, from = append(list, batchRow{s.externalContact(f.customer), followInfo(f)}), f.seq
		}
	}
	if len(list) == 0 && in.Cursor == "" {
		return nil, code(84061)
	}
	return obj{"external_contact_list": list, "next_cursor": next}, nil
}

// batchCursor reads a place in several members' lists: which member, and after which row.
func (c *call) batchCursor(v string, members int) (at int, from int64, err error) {
	if v == "" {
		return 0, 0, nil
	}
	a, b, _ := strings.Cut(v, ".")
	n, err := c.after(a)
	if err != nil {
		return 0, 0, err
	}
	if n < 0 || n >= int64(members) {
		return 0, 0, code(40058, "invalid cursor")
	}
	from, err = c.after(b)
	return int(n), from, err
}

func remarkCustomer(s *Sim, c *call) (any, error) {
	var in struct {
		User        string   `json:"userid"`
		External    string   `json:"external_userid"`
		Remark      *string  `json:"remark"`
		Description *string  `json:"description"`
		Company     *string  `json:"remark_company"`
		Mobiles     []string `json:"remark_mobiles"`
		Picture     *string  `json:"remark_pic_mediaid"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	f, err := c.relation(s, in.User, in.External)
	if err != nil {
		return nil, err
	}
	if in.Remark == nil && in.Description == nil && in.Company == nil && in.Mobiles == nil && in.Picture == nil {
		return nil, code(40035, "remark, description, remark_company, remark_mobiles and remark_pic_mediaid are all empty")
	}
	for _, v := range []struct {
		name string
		text *string
		most int
	}{{"remark", in.Remark, 20}, {"description", in.Description, 150}, {"remark_company", in.Company, 20}} {
		if v.text != nil && utf8.RuneCountInString(*v.text) > v.most {
			return nil, code(40058, v.name, " exceed max length ", v.most)
		}
	}
	if in.Picture != nil && *in.Picture != "" {
		if err := s.usable(*in.Picture, mediaPlain, "image"); err != nil {
			return nil, err
		}
	}
	set(&f.remark, in.Remark)
	set(&f.description, in.Description)
	set(&f.picture, in.Picture)
	if f.customer.kind == typeWeChat {
		set(&f.company, in.Company)
	}
	if in.Mobiles != nil {
		f.mobiles = slices.DeleteFunc(in.Mobiles, func(v string) bool { return v == "" })
	}
	return nil, nil
}

func unionidToExternal(s *Sim, c *call) (any, error) {
	var in struct {
		UnionID string `json:"unionid"`
		OpenID  string `json:"openid"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.UnionID == "" {
		return nil, code(40035, "missing unionid")
	}
	if e, ok := s.customers["wm"+strings.TrimPrefix(in.UnionID, "oU")]; ok && s.unionid(e) == in.UnionID {
		return obj{"external_userid": e.id}, nil
	}
	for _, e := range s.customerList {
		if s.unionid(e) == in.UnionID && len(e.follows) > 0 {
			return obj{"external_userid": e.id}, nil
		}
	}
	return nil, code(84061)
}

func externalToOpenID(s *Sim, c *call) (any, error) {
	var in struct {
		External string `json:"external_userid"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	e, err := c.external(s, in.External)
	if err != nil {
		return nil, err
	}
	if e.kind != typeWeChat {
		return nil, code(40096)
	}
	return obj{"openid": openID(e.id)}, nil
}
