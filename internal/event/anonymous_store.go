package event

import "context"

const updateBody = `UPDATE event SET body = $2 WHERE seq = $1`

func (l *Log) replaceBody(ctx context.Context, seq uint64, sealed []byte) error {
	n, err := l.db.Exec(ctx, updateBody, int64(seq), sealed)
	if err == nil && n == 0 {
		err = errNoEvent(seq)
	}
	return err
}
