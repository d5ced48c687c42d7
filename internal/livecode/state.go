package livecode

import (
	"encoding/base32"
	"encoding/binary"
	"strings"

	"yutang/internal/seal"
)

// stateText writes states; they must be short, and survive whatever lower-cases them.
var stateText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// statePrefix starts every state of a live code.
const statePrefix = "y"

// maxNumber is the highest number that a state can carry.
const maxNumber = 1<<40 - 1

// stateOf is the state token of the code with this number: a prefix, the number, and a
// check under our key. So an orphan at the platform is known as ours for certain before
// it is deleted.
func stateOf(box *seal.Box, corp string, number int64) string {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(number))
	body := statePrefix + stateText.EncodeToString(raw[3:])
	check := box.Blind("livecode.state:"+corp, body)
	return body + stateText.EncodeToString(check[:5])
}

// numberOf reads a state that we made for this corp.
func numberOf(box *seal.Box, corp, state string) (int64, bool) {
	rest, ok := strings.CutPrefix(state, statePrefix)
	if !ok || len(rest) != 16 {
		return 0, false
	}
	raw, err := stateText.DecodeString(rest[:8])
	if err != nil {
		return 0, false
	}
	number := int64(binary.BigEndian.Uint64(append([]byte{0, 0, 0}, raw...)))
	return number, number > 0 && stateOf(box, corp, number) == state
}
