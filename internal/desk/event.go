package desk

import (
	"encoding/json"
	"strconv"
	"time"

	"yutang/internal/event"
)

// Channel is the property channel of all events of customer service.
const Channel = "kf"

// IdentityOf is the identity by which a customer of a corp is known.
func IdentityOf(corpID, external string) event.Identity {
	return event.Identity{Type: "external_userid:" + corpID, Value: external}
}

// props are the properties of an event of customer service. Empty ones are left out.
type props struct {
	Corp    string `json:"corp"`
	Channel string `json:"channel"`
	Account string `json:"account"`
	Kind    string `json:"kind,omitempty"`
	Staff   string `json:"staff,omitempty"`
	Before  string `json:"staff_before,omitempty"`
	How     Step   `json:"how,omitempty"`
	Scene   string `json:"scene,omitempty"`
	Param   string `json:"scene_param,omitempty"`
	Welcome *bool  `json:"welcome,omitempty"` // a greeting may be sent
	Message string `json:"message,omitempty"` // id of the one that failed
	Reason  string `json:"reason,omitempty"`
}

// event is what the customer's timeline gets of an item, nil if nothing.
func (s *Service) event(corpID string, it item, now time.Time) *event.Event {
	name, p := it.tells()
	if name == "" || it.external == "" {
		return nil
	}
	return s.told(corpID, it.account, it.external, it.id, name, p, it.at, now)
}

// tells is the event and its properties, "" where an item tells nothing.
func (it item) tells() (name string, p props) {
	switch {
	case it.said() && it.origin == FromCustomer:
		return event.MessageReplied, props{Kind: it.kind}
	case it.said() && it.origin == FromServicer:
		return event.MessageSent, props{Kind: it.kind, Staff: it.servicer}
	case it.kind == eventKind+"msg_send_fail":
		return event.MessageFailed, props{Message: it.failed, Reason: FailReason(it.failType)}
	}
	switch it.step {
	case Entered:
		welcome := it.code != ""
		return event.ServiceStarted, props{How: Entered, Scene: it.scene, Param: it.param, Welcome: &welcome}
	case Taken, Reopened:
		return event.ServiceStarted, props{How: it.step, Staff: it.servicer, Before: it.before}
	case Transferred:
		return event.ServiceTransferred, props{Staff: it.servicer, Before: it.before}
	case Ended:
		return event.ServiceEnded, props{Staff: it.servicer}
	}
	return "", props{}
}

func (s *Service) told(corpID, account, external, id, name string, p props, at, now time.Time) *event.Event {
	p.Corp, p.Channel, p.Account = corpID, Channel, account
	raw, _ := json.Marshal(p) //nolint:errchkjson // texts and a flag
	return &event.Event{
		SourceID: s.Source, MessageID: "kf/" + corpID + "/" + id, Name: name, At: at, ReceivedAt: now,
		Identities: []event.Identity{IdentityOf(corpID, external)}, Props: raw,
	}
}

var failReasons = map[int64]string{
	0: "unknown", 1: "account_deleted", 2: "app_closed", 4: "window_closed", 5: "session_closed", 6: "too_many",
	7: "subject_not_verified", 8: "subject_not_verified", 9: "subject_not_verified", 10: "refused",
}

// FailReason says why the platform could not deliver a message, by its fail_type.
func FailReason(failType int64) string {
	if r := failReasons[failType]; r != "" {
		return r
	}
	return "fail_type_" + strconv.FormatInt(failType, 10)
}
