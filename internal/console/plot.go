package console

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// plot is a small drawing: bars over days, or lines. Its words stand beside it, so nothing
// is lost without it.
type plot struct {
	Title  string
	Legend []mark
	Names  []string // below it: first, last
	Top    string   // the highest value
	Low    string   // the lowest, of lines
	Wide   int
	Rects  []rect
	Paths  []stroke
	Zero   float64 // where the axis lies, 0 at the foot
}

type mark struct{ Class, Name string }

type rect struct {
	Class      string
	X, Y, W, H float64
	Note       string
}

type stroke struct {
	Class string
	D     template.HTMLAttr
}

const plotTall, plotWide = 120.0, 720.0

// column is one day of stacked bars.
type column struct {
	Name   string
	Values []int
	Note   string
}

// stacked draws a column for each day, one colour for each series.
func stacked(title string, series []string, columns []column) plot {
	p := plot{Title: title, Wide: int(plotWide), Zero: plotTall}
	top := 1
	for _, c := range columns {
		sum := 0
		for _, n := range c.Values {
			sum += n
		}
		top = max(top, sum)
	}
	for i, s := range series {
		p.Legend = append(p.Legend, mark{seriesClass(i), s})
	}
	if len(columns) == 0 {
		return p
	}
	p.Top, p.Names = number(top), []string{columns[0].Name, columns[len(columns)-1].Name}
	if len(columns) <= 8 {
		p.Names = p.Names[:0]
		for _, c := range columns {
			p.Names = append(p.Names, c.Name)
		}
	}
	step := min(plotWide/float64(len(columns)), 48)
	p.Wide = max(1, int(math.Round(step*float64(len(columns)))))
	for i, c := range columns {
		p.Rects = append(p.Rects, c.rects(float64(i)*step, step, float64(top))...)
	}
	return p
}

func (c column) rects(x, step, top float64) (out []rect) {
	y := plotTall
	for i, n := range c.Values {
		if n == 0 {
			continue
		}
		h := math.Max(1, float64(n)/top*(plotTall-4))
		y -= h
		out = append(out, rect{Class: seriesClass(i), X: round1(x), Y: round1(y), W: round1(math.Max(1, step*0.8)), H: round1(h), Note: strings.TrimSpace(c.Name + " " + c.Note)})
	}
	return out
}

// losses colours all series but the first as what was lost.
func losses(p plot) plot {
	colours := map[string]string{"s1": "s2", "s2": "s4", "s3": "s5", "s4": "s3", "s5": "s1"}
	for i := range p.Rects {
		if c := colours[p.Rects[i].Class]; c != "" {
			p.Rects[i].Class = c
		}
	}
	for i := range p.Legend {
		if c := colours[p.Legend[i].Class]; c != "" {
			p.Legend[i].Class = c
		}
	}
	return p
}

func seriesClass(i int) string { return fmt.Sprintf("s%d", i%6) }

func round1(f float64) float64 { return math.Round(f*10) / 10 }

// span is a value with the interval around it.
type span struct{ Low, Value, High float64 }

// band draws intervals over time as an area with a line in it, and zero as a rule.
func band(title string, names []string, spans []span, say func(float64) string) plot {
	p := plot{Title: title, Wide: int(plotWide), Names: names}
	if len(spans) == 0 {
		return p
	}
	low, high := 0.0, 0.0
	for _, s := range spans {
		low, high = math.Min(low, s.Low), math.Max(high, s.High)
	}
	if high == low {
		high = low + 1
	}
	y := func(f float64) float64 { return 4 + (high-f)/(high-low)*(plotTall-8) }
	x := func(i int) float64 { return float64(i) / math.Max(1, float64(len(spans)-1)) * plotWide }
	var area, line strings.Builder
	for i, s := range spans {
		fmt.Fprintf(&area, "%s%.1f %.1f", command(i), x(i), y(s.High))
		fmt.Fprintf(&line, "%s%.1f %.1f", command(i), x(i), y(s.Value))
	}
	for i := len(spans) - 1; i >= 0; i-- {
		fmt.Fprintf(&area, "L%.1f %.1f", x(i), y(spans[i].Low))
	}
	area.WriteByte('Z')
	p.Zero, p.Top, p.Low = round1(y(0)), say(high), say(low)
	p.Paths = []stroke{{"area", attribute(area.String())}, {"line", attribute(line.String())}}
	return p
}

// lines draws one line for each series, from zero up.
func linesPlot(title string, names, series []string, values [][]float64, say func(float64) string) plot {
	p := plot{Title: title, Wide: int(plotWide), Names: names, Zero: plotTall - 4}
	top := 0.0
	for _, v := range values {
		for _, f := range v {
			top = math.Max(top, f)
		}
	}
	if top == 0 {
		top = 1
	}
	p.Top = say(top)
	for i, v := range values {
		var line strings.Builder
		for j, f := range v {
			fmt.Fprintf(&line, "%s%.1f %.1f", command(j), float64(j)/math.Max(1, float64(len(v)-1))*plotWide, plotTall-4-f/top*(plotTall-8))
		}
		p.Legend = append(p.Legend, mark{seriesClass(i), series[i]})
		p.Paths = append(p.Paths, stroke{"stroke " + seriesClass(i), attribute(line.String())})
	}
	return p
}

func command(i int) string {
	if i == 0 {
		return "M"
	}
	return "L"
}

// attribute is the path of a drawing: numbers and letters of our own making.
func attribute(d string) template.HTMLAttr {
	return template.HTMLAttr(`d="` + d + `"`) //nolint:gosec // made of numbers only
}
