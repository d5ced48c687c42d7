package wecom

import "context"

// AcquisitionRange is who a link leads to.
type AcquisitionRange struct {
	UserList       []string `json:"user_list,omitempty"`
	DepartmentList []int64  `json:"department_list,omitempty"`
}

// AcquisitionLink is a link (获客链接) through which customers add staff. "?customer_channel="
// with up to 64 bytes may be appended to URL; it comes back as the state.
type AcquisitionLink struct {
	LinkID     string `json:"link_id,omitempty"`
	LinkName   string `json:"link_name,omitempty"`
	URL        string `json:"url,omitempty"`
	CreateTime Unix   `json:"create_time,omitempty"`
}

// AcquisitionDetail is a link with its settings.
type AcquisitionDetail struct {
	Link       AcquisitionLink  `json:"link"`
	Range      AcquisitionRange `json:"range"`
	SkipVerify bool             `json:"skip_verify"`
}

type linkQuery struct {
	LinkID string `json:"link_id,omitempty"`
	Cursor string `json:"cursor,omitempty"`
	Limit  int    `json:"limit,omitempty"`
}

// AcquisitionListLink lists the ids of this app's links; 100 at a time at most.
func (c *Client) AcquisitionListLink(ctx context.Context, cursor string, limit int) (ids []string, next string, err error) {
	a, err := read[struct {
		LinkIDList []string `json:"link_id_list"`
		NextCursor string   `json:"next_cursor"`
	}](ctx, c, "/externalcontact/customer_acquisition/list_link", linkQuery{Cursor: cursor, Limit: limit})
	return a.LinkIDList, a.NextCursor, err
}

// AcquisitionGet reads a link.
func (c *Client) AcquisitionGet(ctx context.Context, id string) (AcquisitionDetail, error) {
	return read[AcquisitionDetail](ctx, c, "/externalcontact/customer_acquisition/get", linkQuery{LinkID: id})
}

// AcquisitionSettings makes or changes a link. In a change only what is set is changed.
type AcquisitionSettings struct {
	LinkID     string            `json:"link_id,omitempty"`
	LinkName   string            `json:"link_name,omitempty"`
	Range      *AcquisitionRange `json:"range,omitempty"`
	SkipVerify *bool             `json:"skip_verify,omitempty"`
}

// AcquisitionCreateLink makes a link.
func (c *Client) AcquisitionCreateLink(ctx context.Context, s AcquisitionSettings) (AcquisitionLink, error) {
	a, err := write[AcquisitionDetail](ctx, c, "/externalcontact/customer_acquisition/create_link", s)
	return a.Link, err
}

// AcquisitionUpdateLink changes a link.
func (c *Client) AcquisitionUpdateLink(ctx context.Context, s AcquisitionSettings) error {
	return put(ctx, c, "/externalcontact/customer_acquisition/update_link", s)
}

// AcquisitionDeleteLink deletes a link for good.
func (c *Client) AcquisitionDeleteLink(ctx context.Context, id string) error {
	return put(ctx, c, "/externalcontact/customer_acquisition/delete_link", linkQuery{LinkID: id})
}

// AcquisitionCustomer is a customer who came through a link.
type AcquisitionCustomer struct {
	ExternalUserID string `json:"external_userid"`
	UserID         string `json:"userid"`
	ChatStatus     int    `json:"chat_status"` // 1: the customer has written
	State          string `json:"state"`
}

// AcquisitionCustomerPage is a page of customers. NextCursor is "" at the end.
type AcquisitionCustomerPage struct {
	List       []AcquisitionCustomer `json:"customer_list"`
	NextCursor string                `json:"next_cursor"`
}

// AcquisitionCustomers lists who came through a link; 1,000 at a time at most.
func (c *Client) AcquisitionCustomers(ctx context.Context, link, cursor string, limit int) (AcquisitionCustomerPage, error) {
	return read[AcquisitionCustomerPage](ctx, c, "/externalcontact/customer_acquisition/customer", linkQuery{link, cursor, limit})
}

// AcquisitionQuota is how many customers may still come through links.
type AcquisitionQuota struct {
	Total     int64 `json:"total"`
	Balance   int64 `json:"balance"`
	QuotaList []struct {
		ExpireDate Unix  `json:"expire_date"`
		Balance    int64 `json:"balance"`
	} `json:"quota_list"`
}

// AcquisitionQuota reads the corp's quota.
func (c *Client) AcquisitionQuota(ctx context.Context) (AcquisitionQuota, error) {
	return get[AcquisitionQuota](ctx, c, "/externalcontact/customer_acquisition_quota", nil)
}

// AcquisitionStatistic is the use of a link.
type AcquisitionStatistic struct {
	Clicks       int64 `json:"click_link_customer_cnt"`
	NewCustomers int64 `json:"new_customer_cnt"`
}

// AcquisitionStatistic reads the use of a link between two days.
func (c *Client) AcquisitionStatistic(ctx context.Context, link string, from, to Unix) (AcquisitionStatistic, error) {
	return read[AcquisitionStatistic](ctx, c, "/externalcontact/customer_acquisition/statistic", struct {
		LinkID    string `json:"link_id"`
		StartTime Unix   `json:"start_time"`
		EndTime   Unix   `json:"end_time"`
	}{link, from, to})
}
