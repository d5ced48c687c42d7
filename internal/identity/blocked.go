package identity

import (
	"strings"
	"unicode"
)

// builtin lists the values that identify nobody: what programs write when they have no
// value, and what people type into a field they do not want to fill. In lower case.
var builtin = map[string][]string{
	AnyType: {
		"null", "(null)", "<null>", "nil", "<nil>", "none", "(none)", "undefined", "nan", "n/a", "na",
		"true", "false", "[object object]", "unknown", "anonymous", "guest", "visitor", "default", "-1",
		"distinctid", "distinct_id", "id", "email", "not_authenticated", "empty", "blank",
		"匿名", "匿名用户", "游客", "访客", "未知", "无", "空", "暂无", "没有",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
		"9774d56d682e549c", // android_id of every emulator and of a well-known faulty batch of phones
	},
	"email": {
		"test@test.com", "null@null.com", "none@none.com", "no@no.com", "noemail@noemail.com",
	},
	"phone": {
		"+8613800138000", "+8613900139000",
	},
}

// BuiltinPatterns describes, for people, the general patterns that are always blocked
// unless an operator allows a value.
var BuiltinPatterns = []string{
	"any type: nothing but spaces, or no letter and no digit",
	"any type: nothing but zeros",
	"phone: the last eight digits are equal",
	"email: noreply@, no-reply@, donotreply@",
}

// blockKey names an entry of the list: a type, a prefix of types or "*", and a value in
// lower case.
type blockKey struct{ typ, value string }

var builtinKeys = func() map[blockKey]bool {
	out := map[blockKey]bool{}
	for typ, values := range builtin {
		for _, v := range values {
			out[blockKey{typ, v}] = true
		}
	}
	return out
}()

// blocks says whether a value identifies nobody. The operators' entries decide before the
// built-in ones, the narrower type before the wider.
func (st *settings) blocks(typ, prefix, value string) bool {
	folded := strings.ToLower(value)
	if len(st.listed) > 0 {
		for _, t := range [...]string{typ, prefix, AnyType} {
			if allowed, found := st.listed[blockKey{t, folded}]; found {
				return !allowed
			}
		}
	}
	return builtinKeys[blockKey{AnyType, folded}] || builtinKeys[blockKey{prefix, folded}] ||
		patternBlocks(prefix, folded)
}

func patternBlocks(prefix, value string) bool {
	if onlyZeros(value) || !strings.ContainsFunc(value, isWordRune) {
		return true
	}
	switch prefix {
	case "phone":
		if len(value) < 11 {
			return false
		}
		tail := value[len(value)-8:]
		return strings.Count(tail, tail[:1]) == len(tail)
	case "email":
		local, _, _ := strings.Cut(value, "@")
		local = strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
		return local == "noreply" || local == "donotreply"
	}
	return false
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// onlyZeros holds for "0", "0000" and the zero UUID.
func onlyZeros(s string) bool {
	zeros := 0
	for i := range len(s) {
		switch s[i] {
		case '0':
			zeros++
		case '-', ':', '.', '+', ' ', '_':
		default:
			return false
		}
	}
	return zeros > 0
}
