package notice

// known lists the kinds of events by change type. Rooms handle some of them; the others are
// known to need nothing.
var known = map[string][]string{
	ExternalContact: {AddContact, AddHalfContact, EditContact, DelContact, DelFollowUser, TransferFail, ArchiveApproved},
	ExternalChat:    {Create, Update, Dismiss},
	ExternalTag:     {Create, Update, Delete, Shuffle},
	Acquisition: {
		"balance_low", "balance_exhausted", "quota_expire_soon", "delete_link", "link_unavailable",
		"friend_request", "customer_start_chat",
	},
	Directory: {
		"create_user", "update_user", "delete_user", "create_party", "update_party", "delete_party", "update_tag",
	},
	KfMessage:     {""},
	KfAccountAuth: {""},
	Archive:       {""},
	BatchJob:      {""},
	Message:       {"text", "image", "voice", "video", "location", "link"},

	"subscribe": {""}, "unsubscribe": {""}, "enter_agent": {""}, "click": {""}, "view": {""},
	"template_card_event": {""},
	// Third-party apps only.
	"suite_ticket": {""}, "create_auth": {""}, "change_auth": {""}, "cancel_auth": {""},
}

// Key names what the notice is about. Notices of one corp with one key must be handled in
// order; those of different keys need not.
func (n Notice) Key() string {
	switch {
	case n.Event == Message || n.Event != Directory && n.Event != ExternalContact && n.From != "" && n.From != "sys":
		return "from:" + n.From
	case n.ExternalUserID != "":
		return "external:" + n.ExternalUserID
	case n.ChatID != "":
		return "chat:" + n.ChatID
	case n.Event == ExternalTag:
		return "tag"
	case n.Event == Directory && n.UserID != "":
		return "user:" + n.UserID
	case n.Event == Directory && n.ID != "":
		return "department:" + n.ID
	case n.Event == Directory && n.TagID != "":
		return "stafftag:" + n.TagID
	case n.LinkID != "":
		return "link:" + n.LinkID
	case n.OpenKfID != "":
		return "kf:" + n.OpenKfID
	}
	return "event:" + n.Event
}
