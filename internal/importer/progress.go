package importer

import (
	"time"
)

// Progress is how far a running import is.
type Progress struct {
	Counting bool          // the first pass; Total is not known yet
	Rows     int64         // done
	Total    int64         // 0 while counting
	Rate     float64       // rows a second in this run
	Left     time.Duration // estimated; 0 while unknown
}

// Percent is 0 to 100.
func (p Progress) Percent() float64 {
	if p.Total == 0 {
		return 0
	}
	return 100 * float64(p.Rows) / float64(p.Total)
}

// meter turns counts into progress reports.
type meter struct {
	report  func(Progress)
	began   time.Time
	already int64 // rows settled before this run
}

func (m *meter) start(now time.Time, job *Job) {
	m.began, m.already = now, job.Rows()
}

func (m *meter) counting(rows int64) {
	if m.report != nil {
		m.report(Progress{Counting: true, Rows: rows})
	}
}

func (m *meter) importing(now time.Time, job *Job) {
	if m.report == nil {
		return
	}
	p := Progress{Rows: job.Rows(), Total: job.Total}
	if took := now.Sub(m.began).Seconds(); took > 0 {
		p.Rate = float64(p.Rows-m.already) / took
	}
	if p.Rate > 0 {
		p.Left = time.Duration(float64(p.Total-p.Rows) / p.Rate * float64(time.Second))
	}
	m.report(p)
}
