package customer

import (
	"encoding/json"

	"github.com/tidwall/gjson"
)

// Traits that tell a name or a phone number, the best first.
var (
	nameTraits  = []string{"name", "nickname", "full_name", "real_name", "姓名", "昵称"}
	phoneTraits = []string{"phone", "mobile", "手机", "手机号", "电话"}
)

// NameIn is what opened traits call a customer, "" if nothing does. It is not masked.
func NameIn(traits map[string]json.RawMessage) string { return firstText(traits, nameTraits) }

// PhoneIn is a customer's phone number by opened traits, "" if there is none.
func PhoneIn(traits map[string]json.RawMessage) string { return firstText(traits, phoneTraits) }

func firstText(traits map[string]json.RawMessage, names []string) string {
	for _, name := range names {
		if text := gjson.ParseBytes(traits[name]).String(); text != "" {
			return text
		}
	}
	return ""
}
