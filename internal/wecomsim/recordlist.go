package wecomsim

import "time"

// recordQuery asks for mass messages or moments of a span of time.
type recordQuery struct {
	ChatType string `json:"chat_type"` // of mass messages
	Start    int64  `json:"start_time"`
	End      int64  `json:"end_time"`
	Creator  string `json:"creator"`
	Filter   *int   `json:"filter_type"` // 0 made by the corp, 1 by members, 2 (default) all
	Limit    int    `json:"limit"`
	Cursor   string `json:"cursor"`
	from     int64
}

// check checks the query and fills in what is not given.
func (q *recordQuery) check(c *call, span time.Duration, fallback, most int) error {
	if err := checkSpan(q.Start, q.End, span); err != nil {
		return err
	}
	if q.Filter != nil && (*q.Filter < 0 || *q.Filter > 2) {
		return code(40058, "invalid filter_type")
	}
	var err error
	if q.Limit, err = c.limit(q.Limit, fallback, most); err != nil {
		return err
	}
	q.from, err = c.after(q.Cursor)
	return err
}

// wants says whether a record belongs to the answer. creator is "" for one of the corp.
func (q *recordQuery) wants(seq int64, made time.Time, creator string) bool {
	at := made.Unix()
	if seq <= q.from || at < q.Start || at > q.End || q.Creator != "" && q.Creator != creator {
		return false
	}
	return q.Filter == nil || *q.Filter == 2 || (creator != "") == (*q.Filter == 1)
}

// checkSpan checks a range of unix seconds.
func checkSpan(start, end int64, most time.Duration) error {
	switch {
	case start <= 0 || end <= 0:
		return code(40058, "missing start_time or end_time")
	case end < start || end-start > int64(most/time.Second):
		return code(40058, "invalid range of start_time and end_time")
	}
	return nil
}
