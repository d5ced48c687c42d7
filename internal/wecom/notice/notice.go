// Package notice turns the decrypted XML of a callback into a Notice.
//
// It reads both envelopes, that of self-built apps (ToUserName, Event) and that of
// third-party apps (SuiteId, AuthCorpId, InfoType), and gives the same Notice for both.
// A kind of event that it does not know parses too, and says so; its values are in Fields.
// A notice is a hint: it may be repeated, late, out of order or missing, and changes made
// through the API raise none. Parsing has no effect and needs no key.
package notice

import (
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Events. Where the platform divides an event, ChangeType says which it is.
const (
	ExternalContact = "change_external_contact"
	ExternalChat    = "change_external_chat"
	ExternalTag     = "change_external_tag"
	Acquisition     = "customer_acquisition"
	Directory       = "change_contact"
	KfMessage       = "kf_msg_or_event"
	KfAccountAuth   = "kf_account_auth_change"
	Archive         = "msgaudit_notify"
	BatchJob        = "batch_job_result"
	Message         = "message" // a message to the app; ChangeType is its MsgType
)

// Change types of ExternalContact, ExternalChat and ExternalTag.
const (
	AddContact      = "add_external_contact"
	AddHalfContact  = "add_half_external_contact"
	EditContact     = "edit_external_contact"
	DelContact      = "del_external_contact" // by the member
	DelFollowUser   = "del_follow_user"      // by the customer
	TransferFail    = "transfer_fail"
	ArchiveApproved = "msg_audit_approved"
	Create          = "create"
	Update          = "update"
	Dismiss         = "dismiss"
	Delete          = "delete"
	Shuffle         = "shuffle"
)

// Values of Source, FailReason and UpdateDetail.
const (
	DeletedByTransfer = "DELETE_BY_TRANSFER"
	CustomerRefused   = "customer_refused"
	LimitExceeded     = "customer_limit_exceed"
	AddMember         = "add_member"
	DelMember         = "del_member"
	ChangeOwner       = "change_owner"
	ChangeName        = "change_name"
	ChangeNotice      = "change_notice"
)

// Notice is what a callback says. Fields that its kind does not have are zero.
type Notice struct {
	Corp       string // corp id, whichever envelope
	Suite      string // third-party apps only
	Agent      int64
	Event      string
	ChangeType string
	Known      bool // the kind is one that this package knows
	At         time.Time
	From       string // FromUserName: "sys", or the member who wrote or clicked

	UserID, ExternalUserID string
	State                  string // of the contact way, or the channel of an acquisition link
	WelcomeCode            string // 20 seconds, once
	Source, FailReason     string

	ChatID, UpdateDetail  string
	JoinScene             int // with AddMember: 0 invited, 3 by code
	QuitScene             int // with DelMember: 0 left, 1 removed
	MemChangeCnt          int
	MemChangeList         []string // userids or external userids
	LastMemVer, CurMemVer string   // LastMemVer differs from what we hold: a notice was lost

	ID         string // tag, group of tags or department
	TagType    string // "tag" or "tag_group"
	StrategyID string
	LinkID     string

	NewUserID                        string // with update_user, when the id changes
	TagID                            string // of a staff tag
	AddUserItems, DelUserItems       []string
	AddPartyItems, DelPartyItems     []string
	Token, OpenKfID                  string // of KfMessage; the token lives ten minutes
	AuthAddOpenKfID, AuthDelOpenKfID []string
	MsgID, EventKey                  string

	Fields map[string][]string // every text by the path of its element, such as "ExtAttr/Item/Name"
}

// Parse reads the decrypted XML of a callback. It fails only when the XML is damaged or says
// neither whom nor what it is about.
func Parse(plain []byte) (Notice, error) {
	f, err := parse(plain)
	if err != nil {
		return Notice{}, err
	}
	n := Notice{Fields: f}
	n.envelope(f)
	n.contact(f)
	n.group(f)
	n.directory(f)
	n.rest(f)
	n.Known = slices.Contains(known[n.Event], n.ChangeType)
	return n, n.complete()
}

// envelope reads what all notices have, in either form.
func (n *Notice) envelope(f fields) {
	n.Corp, n.Suite, n.From = f.first("ToUserName"), f.first("SuiteId"), f.first("FromUserName")
	n.Event, n.ChangeType = f.first("Event"), f.first("ChangeType")
	stamp := f.first("CreateTime")
	if info := f.first("InfoType"); info != "" {
		n.Event, stamp = info, f.first("TimeStamp")
		n.Corp = f.first("AuthCorpId")
	}
	if kind := f.first("MsgType"); n.Event == "" && kind != "" && kind != "event" {
		n.Event, n.ChangeType = Message, kind
	}
	if s := number(stamp); s > 0 && s < 1<<36 {
		n.At = time.Unix(s, 0).UTC()
	}
	n.Agent = number(f.first("AgentID"))
}

func (n *Notice) contact(f fields) {
	n.UserID, n.ExternalUserID = f.first("UserID"), f.first("ExternalUserID")
	n.State, n.WelcomeCode = f.first("State"), f.first("WelcomeCode")
	n.Source, n.FailReason = f.first("Source"), f.first("FailReason")
}

func (n *Notice) group(f fields) {
	n.ChatID, n.UpdateDetail = f.first("ChatId"), f.first("UpdateDetail")
	n.JoinScene, n.QuitScene = int(number(f.first("JoinScene"))), int(number(f.first("QuitScene")))
	n.MemChangeCnt = int(number(f.first("MemChangeCnt")))
	n.MemChangeList = f["MemChangeList/Item"]
	if n.MemChangeList == nil {
		n.MemChangeList = split(f.first("MemChangeList"))
	}
	n.LastMemVer, n.CurMemVer = f.first("LastMemVer"), f.first("CurMemVer")
}

func (n *Notice) directory(f fields) {
	n.ID, n.TagType, n.StrategyID = f.first("Id"), f.first("TagType"), f.first("StrategyId")
	n.NewUserID, n.TagID = f.first("NewUserID"), f.first("TagId")
	n.AddUserItems, n.DelUserItems = split(f.first("AddUserItems")), split(f.first("DelUserItems"))
	n.AddPartyItems, n.DelPartyItems = split(f.first("AddPartyItems")), split(f.first("DelPartyItems"))
}

func (n *Notice) rest(f fields) {
	n.LinkID, n.Token, n.OpenKfID = f.first("LinkId"), f.first("Token"), f.first("OpenKfId")
	n.AuthAddOpenKfID, n.AuthDelOpenKfID = f["AuthAddOpenKfId"], f["AuthDelOpenKfId"]
	n.MsgID, n.EventKey = f.first("MsgId"), f.first("EventKey")
}

func split(list string) []string {
	var out []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

// Text is the first text of an element by its path, "" if there is none. has tells an empty
// element from a missing one: updates hold only what changed.
func (n Notice) Text(path string) (text string, has bool) {
	return fields(n.Fields).first(path), len(n.Fields[path]) > 0
}

// complete refuses a notice that does not say what it is about.
func (n Notice) complete() error {
	missing := ""
	switch {
	case n.Event == "":
		missing = "Event"
	case n.Corp == "" && n.Suite == "":
		missing = "ToUserName"
	case n.Event == ExternalContact && n.Known && n.ExternalUserID == "":
		missing = "ExternalUserID"
	case n.Event == ExternalContact && n.Known && n.UserID == "":
		missing = "UserID"
	case n.Event == ExternalChat && n.Known && n.ChatID == "":
		missing = "ChatId"
	default:
		return nil
	}
	return fault.New(fault.Invalid, "notice_incomplete", "the notice has no %s", missing)
}
