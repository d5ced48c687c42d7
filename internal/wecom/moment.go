package wecom

import (
	"context"
	"net/url"
)

// States of a moment job and of a member's task.
const (
	JobStarted      = 1
	JobRunning      = 2
	JobDone         = 3
	MomentUnsent    = 0
	MomentPublished = 1
)

// MomentTask asks members to publish a moment: text, and up to nine pictures, or one video,
// or one link. Media come from UploadAttachment.
type MomentTask struct {
	Text         *TextContent  `json:"text,omitempty"`
	Attachments  []Attachment  `json:"attachments,omitempty"`
	VisibleRange *VisibleRange `json:"visible_range,omitempty"` // nil: all members, all customers
}

// VisibleRange says who publishes and which customers may see it.
type VisibleRange struct {
	SenderList          *SenderList  `json:"sender_list,omitempty"`
	ExternalContactList *MomentRange `json:"external_contact_list,omitempty"`
}

// SenderList is members and departments.
type SenderList struct {
	UserList       []string `json:"user_list,omitempty"`
	DepartmentList []int64  `json:"department_list,omitempty"`
}

// MomentRange is the customers with any of the corp tags.
type MomentRange struct {
	TagList []string `json:"tag_list,omitempty"`
}

type jobID struct {
	JobID string `json:"jobid"`
}

// AddMomentTask starts a moment and gives the job to ask about, which lives 24 hours.
func (c *Client) AddMomentTask(ctx context.Context, t MomentTask) (string, error) {
	a, err := write[jobID](ctx, c, "/externalcontact/add_moment_task", t)
	return a.JobID, err
}

// MomentJob is how far the making of a moment is.
type MomentJob struct {
	Status int          `json:"status"` // JobStarted, JobRunning, JobDone
	Type   string       `json:"type"`
	Result MomentResult `json:"result"` // with JobDone
}

// MomentResult is the outcome of a moment job.
type MomentResult struct {
	ErrCode         int        `json:"errcode"`
	ErrMsg          string     `json:"errmsg"`
	MomentID        string     `json:"moment_id"`
	InvalidSenders  SenderList `json:"invalid_sender_list"`
	InvalidExternal MomentTags `json:"invalid_external_contact_list"`
}

// MomentTags is the tags that a job did not accept.
type MomentTags = MomentRange

// GetMomentTaskResult asks about a job.
func (c *Client) GetMomentTaskResult(ctx context.Context, job string) (MomentJob, error) {
	return get[MomentJob](ctx, c, "/externalcontact/get_moment_task_result", url.Values{"jobid": {job}})
}

type momentID struct {
	MomentID string `json:"moment_id"`
}

// CancelMomentTask stops what members have not published yet.
func (c *Client) CancelMomentTask(ctx context.Context, moment string) error {
	return put(ctx, c, "/externalcontact/cancel_moment_task", momentID{moment})
}

// MomentFilter selects moments created within 30 days.
type MomentFilter struct {
	StartTime  Unix   `json:"start_time,omitempty"`
	EndTime    Unix   `json:"end_time,omitempty"`
	Creator    string `json:"creator,omitempty"`
	FilterType *int   `json:"filter_type,omitempty"` // 0 the corp's, 1 members' own, 2 all (default)
	Cursor     string `json:"cursor,omitempty"`
	Limit      int    `json:"limit,omitempty"` // 20 at most
}

// Moment is a moment as listed.
type Moment struct {
	MomentID    string         `json:"moment_id"`
	Creator     string         `json:"creator"`
	CreateTime  Unix           `json:"create_time"`
	CreateType  int            `json:"create_type"`  // 0 the corp's, 1 a member's own
	VisibleType int            `json:"visible_type"` // 0 some customers, 1 all
	Text        TextContent    `json:"text"`
	Image       []MediaContent `json:"image"`
	Video       *MomentVideo   `json:"video"`
	Link        *LinkContent   `json:"link"`
}

// MomentVideo is the video of a moment with its cover.
type MomentVideo struct {
	MediaID      string `json:"media_id"`
	ThumbMediaID string `json:"thumb_media_id"`
}

// MomentPage is a page of moments. NextCursor is "" at the end.
type MomentPage struct {
	List       []Moment `json:"moment_list"`
	NextCursor string   `json:"next_cursor"`
}

// GetMomentList lists moments.
func (c *Client) GetMomentList(ctx context.Context, f MomentFilter) (MomentPage, error) {
	return read[MomentPage](ctx, c, "/externalcontact/get_moment_list", f)
}

// MomentUserTask is what one member was asked to publish.
type MomentUserTask struct {
	UserID        string `json:"userid"`
	PublishStatus int    `json:"publish_status"` // MomentUnsent, MomentPublished
}

// MomentTaskPage is a page of members' tasks. NextCursor is "" at the end.
type MomentTaskPage struct {
	List       []MomentUserTask `json:"task_list"`
	NextCursor string           `json:"next_cursor"`
}

type momentQuery struct {
	MomentID string `json:"moment_id"`
	UserID   string `json:"userid,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
	Limit    int    `json:"limit,omitempty"`
}

// GetMomentTask lists who was asked to publish; 1,000 at a time at most.
func (c *Client) GetMomentTask(ctx context.Context, moment, cursor string, limit int) (MomentTaskPage, error) {
	return read[MomentTaskPage](ctx, c, "/externalcontact/get_moment_task", momentQuery{MomentID: moment, Cursor: cursor, Limit: limit})
}

// MomentCustomer is a customer of one member's moment.
type MomentCustomer struct {
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
}

// MomentCustomerPage is a page of customers. NextCursor is "" at the end.
type MomentCustomerPage struct {
	List       []MomentCustomer `json:"customer_list"`
	NextCursor string           `json:"next_cursor"`
}

// GetMomentCustomerList lists the customers a member chose to show the moment to.
func (c *Client) GetMomentCustomerList(ctx context.Context, moment, user, cursor string, limit int) (MomentCustomerPage, error) {
	return read[MomentCustomerPage](ctx, c, "/externalcontact/get_moment_customer_list", momentQuery{moment, user, cursor, limit})
}

// GetMomentSendResult lists the customers who can see a member's moment.
func (c *Client) GetMomentSendResult(ctx context.Context, moment, user, cursor string, limit int) (MomentCustomerPage, error) {
	return read[MomentCustomerPage](ctx, c, "/externalcontact/get_moment_send_result", momentQuery{moment, user, cursor, limit})
}

// MomentReaction is a like or a comment by a member or a customer.
type MomentReaction struct {
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
	CreateTime     Unix   `json:"create_time"`
}

// MomentComments is the reactions to one member's moment.
type MomentComments struct {
	Comments []MomentReaction `json:"comment_list"`
	Likes    []MomentReaction `json:"like_list"`
}

// GetMomentComments reads likes and comments.
func (c *Client) GetMomentComments(ctx context.Context, moment, user string) (MomentComments, error) {
	return read[MomentComments](ctx, c, "/externalcontact/get_moment_comments", momentQuery{MomentID: moment, UserID: user})
}
