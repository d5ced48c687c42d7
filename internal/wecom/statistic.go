package wecom

import "context"

// BehaviorFilter selects whose behaviour to count, from day to day: 30 days at most, not
// older than 180. Several members are summed.
type BehaviorFilter struct {
	UserID    []string `json:"userid,omitempty"`
	PartyID   []int64  `json:"partyid,omitempty"`
	StartTime Unix     `json:"start_time,omitempty"`
	EndTime   Unix     `json:"end_time,omitempty"`
}

// Behavior is one day of contact with customers. The reply fields are nil without chats.
type Behavior struct {
	StatTime            Unix     `json:"stat_time"`
	ChatCnt             int64    `json:"chat_cnt"`
	MessageCnt          int64    `json:"message_cnt"`
	ReplyPercentage     *float64 `json:"reply_percentage"`
	AvgReplyTime        *int64   `json:"avg_reply_time"` // minutes
	NegativeFeedbackCnt int64    `json:"negative_feedback_cnt"`
	NewApplyCnt         int64    `json:"new_apply_cnt"`
	NewContactCnt       int64    `json:"new_contact_cnt"`
}

// GetUserBehaviorData reads the behaviour of members or departments, a row a day.
func (c *Client) GetUserBehaviorData(ctx context.Context, f BehaviorFilter) ([]Behavior, error) {
	a, err := read[struct {
		Data []Behavior `json:"behavior_data"`
	}](ctx, c, "/externalcontact/get_user_behavior_data", f)
	return a.Data, err
}

// GroupStatFilter selects whose groups to count. Days lie between yesterday and 180 days ago.
type GroupStatFilter struct {
	DayBeginTime Unix         `json:"day_begin_time,omitempty"`
	DayEndTime   Unix         `json:"day_end_time,omitempty"`
	OwnerFilter  *OwnerFilter `json:"owner_filter,omitempty"`
	OrderBy      int          `json:"order_by,omitempty"` // 1 new groups, 2 groups, 3 new members, 4 members
	OrderAsc     int          `json:"order_asc,omitempty"`
	Offset       int          `json:"offset,omitempty"`
	Limit        int          `json:"limit,omitempty"` // 1,000 at most
}

// GroupStat is the counts of customer groups.
type GroupStat struct {
	NewChatCnt   int64 `json:"new_chat_cnt"`
	ChatTotal    int64 `json:"chat_total"`
	ChatHasMsg   int64 `json:"chat_has_msg"`
	NewMemberCnt int64 `json:"new_member_cnt"`
	MemberTotal  int64 `json:"member_total"`
	MemberHasMsg int64 `json:"member_has_msg"`
	MsgTotal     int64 `json:"msg_total"`
}

// GroupStatItem is the counts of one owner, or of one day.
type GroupStatItem struct {
	Owner    string    `json:"owner"`
	StatTime Unix      `json:"stat_time"`
	Data     GroupStat `json:"data"`
}

// GroupStatPage is a page of counts by owner. NextOffset is Total or more at the end.
type GroupStatPage struct {
	Items      []GroupStatItem `json:"items"`
	Total      int             `json:"total"`
	NextOffset int             `json:"next_offset"`
}

// GroupChatStatistic counts groups by owner.
func (c *Client) GroupChatStatistic(ctx context.Context, f GroupStatFilter) (GroupStatPage, error) {
	return read[GroupStatPage](ctx, c, "/externalcontact/groupchat/statistic", f)
}

// GroupChatStatisticByDay counts groups of owners by day.
func (c *Client) GroupChatStatisticByDay(ctx context.Context, f GroupStatFilter) ([]GroupStatItem, error) {
	a, err := read[GroupStatPage](ctx, c, "/externalcontact/groupchat/statistic_group_by_day", f)
	return a.Items, err
}
