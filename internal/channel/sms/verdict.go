package sms

import (
	"strings"

	"yutang/internal/outreach"
)

// kind of an error code: what is known of the message, and why.
type kind struct {
	verdict outreach.Verdict
	reason  outreach.Reason
}

var (
	template = kind{outreach.Rejected, outreach.BadTemplate}
	address  = kind{outreach.Rejected, outreach.NoAddress}
	refused  = kind{outreach.Rejected, outreach.Refused}
	full     = kind{outreach.Rejected, outreach.Quota} // of this number, so no reason to rest the endpoint
	account  = kind{outreach.Again, outreach.Account}
	busy     = kind{outreach.Again, outreach.RateLimited}
	unsure   = kind{outreach.Unknown, outreach.ServerError}
)

func (k kind) outcome(c, providerID string) outreach.Outcome {
	return outreach.Outcome{Verdict: k.verdict, Reason: k.reason, Detail: code(c), ProviderID: providerID}
}

// aliyunCodes are the documented error codes of SendSms. A code that is not here is a
// refusal: the provider has answered and says that it did not send.
var aliyunCodes = map[string]kind{
	"isv.SMS_TEMPLATE_ILLEGAL":        template,
	"isv.TEMPLATE_MISSING_PARAMETERS": template,
	"isv.TEMPLATE_PARAMS_ILLEGAL":     template,
	"isv.INVALID_PARAMETERS":          template,
	"isv.INVALID_JSON_PARAM":          template,
	"isv.PARAM_LENGTH_LIMIT":          template,
	"isv.PARAM_NOT_SUPPORT_URL":       template,
	"isv.BLACK_KEY_CONTROL_LIMIT":     template,
	"isv.SMS_CONTENT_ILLEGAL":         template,
	"isv.MOBILE_NUMBER_ILLEGAL":       address,
	"isv.PHONE_NUMBER_ILLEGAL":        address,
	"isv.NOT_SUPPORTED_COUNTRY":       address,
	"isv.BUSINESS_LIMIT_CONTROL":      full,
	"isv.DENY_IP_RANGE":               account,
	"isv.SMS_SIGNATURE_ILLEGAL":       account,
	"isv.SMS_SIGN_ILLEGAL":            account,
	"isv.OUT_OF_SERVICE":              account,
	"isv.AMOUNT_NOT_ENOUGH":           account,
	"isv.ACCOUNT_NOT_EXISTS":          account,
	"isv.ACCOUNT_ABNORMAL":            account,
	"isv.PRODUCT_UN_SUBSCRIPT":        account,
	"isv.PRODUCT_UNSUBSCRIBE":         account,
	"isv.DAY_LIMIT_CONTROL":           account,
	"isv.MONTH_LIMIT_CONTROL":         account,
	"isp.RAM_PERMISSION_DENY":         account,
	"InvalidAccessKeyId.NotFound":     account,
	"InvalidAccessKeyId.Inactive":     account,
	"SignatureDoesNotMatch":           account,
	"IncompleteSignature":             account,
	"InvalidTimeStamp.Expired":        account,
	"Forbidden.RAM":                   account,
	"NoPermission":                    account,
	"SignatureNonceUsed":              unsure, // the request was there before
	"isp.SYSTEM_ERROR":                unsure,
	"isp.UNKNOWN":                     unsure,
	"isp.GATEWAY_ERROR":               unsure,
	"InternalError":                   unsure,
	"ServiceUnavailable":              unsure,
	"ServiceUnavailableTemporary":     unsure,
}

func judgeAliyun(c, bizID string) outreach.Outcome {
	if c == aliyunOK {
		return outreach.Outcome{Verdict: outreach.Accepted, Detail: c, ProviderID: bizID}
	}
	if strings.HasPrefix(c, "Throttling") {
		return busy.outcome(c, "")
	}
	if k, ok := aliyunCodes[c]; ok {
		return k.outcome(c, "")
	}
	return refused.outcome(c, "")
}

// tencentCodes are the documented error codes of SendSms, of the call and of its numbers;
// the longest that c begins with counts.
var tencentCodes = map[string]kind{
	"FailedOperation":                                           refused,
	"FailedOperation.ContainSensitiveWord":                      template,
	"FailedOperation.TemplateIncorrectOrUnapproved":             template,
	"FailedOperation.TemplateParamSetNotMatchApprovedTemplate":  template,
	"FailedOperation.TemplateUnapprovedOrNotExist":              template,
	"FailedOperation.MarketingSendTimeConstraint":               refused,
	"FailedOperation.SignatureIncorrectOrUnapproved":            account,
	"FailedOperation.InsufficientBalanceInSmsPackage":           account,
	"FailedOperation.FailResolvePacket":                         template,
	"FailedOperation.PhoneNumberInBlacklist":                    refused,
	"InvalidParameterValue":                                     template,
	"InvalidParameterValue.IncorrectPhoneNumber":                address,
	"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": template,
	"InvalidParameterValue.SdkAppIdNotExist":                    account,
	"InvalidParameter":                                          template,
	"MissingParameter":                                          template,
	"UnknownParameter":                                          template,
	"UnsupportedOperation":                                      refused,
	"UnsupportedOperation.UnsupportedRegion":                    account,
	"LimitExceeded":                                             busy,
	"LimitExceeded.PhoneNumberDailyLimit":                       full,
	"LimitExceeded.PhoneNumberOneHourLimit":                     full,
	"LimitExceeded.PhoneNumberThirtySecondLimit":                full,
	"LimitExceeded.PhoneNumberSameContentDailyLimit":            full,
	"LimitExceeded.PhoneNumberCountLimit":                       refused,
	"LimitExceeded.DailyLimit":                                  account,
	"LimitExceeded.AppDailyLimit":                               account,
	"LimitExceeded.AppCountryOrRegionDailyLimit":                account,
	"LimitExceeded.AppMainlandChinaDailyLimit":                  account,
	"LimitExceeded.AppGlobalDailyLimit":                         account,
	"RequestLimitExceeded":                                      busy,
	"AuthFailure":                                               account,
	"UnauthorizedOperation":                                     account,
	"IpInBlacklist":                                             account,
	"IpNotInWhitelist":                                          account,
	"ResourceInsufficient":                                      account,
	"InternalError":                                             unsure,
	"ServiceUnavailable":                                        unsure,
}

func judgeTencent(c, serial string) outreach.Outcome {
	if c == tencentOK {
		return outreach.Outcome{Verdict: outreach.Accepted, Detail: c, ProviderID: serial}
	}
	for prefix := c; prefix != ""; {
		if k, ok := tencentCodes[prefix]; ok {
			return k.outcome(c, "")
		}
		cut := strings.LastIndexByte(prefix, '.')
		prefix = prefix[:max(cut, 0)]
	}
	return refused.outcome(c, "")
}
