package notice

import (
	"strconv"

	"yutang/internal/fault"
)

// Envelope is the outer XML of a callback: who it is for, and the encrypted notice.
type Envelope struct {
	ToUserName string // corp id, or suite id
	AgentID    int64  // 0 when there is none
	Encrypt    string
}

// ParseEnvelope reads the body of a callback.
func ParseEnvelope(raw []byte) (Envelope, error) {
	f, err := parse(raw)
	if err != nil {
		return Envelope{}, err
	}
	e := Envelope{ToUserName: f.first("ToUserName"), AgentID: number(f.first("AgentID")), Encrypt: f.first("Encrypt")}
	if e.Encrypt == "" {
		return Envelope{}, fault.New(fault.Invalid, "notice_envelope", "the callback has no Encrypt element")
	}
	return e, nil
}

// number is a decimal number, 0 for anything else.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
