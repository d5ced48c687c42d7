package wecom

import "context"

// States of the transfer of one customer.
const (
	TransferDone     = 1
	TransferWaiting  = 2
	TransferRefused  = 3
	TransferFull     = 4 // the new member has no room
	TransferNoRecord = 5
)

// Transfer hands customers over, up to 100 in a call.
type Transfer struct {
	HandoverUserID string   `json:"handover_userid,omitempty"`
	TakeoverUserID string   `json:"takeover_userid,omitempty"`
	External       []string `json:"external_userid,omitempty"`
	SuccessMsg     string   `json:"transfer_success_msg,omitempty"` // 200 characters; active members only
}

// TransferStart is whether the transfer of one customer began; ErrCode 0 is yes.
type TransferStart struct {
	ExternalUserID string `json:"external_userid"`
	ErrCode        int    `json:"errcode"`
}

type transferStarts struct {
	Customer []TransferStart `json:"customer"`
}

// TransferCustomer hands over customers of an active member. It completes by itself after
// 24 hours unless the customer refuses. A customer is transferred at most twice in 90 days.
func (c *Client) TransferCustomer(ctx context.Context, t Transfer) ([]TransferStart, error) {
	a, err := write[transferStarts](ctx, c, "/externalcontact/transfer_customer", t)
	return a.Customer, err
}

// ResignedTransferCustomer hands over customers of a member who left within a year.
func (c *Client) ResignedTransferCustomer(ctx context.Context, t Transfer) ([]TransferStart, error) {
	a, err := write[transferStarts](ctx, c, "/externalcontact/resigned/transfer_customer", t)
	return a.Customer, err
}

// TransferState is how far the transfer of one customer is.
type TransferState struct {
	ExternalUserID string `json:"external_userid"`
	Status         int    `json:"status"` // TransferDone ... TransferNoRecord
	TakeoverTime   Unix   `json:"takeover_time"`
}

// TransferPage is a page of states. NextCursor is "" at the end.
type TransferPage struct {
	List       []TransferState `json:"customer"`
	NextCursor string          `json:"next_cursor"`
}

type transferQuery struct {
	HandoverUserID string `json:"handover_userid"`
	TakeoverUserID string `json:"takeover_userid"`
	Cursor         string `json:"cursor,omitempty"`
}

// TransferResult lists how far transfers from an active member are, 1,000 at a time.
func (c *Client) TransferResult(ctx context.Context, from, to, cursor string) (TransferPage, error) {
	return read[TransferPage](ctx, c, "/externalcontact/transfer_result", transferQuery{from, to, cursor})
}

// ResignedTransferResult lists how far transfers from a member who left are.
func (c *Client) ResignedTransferResult(ctx context.Context, from, to, cursor string) (TransferPage, error) {
	return read[TransferPage](ctx, c, "/externalcontact/resigned/transfer_result", transferQuery{from, to, cursor})
}

// Unassigned is a customer whose member left and who nobody has taken over.
type Unassigned struct {
	HandoverUserID string `json:"handover_userid"`
	ExternalUserID string `json:"external_userid"`
	DimissionTime  Unix   `json:"dimission_time"`
}

// UnassignedPage is a page of customers to assign.
type UnassignedPage struct {
	List       []Unassigned `json:"info"`
	IsLast     bool         `json:"is_last"`
	NextCursor string       `json:"next_cursor"`
}

// GetUnassignedList lists customers whose member left; 1,000 at a time at most.
func (c *Client) GetUnassignedList(ctx context.Context, cursor string, limit int) (UnassignedPage, error) {
	return read[UnassignedPage](ctx, c, "/externalcontact/get_unassigned_list", struct {
		Cursor   string `json:"cursor,omitempty"`
		PageSize int    `json:"page_size,omitempty"`
	}{cursor, limit})
}

// FailedGroup is a group that was not handed over.
type FailedGroup struct {
	ChatID  string `json:"chat_id"`
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

type groupTransfer struct {
	ChatIDList []string `json:"chat_id_list"`
	NewOwner   string   `json:"new_owner"`
}

type failedGroups struct {
	Failed []FailedGroup `json:"failed_chat_list"`
}

// TransferGroup hands over up to 100 groups of a member who left, and gives those that
// failed. A repeat gives "unchanged" for those already done.
func (c *Client) TransferGroup(ctx context.Context, chats []string, owner string) ([]FailedGroup, error) {
	a, err := write[failedGroups](ctx, c, "/externalcontact/groupchat/transfer", groupTransfer{chats, owner})
	return a.Failed, err
}

// OnjobTransferGroup hands over up to 100 groups of an active member.
func (c *Client) OnjobTransferGroup(ctx context.Context, chats []string, owner string) ([]FailedGroup, error) {
	a, err := write[failedGroups](ctx, c, "/externalcontact/groupchat/onjob_transfer", groupTransfer{chats, owner})
	return a.Failed, err
}
