package maturity

import (
	"fmt"
	"strconv"
	"strings"
)

// Dimension is one axis of the radar.
type Dimension struct {
	ID string `json:"id"`
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Dimensions are the axes, in their order.
var Dimensions = []Dimension{
	{"strategy", "战略与组织", "strategy and organisation"},
	{"traffic", "引流", "traffic in"},
	{"reception", "承接", "reception"},
	{"data", "数据与标签", "data and tags"},
	{"content", "内容与 SOP 运营", "content and operation"},
	{"conversion", "转化与商城", "conversion and shop"},
	{"service", "服务", "service"},
	{"referral", "转介绍与度量", "referral and measurement"},
}

// Question has five answers, 0 to 4. One about a number has the edges between them.
type Question struct {
	ID        string    `json:"id"`
	Dimension string    `json:"dimension"`
	Zh        string    `json:"zh"`
	En        string    `json:"en"`
	AnchorsZh [5]string `json:"answers_zh"`
	AnchorsEn [5]string `json:"answers_en"`
	Board     string    `json:"board,omitempty"`
	Number    string    `json:"number,omitempty"`
	Edges     []float64 `json:"edges,omitempty"` // four; falling where less is better
	share     bool
	do        deed
}

// deed is what helps, and where in the product.
type deed struct{ zh, en, page, report, playbook, effectZh, effectEn string }

// practice is a question about how the team works. Answers are parted by "|".
func practice(dimension, id, zh, en, anchorsZh, anchorsEn string, do deed) Question {
	q := Question{ID: id, Dimension: dimension, Zh: zh, En: en, do: do}
	copy(q.AnchorsZh[:], strings.Split(anchorsZh, "|"))
	copy(q.AnchorsEn[:], strings.Split(anchorsEn, "|"))
	return q
}

// measured is a question about a number of a board.
func measured(dimension, id, zh, en, board, number string, share bool, edges []float64, do deed) Question {
	q := Question{ID: id, Dimension: dimension, Zh: zh, En: en, Board: board, Number: number, Edges: edges, share: share, do: do}
	for i := range q.AnchorsZh {
		switch i {
		case 0:
			q.AnchorsZh[i], q.AnchorsEn[i] = q.word("低于", "以上", edges[0]), q.word("below ", "above ", edges[0])
		case 4:
			q.AnchorsZh[i], q.AnchorsEn[i] = q.word("至少 ", "至多 ", edges[3]), q.word("at least ", "at most ", edges[3])
		default:
			between := q.show(edges[i-1]) + " – " + q.show(edges[i])
			q.AnchorsZh[i], q.AnchorsEn[i] = between, between
		}
	}
	return q
}

func (q *Question) word(rising, falling string, edge float64) string {
	if q.falling() {
		return falling + q.show(edge)
	}
	return rising + q.show(edge)
}

func (q *Question) falling() bool { return q.Edges[0] > q.Edges[3] }

func (q *Question) show(v float64) string {
	if q.share {
		return strconv.FormatFloat(100*v, 'f', -1, 64) + " %"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// rate is the answer that a value gives.
func (q *Question) rate(v float64) (answer int) {
	for _, edge := range q.Edges {
		if !q.falling() && v >= edge || q.falling() && v <= edge {
			answer++
		}
	}
	return answer
}

// why says what the brand's own number is, and the next edge.
func (q *Question) why(v float64) (zh, en string) {
	next := q.Edges[q.rate(v)]
	shown := fmt.Sprintf("%.3g", v)
	if q.share {
		shown = fmt.Sprintf("%.1f %%", 100*v)
	}
	if q.falling() {
		return fmt.Sprintf("%s %s：高于 %s", q.Zh, shown, q.show(next)), fmt.Sprintf("%s %s: above %s", q.En, shown, q.show(next))
	}
	return fmt.Sprintf("%s %s：低于 %s", q.Zh, shown, q.show(next)), fmt.Sprintf("%s %s: below %s", q.En, shown, q.show(next))
}

func find(id string) *Question {
	for i := range questions {
		if questions[i].ID == id {
			return &questions[i]
		}
	}
	return nil
}
