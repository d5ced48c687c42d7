package event

// Standard event names: Segment's e-commerce names, and ours. Any other name is allowed.
const (
	ProductViewed     = "Product Viewed"
	ProductAdded      = "Product Added"
	CheckoutStarted   = "Checkout Started"
	OrderCompleted    = "Order Completed"
	OrderRefunded     = "Order Refunded"
	OrderCancelled    = "Order Cancelled"
	CouponApplied     = "Coupon Applied"
	ContactAdded      = "Contact Added"
	ContactDeleted    = "Contact Deleted"
	ContactLost       = "Contact Lost"
	ContactHalfAdded  = "Contact Half Added" // the customer added, the member has not confirmed
	ContactEdited     = "Contact Edited"     // a member changed remark or tags
	TransferStarted   = "Transfer Started"   // of a customer to another member
	TransferCompleted = "Transfer Completed"
	TransferFailed    = "Transfer Failed" // refused, or the other member is full
	MomentLiked       = "Moment Liked"
	MomentCommented   = "Moment Commented"
	MessageDelivered  = "Message Delivered"
	MessageFailed     = "Message Failed"
	MessageSent       = "Message Sent" // a member wrote to the customer
	MessageReplied    = "Message Replied"
	GroupJoined       = "Group Joined"
	GroupLeft         = "Group Left"
	MaterialOpened    = "Material Opened"
	MaterialForwarded = "Material Forwarded"
	FormSubmitted     = "Form Submitted"
	ReferralCompleted = "Referral Completed"
	TagAdded          = "Tag Added"
	TagRemoved        = "Tag Removed"
	CouponIssued      = "Coupon Issued"
	CouponRedeemed    = "Coupon Redeemed"
	TaskCompleted     = "Task Completed" // a member did what a playbook asked for this customer; properties task, playbook, step, staff, result
	TaskOverdue       = "Task Overdue"
	LinkClicked       = "Link Clicked" // a short link; properties link, url, playbook, step
	ConsentGiven      = "Consent Given"
	ConsentWithdrawn  = "Consent Withdrawn"

	ServiceStarted     = "Service Started" // a customer entered customer service, or a servicer took over; property how
	ServiceTransferred = "Service Transferred"
	ServiceEnded       = "Service Ended"

	Identified      = "Identified"       // Segment identify, 神策 profile_*: traits changed
	IdentityLinked  = "Identity Linked"  // Segment alias, 神策 track_signup
	PageViewed      = "Page Viewed"      // Segment page
	ScreenViewed    = "Screen Viewed"    // Segment screen
	GroupIdentified = "Group Identified" // Segment group
	ItemUpdated     = "Item Updated"     // 神策 item_set, item_delete; of nobody
	ProfileErased   = "Profile Erased"   // 神策 profile_delete

	TierChanged  = "Tier Changed"  // internal; properties kind, from, to, direction
	StageChanged = "Stage Changed" // the same for the stages of aipl and aarrr
)

// The directions of a change of tier or stage.
const (
	Up   = "up"
	Down = "down"
)

// InternalNames are the events that the product records about its own conclusions. They are
// in a customer's history, but the customer did nothing: they are no activity, and "any
// event" does not mean them.
func InternalNames() []string { return []string{TierChanged, StageChanged} }

// Internal says whether the name is one of InternalNames.
func Internal(name string) bool { return name == TierChanged || name == StageChanged }
