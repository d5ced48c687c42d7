package wecom

import "context"

// States of a conversation with customer service.
const (
	KfNew   = 0
	KfBot   = 1
	KfQueue = 2
	KfHuman = 3
	KfEnded = 4
)

// KfAccount is a customer-service account (微信客服).
type KfAccount struct {
	OpenKfID        string `json:"open_kfid,omitempty"`
	Name            string `json:"name,omitempty"` // 16 characters
	MediaID         string `json:"media_id,omitempty"`
	Avatar          string `json:"avatar,omitempty"` // in answers
	ManagePrivilege bool   `json:"manage_privilege,omitempty"`
}

type kfAccount struct {
	OpenKfID string `json:"open_kfid"`
}

// KfAccountAdd makes an account and gives its id.
func (c *Client) KfAccountAdd(ctx context.Context, a KfAccount) (string, error) {
	out, err := write[kfAccount](ctx, c, "/kf/account/add", a)
	return out.OpenKfID, err
}

// KfAccountList lists accounts.
func (c *Client) KfAccountList(ctx context.Context, offset, limit int) ([]KfAccount, error) {
	a, err := read[struct {
		List []KfAccount `json:"account_list"`
	}](ctx, c, "/kf/account/list", struct {
		Offset int `json:"offset,omitempty"`
		Limit  int `json:"limit,omitempty"`
	}{offset, limit})
	return a.List, err
}

// KfAccountUpdate changes what is set.
func (c *Client) KfAccountUpdate(ctx context.Context, a KfAccount) error {
	return put(ctx, c, "/kf/account/update", a)
}

// KfAccountDel deletes an account.
func (c *Client) KfAccountDel(ctx context.Context, id string) error {
	return put(ctx, c, "/kf/account/del", kfAccount{id})
}

// KfAddContactWay gives the address of an account. "scene_param" may be appended.
func (c *Client) KfAddContactWay(ctx context.Context, id, scene string) (string, error) {
	a, err := read[struct {
		URL string `json:"url"`
	}](ctx, c, "/kf/add_contact_way", struct {
		OpenKfID string `json:"open_kfid"`
		Scene    string `json:"scene,omitempty"`
	}{id, scene})
	return a.URL, err
}

// KfServicers is who serves an account; 100 members and 20 departments in a call at most.
type KfServicers struct {
	OpenKfID         string   `json:"open_kfid,omitempty"`
	UserIDList       []string `json:"userid_list,omitempty"`
	DepartmentIDList []int64  `json:"department_id_list,omitempty"`
}

// KfServicerResult is the outcome for one member or department; ErrCode 0 is success.
type KfServicerResult struct {
	UserID       string `json:"userid"`
	DepartmentID int64  `json:"department_id"`
	ErrCode      int    `json:"errcode"`
	ErrMsg       string `json:"errmsg"`
}

type kfServicerResults struct {
	List []KfServicerResult `json:"result_list"`
}

// KfServicerAdd adds members.
func (c *Client) KfServicerAdd(ctx context.Context, s KfServicers) ([]KfServicerResult, error) {
	a, err := read[kfServicerResults](ctx, c, "/kf/servicer/add", s)
	return a.List, err
}

// KfServicerDel removes members.
func (c *Client) KfServicerDel(ctx context.Context, s KfServicers) ([]KfServicerResult, error) {
	a, err := read[kfServicerResults](ctx, c, "/kf/servicer/del", s)
	return a.List, err
}

// KfServicer is a member who serves an account.
type KfServicer struct {
	UserID       string `json:"userid"`
	DepartmentID int64  `json:"department_id"`
	Status       int    `json:"status"` // 0 receives, 1 paused
	StopType     int    `json:"stop_type"`
}

// KfServicerList lists who serves an account.
func (c *Client) KfServicerList(ctx context.Context, id string) ([]KfServicer, error) {
	a, err := get[struct {
		List []KfServicer `json:"servicer_list"`
	}](ctx, c, "/kf/servicer/list", map[string][]string{"open_kfid": {id}})
	return a.List, err
}

// KfCustomer is what is known about a customer of an account.
type KfCustomer struct {
	ExternalUserID string `json:"external_userid"`
	Nickname       string `json:"nickname"`
	Avatar         string `json:"avatar"`
	Gender         int    `json:"gender"`
	UnionID        string `json:"unionid"`
}

// KfCustomerBatchGet reads up to 100 customers. invalid is ids that are none.
func (c *Client) KfCustomerBatchGet(ctx context.Context, externals []string) (list []KfCustomer, invalid []string, err error) {
	a, err := read[struct {
		List    []KfCustomer `json:"customer_list"`
		Invalid []string     `json:"invalid_external_userid"`
	}](ctx, c, "/kf/customer/batchget", struct {
		External []string `json:"external_userid_list"`
	}{externals})
	return a.List, a.Invalid, err
}

// KfStatFilter selects days within the last 180.
type KfStatFilter struct {
	OpenKfID       string `json:"open_kfid,omitempty"`
	ServicerUserID string `json:"servicer_userid,omitempty"`
	StartTime      Unix   `json:"start_time,omitempty"`
	EndTime        Unix   `json:"end_time,omitempty"`
}

// KfStat is one day's counts, by the platform's names.
type KfStat struct {
	StatTime  Unix           `json:"stat_time"`
	Statistic map[string]any `json:"statistic"`
}

type kfStats struct {
	List []KfStat `json:"statistic_list"`
}

// KfCorpStatistic counts the corp's conversations by day.
func (c *Client) KfCorpStatistic(ctx context.Context, f KfStatFilter) ([]KfStat, error) {
	a, err := read[kfStats](ctx, c, "/kf/get_corp_statistic", f)
	return a.List, err
}

// KfServicerStatistic counts a member's conversations by day.
func (c *Client) KfServicerStatistic(ctx context.Context, f KfStatFilter) ([]KfStat, error) {
	a, err := read[kfStats](ctx, c, "/kf/get_servicer_statistic", f)
	return a.List, err
}
