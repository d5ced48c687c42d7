package livecode

import (
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"

	"yutang/internal/seal"
)

// stateText writes states; they must be short, and survive whatever lower-cases them.
var stateText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// statePrefix starts every state of a live code.
const statePrefix = "y"

// numberBytes is how many bytes of a number a state carries, maxNumber the highest of them.
const (
	numberBytes = 7
	maxNumber   = 1<<(8*numberBytes) - 1
)

// stateLen is how long a state is: the prefix, 12 characters of number and 8 of check.
const stateLen = len(statePrefix) + 12 + 8

// nextNumber is the first free number: the microsecond, or the one after the last if that
// is not over yet. Codes are stored more slowly than one in a microsecond, so a number is
// never ahead of the clock, and a database that was put back to an earlier copy does not
// give away again what it had given since.
func nextNumber(last int64, now time.Time) int64 { return max(last+1, now.UnixMicro()) }

// stateOf is the state token of the code with this number: a prefix, the number, and a
// check under our key. So a contact way of ours is known for certain from one that others
// made; which copy of our database made it is another question, see Collect.
func stateOf(box *seal.Box, corp string, number int64) string {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(number))
	body := statePrefix + stateText.EncodeToString(raw[8-numberBytes:])
	check := box.Blind("livecode.state:"+corp, body)
	return body + stateText.EncodeToString(check[:5])
}

// numberOf reads a state that we made for this corp.
func numberOf(box *seal.Box, corp, state string) (int64, bool) {
	if len(state) != stateLen || !strings.HasPrefix(state, statePrefix) {
		return 0, false
	}
	raw, err := stateText.DecodeString(state[len(statePrefix) : stateLen-8])
	if err != nil {
		return 0, false
	}
	number := int64(binary.BigEndian.Uint64(append(make([]byte, 8-numberBytes), raw...)))
	return number, number > 0 && stateOf(box, corp, number) == state
}
