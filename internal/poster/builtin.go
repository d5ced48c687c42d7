package poster

import (
	"embed"
	"encoding/json"
)

//go:embed builtin/*.json
var builtinFiles embed.FS

// Example is a template that comes with the program and needs no picture.
type Example struct {
	Key      string          `json:"key"`
	Name     string          `json:"name"`
	English  string          `json:"english"`
	Template json.RawMessage `json:"template"`
}

// Examples are the built-in templates. What their texts say besides the member's name comes
// from values: title, subtitle, date and the like, each with a fallback.
var Examples = []Example{
	{Key: "festival", Name: "节日大促", English: "Festival sale", Template: builtin("festival")},
	{Key: "new_product", Name: "新品上市", English: "New product", Template: builtin("new_product")},
	{Key: "member_day", Name: "会员日", English: "Member day", Template: builtin("member_day")},
}

func builtin(name string) json.RawMessage {
	raw, err := builtinFiles.ReadFile("builtin/" + name + ".json")
	if err != nil {
		panic("poster: " + err.Error()) // embedded at build time
	}
	return raw
}
