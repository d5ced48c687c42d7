package identity

import "strings"

// NormalizePhone writes a phone number in E.164. A number without a country code is
// Chinese. It knows mobiles, landlines with area code, the prefixes 0086, 86 and +86, and
// foreign numbers after + or 00. Masked, short, service and extension numbers are refused:
// they do not name one person.
func NormalizePhone(s string) (string, bool) {
	digits, plus, ok := phoneDigits(s)
	if !ok {
		return "", false
	}
	if !plus {
		if rest, found := strings.CutPrefix(digits, "00"); found {
			digits, plus = rest, true
		}
	}
	if plus {
		if national, found := strings.CutPrefix(digits, "86"); found {
			return chinesePhone(national, true)
		}
		if len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
			return "", false
		}
		return "+" + digits, true
	}
	if national, found := strings.CutPrefix(digits, "86"); found && isMobile(national) {
		return "+86" + national, true
	}
	return chinesePhone(digits, false)
}

// phoneDigits drops separators, turns full-width signs into ASCII and says whether the
// number starts with a plus.
func phoneDigits(s string) (digits string, plus, ok bool) {
	var buf [24]byte
	out := buf[:0]
	for _, r := range s {
		if r >= '０' && r <= '９' {
			r = r - '０' + '0'
		}
		switch {
		case r >= '0' && r <= '9':
			if len(out) == cap(out) {
				return "", false, false
			}
			out = append(out, byte(r))
		case (r == '+' || r == '＋') && !plus && len(out) == 0:
			plus = true
		case strings.ContainsRune(" \t\r\n-–—－.()（）·\u00a0\u3000\u200b\u202a\u202c\ufeff", r):
		default:
			return "", false, false
		}
	}
	return string(out), plus, len(out) > 0
}

// chinesePhone reads a number without its country code. Abroad says that a country code
// stood before it, so the area code may lack its leading 0.
func chinesePhone(n string, abroad bool) (string, bool) {
	rest, trunk := strings.CutPrefix(n, "0")
	switch {
	case isMobile(rest):
		return "+86" + rest, true
	case (trunk || abroad) && isLandline(rest):
		return "+86" + rest, true
	}
	return "", false
}

func isMobile(n string) bool { return len(n) == 11 && n[0] == '1' && n[1] >= '3' }

// isLandline checks area code and subscriber number, without the leading 0: two digits
// and eight for 10 and 2x, else three digits and seven or eight.
func isLandline(n string) bool {
	if len(n) < 10 {
		return false
	}
	area := 3
	switch {
	case n[0] == '2' || (n[0] == '1' && n[1] == '0'):
		area = 2
	case n[0] < '3':
		return false
	}
	subscriber := n[area:]
	if subscriber[0] < '2' {
		return false
	}
	return len(subscriber) == 8 || (area == 3 && len(subscriber) == 7)
}
