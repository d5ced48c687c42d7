// Package sms speaks to the short-message APIs of Aliyun (dysmsapi 2017-05-25, signed with
// ACS3-HMAC-SHA256) and Tencent Cloud (sms 2021-01-11, signed with TC3-HMAC-SHA256).
//
// Both send approved templates only, and neither deduplicates: a call without an answer
// has an unknown result and is not repeated. Each message carries our reference (OutId,
// SessionContext), by which a delivery report, or a query, finds it again. Promises: what a
// call or a report comes to names codes of the provider, never a number or a text.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"yutang/internal/outreach"
)

// Account is the right to send at a provider.
type Account struct {
	KeyID   string
	Secret  string
	Sign    string // the approved signature, without its brackets
	AppID   string // Tencent: SmsSdkAppId
	Region  string // Tencent; "" is ap-guangzhou
	BaseURL string // "" is the provider's own
}

// Text is one message: an approved template and what to put into it.
type Text struct {
	To       string // E.164, "+8613912345670"
	Ref      string // ours, at most 255 bytes
	Template string
	Params   Params
}

// Params fill a template: by name at Aliyun, by place at Tencent.
type Params struct {
	Named  map[string]string
	Listed []string
}

// UnmarshalJSON takes an object or a list of texts, numbers and booleans.
func (p *Params) UnmarshalJSON(raw []byte) error {
	*p = Params{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
	case []any:
		for _, x := range v {
			text, err := plain(x)
			if err != nil {
				return err
			}
			p.Listed = append(p.Listed, text)
		}
	case map[string]any:
		p.Named = make(map[string]string, len(v))
		for name, x := range v {
			text, err := plain(x)
			if err != nil {
				return err
			}
			p.Named[name] = text
		}
	default:
		return errors.New("parameters are an object or a list")
	}
	return nil
}

func plain(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return strings.Join(strings.Fields(v), " "), nil
	case json.Number:
		return v.String(), nil
	case bool:
		if v {
			return "true", nil
		}
		return "false", nil
	}
	return "", errors.New("a parameter is a text, a number or a boolean")
}

// Vendor is a provider.
type Vendor interface {
	// Send makes one call.
	Send(ctx context.Context, a Account, t Text) outreach.Outcome
	// Ask finds the report of a message by our reference. found is false when the provider
	// does not know the message, or not yet.
	Ask(ctx context.Context, a Account, q Query) (r Report, found bool, err error)
}

// Query names a message that was sent, or perhaps was.
type Query struct {
	To         string
	Ref        string
	ProviderID string // "" if no answer came
	At         time.Time
}

// State is how far a message has come.
type State uint8

// The states of a message at a provider.
const (
	Waiting State = iota // taken, the carrier has not reported yet
	Delivered
	Failed
)

// Report is what a provider says of a message, when asked or by itself.
type Report struct {
	Ref        string // "" where the provider does not tell it
	ProviderID string
	State      State
	Code       string    // the carrier's or the provider's, such as DELIVRD
	At         time.Time // zero: not told
}

// Reply is a message of a customer.
type Reply struct {
	From string // E.164
	Text string
	At   time.Time
}

// optOut finds the words by which carriers and providers let people end messages.
var optOut = regexp.MustCompile(`(?i)^(t|td|n|r|退订|拒收|td退订|unsubscribe|stop)[\s.。!！]*$`)

// OptsOut says whether a reply asks for no more messages.
func (r Reply) OptsOut() bool { return optOut.MatchString(strings.TrimSpace(r.Text)) }

var errReports = errors.New("sms: not a list of reports")

// beijing is the zone in which both providers write times.
var beijing = time.FixedZone("CST", 8*60*60)

func clockTime(text string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, text, beijing)
	if err != nil || t.Year() < 2000 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

// code keeps what looks like a code, so that no message of a provider, which may name a
// number, gets into the ledger.
func code(text string) string {
	if len(text) > 64 || !codePattern.MatchString(text) {
		return "other"
	}
	return text
}

var codePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:-]*$|^-?[0-9]{1,5}$|^[A-Z]{1,3}:[0-9]{1,5}$`)

// international is E.164 from a number and its country code, either of which may be there
// in full: a mainland number may lack the code.
func international(number, country string) string {
	number = strings.TrimSpace(number)
	if strings.HasPrefix(number, "+") {
		return number
	}
	number = strings.TrimPrefix(number, "00")
	if country == "" && len(number) == 11 && number[0] == '1' {
		country = "86"
	}
	return "+" + country + number
}
