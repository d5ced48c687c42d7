package wecom

import (
	"context"
	"encoding/json"
	"net/url"
)

// Types of an external contact.
const (
	TypeWeChat = 1
	TypeWeCom  = 2
)

// ExternalContact is what the platform says about a customer.
type ExternalContact struct {
	ExternalUserID  string          `json:"external_userid"`
	Name            string          `json:"name"`
	Avatar          string          `json:"avatar"`
	Type            int             `json:"type"` // TypeWeChat, TypeWeCom
	Gender          int             `json:"gender"`
	UnionID         string          `json:"unionid"` // TypeWeChat, and the corp is bound to an open-platform account
	Position        string          `json:"position"`
	CorpName        string          `json:"corp_name"`
	CorpFullName    string          `json:"corp_full_name"`
	ExternalProfile json.RawMessage `json:"external_profile"`
}

// Follow is what a member of staff has recorded about a customer.
type Follow struct {
	UserID         string      `json:"userid"`
	Remark         string      `json:"remark"`
	Description    string      `json:"description"`
	CreateTime     Unix        `json:"createtime"`
	Tags           []FollowTag `json:"tags"`   // in ExternalContactGet
	TagID          []string    `json:"tag_id"` // in BatchGetByUser: corp and rule-group tags
	RemarkCorpName string      `json:"remark_corp_name"`
	RemarkMobiles  []string    `json:"remark_mobiles"`
	OperUserID     string      `json:"oper_userid"`
	AddWay         int         `json:"add_way"`
	State          string      `json:"state"`
	WechatChannels struct {
		Nickname string `json:"nickname"`
		Source   int    `json:"source"`
	} `json:"wechat_channels"`
}

// Types of a tag.
const (
	TagCorp     = 1
	TagPersonal = 2
	TagRule     = 3
)

// FollowTag is a tag of a contact. A personal one has no id.
type FollowTag struct {
	GroupName string `json:"group_name"`
	TagName   string `json:"tag_name"`
	TagID     string `json:"tag_id"`
	Type      int    `json:"type"` // TagCorp, TagPersonal, TagRule
}

// TagIDs is the corp and rule-group tags, whichever form the answer had.
func (f Follow) TagIDs() []string {
	ids := append([]string(nil), f.TagID...)
	for _, t := range f.Tags {
		if t.TagID != "" {
			ids = append(ids, t.TagID)
		}
	}
	return ids
}

// Customer is a customer with those who follow them. NextCursor is "" at the end; it is
// needed beyond 500 followers.
type Customer struct {
	ExternalContact ExternalContact `json:"external_contact"`
	FollowUser      []Follow        `json:"follow_user"`
	NextCursor      string          `json:"next_cursor"`
}

// ExternalContactGet reads a customer and a page of followers.
func (c *Client) ExternalContactGet(ctx context.Context, external, cursor string) (Customer, error) {
	q := url.Values{"external_userid": {external}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return get[Customer](ctx, c, "/externalcontact/get", q)
}

// ExternalContactList is the ids of a member's customers. A member without any gives
// CodeNoRelation, which is read as an empty list.
func (c *Client) ExternalContactList(ctx context.Context, user string) ([]string, error) {
	a, err := get[struct {
		ExternalUserID []string `json:"external_userid"`
	}](ctx, c, "/externalcontact/list", url.Values{"userid": {user}})
	if Is(err, CodeNoRelation) {
		return nil, nil
	}
	return a.ExternalUserID, err
}

// Following is a customer as one member knows them.
type Following struct {
	ExternalContact ExternalContact `json:"external_contact"`
	FollowInfo      Follow          `json:"follow_info"`
}

// FollowingPage is a page of BatchGetByUser. NextCursor is "" at the end.
type FollowingPage struct {
	List       []Following `json:"external_contact_list"`
	NextCursor string      `json:"next_cursor"`
}

// BatchGetByUser reads the customers of up to 100 members, up to 100 at a time.
func (c *Client) BatchGetByUser(ctx context.Context, users []string, cursor string, limit int) (FollowingPage, error) {
	return read[FollowingPage](ctx, c, "/externalcontact/batch/get_by_user", struct {
		UserIDList []string `json:"userid_list,omitempty"`
		Cursor     string   `json:"cursor,omitempty"`
		Limit      int      `json:"limit,omitempty"`
	}{users, cursor, limit})
}

// Remark is what to record about a contact. Only what is set changes; RemarkMobiles
// replaces the list, and one empty text clears it.
type Remark struct {
	UserID           string   `json:"userid,omitempty"`
	ExternalUserID   string   `json:"external_userid,omitempty"`
	Remark           *string  `json:"remark,omitempty"`         // 20 characters
	Description      *string  `json:"description,omitempty"`    // 150 characters
	RemarkCompany    *string  `json:"remark_company,omitempty"` // 20 characters; TypeWeChat only
	RemarkMobiles    []string `json:"remark_mobiles,omitempty"`
	RemarkPicMediaID string   `json:"remark_pic_mediaid,omitempty"`
}

// Remark changes what a member has recorded about a customer.
func (c *Client) Remark(ctx context.Context, r Remark) error {
	return put(ctx, c, "/externalcontact/remark", r)
}

// FollowUserList is the members who may have customers (客户联系).
func (c *Client) FollowUserList(ctx context.Context) ([]string, error) {
	a, err := get[struct {
		FollowUser []string `json:"follow_user"`
	}](ctx, c, "/externalcontact/get_follow_user_list", nil)
	return a.FollowUser, err
}

// UnionIDToExternal finds the customer with a unionid. openid is optional.
func (c *Client) UnionIDToExternal(ctx context.Context, unionID, openID string) (string, error) {
	a, err := read[pair](ctx, c, "/externalcontact/unionid_to_external_userid", struct {
		UnionID string `json:"unionid,omitempty"`
		OpenID  string `json:"openid,omitempty"`
	}{unionID, openID})
	return a.ExternalUserID, err
}

// ConvertToOpenID gives a customer's openid, for payments.
func (c *Client) ConvertToOpenID(ctx context.Context, external string) (string, error) {
	a, err := read[struct {
		OpenID string `json:"openid"`
	}](ctx, c, "/externalcontact/convert_to_openid", pair{ExternalUserID: external})
	return a.OpenID, err
}

// OpenGIDToChatID gives the customer group behind a mini program's opengid.
func (c *Client) OpenGIDToChatID(ctx context.Context, openGID string) (string, error) {
	a, err := read[chatID](ctx, c, "/externalcontact/opengid_to_chatid", struct {
		OpenGID string `json:"opengid"`
	}{openGID})
	return a.ChatID, err
}

type chatID struct {
	ChatID string `json:"chat_id,omitempty"`
}
