package wechat

import (
	"errors"
	"strconv"

	"yutang/internal/outreach"
)

// unreadable stands for an answer that is not JSON.
const unreadable = -1000

func asRefusal(err error) (*refusal, bool) { return errors.AsType[*refusal](err) }

// deadToken says that the platform did not accept the token, before anything else.
func deadToken(code int) bool {
	return code == 40001 || code == 40014 || code == 41001 || code == 42001
}

// kind is what is known of the message, and why.
type kind struct {
	verdict outreach.Verdict
	reason  outreach.Reason
}

var (
	template = kind{outreach.Rejected, outreach.BadTemplate}
	address  = kind{outreach.Rejected, outreach.NoAddress}
	refused  = kind{outreach.Rejected, outreach.Refused}
	quota    = kind{outreach.Rejected, outreach.Quota}
	closed   = kind{outreach.Rejected, outreach.WindowClosed}
	account  = kind{outreach.Again, outreach.Account}
	busy     = kind{outreach.Again, outreach.RateLimited}
)

// codes are the error codes that say more than that the platform refuses.
var codes = map[int]kind{
	-1:    busy,                                                    // "try again later"
	40001: account, 40014: account, 41001: account, 42001: account, // token, a second time
	40002: account, 40013: account, 40125: account, 40164: account, 40243: account, 41002: account, 41004: account,
	48001: account, 48004: account, 50002: account, 61024: account, 89503: account, 89501: account, 89506: account, 89507: account,
	45009: busy, 45011: busy, 45029: busy,
	40003: address, 41009: address,
	40037: template, 40004: template, 40007: template, 40165: template, 41006: template, 41028: template, 41030: template,
	44002: template, 44004: template, 45002: template, 45003: template, 45004: template, 45005: template, 45006: template,
	45008: template, 47001: template, 47003: template, 43116: template,
	43004: refused, 43019: refused, 43101: refused, 43107: refused, 50005: refused,
	45015: closed,
	45047: quota, 45065: refused,
}

// judge says what an error code means for a message.
func judge(code int, msgID string) outreach.Outcome {
	o := outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.Refused, Detail: "errcode " + strconv.Itoa(code)}
	if code == 0 {
		return outreach.Outcome{Verdict: outreach.Accepted, ProviderID: msgID}
	}
	if code == unreadable {
		return outreach.Outcome{Reason: outreach.ServerError, Detail: "the answer cannot be read"}
	}
	if k, ok := codes[code]; ok {
		o.Verdict, o.Reason = k.verdict, k.reason
	}
	return o
}
