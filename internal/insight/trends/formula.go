package trends

import (
	"math"
	"strconv"

	"yutang/internal/fault"
)

// formula is arithmetic over the series A, B, C...:
//
//	sum     = product { ("+" | "-") product }
//	product = factor { ("*" | "/") factor }
//	factor  = number | letter | "-" factor | "(" sum ")"
type formula struct {
	op          byte // '+' '-' '*' '/', 'n' a number, 's' a series
	number      float64
	series      int
	left, right *formula
}

const (
	maxFormula = 200 // characters
	maxDepth   = 30
)

func parseFormula(text string, lines int) (*formula, error) {
	if len(text) > maxFormula {
		return nil, fault.BadField("/formula", "is at most %d characters long", maxFormula)
	}
	p := &formulaParser{text: text, lines: lines}
	f, err := p.sum(0)
	if err != nil {
		return nil, err
	}
	if p.peek() != 0 {
		return nil, p.fail()
	}
	return f, nil
}

type formulaParser struct {
	text  string
	at    int
	lines int
}

// peek is the next character that is not a space, 0 at the end.
func (p *formulaParser) peek() byte {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *formulaParser) fail() error {
	return fault.BadField("/formula", "cannot be read at character %d; write arithmetic of the series A, B, C..., such as A/B*100", p.at+1)
}

func (p *formulaParser) sum(depth int) (*formula, error) {
	return p.chain(depth, "+-", func(d int) (*formula, error) { return p.chain(d, "*/", p.factor) })
}

// chain reads operands joined by one of two operators, from the left.
func (p *formulaParser) chain(depth int, ops string, operand func(int) (*formula, error)) (*formula, error) {
	left, err := operand(depth)
	for err == nil {
		op := p.peek()
		if op == 0 || op != ops[0] && op != ops[1] {
			break
		}
		p.at++
		var right *formula
		right, err = operand(depth)
		left = &formula{op: op, left: left, right: right}
	}
	return left, err
}

func (p *formulaParser) factor(depth int) (*formula, error) {
	if depth > maxDepth {
		return nil, fault.BadField("/formula", "is nested too deep")
	}
	c := p.peek()
	switch {
	case c == '(':
		p.at++
		f, err := p.sum(depth + 1)
		if err == nil && p.peek() != ')' {
			err = p.fail()
		}
		p.at++
		return f, err
	case c == '-':
		p.at++
		f, err := p.factor(depth + 1)
		return &formula{op: '-', left: &formula{op: 'n'}, right: f}, err
	case c >= 'A' && c <= 'Z':
		if int(c-'A') >= p.lines {
			return nil, fault.BadField("/formula", "there is no series %c", c)
		}
		p.at++
		return &formula{op: 's', series: int(c - 'A')}, nil
	}
	return p.literal()
}

func (p *formulaParser) literal() (*formula, error) {
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] >= '0' && p.text[p.at] <= '9' || p.text[p.at] == '.') {
		p.at++
	}
	v, err := strconv.ParseFloat(p.text[start:p.at], 64)
	if err != nil {
		p.at = start
		return nil, p.fail()
	}
	return &formula{op: 'n', number: v}, nil
}

// eval works the formula out; nil if a series has no value or something is divided by zero.
func (f *formula) eval(of func(series int) *float64) *float64 {
	switch f.op {
	case 'n':
		return &f.number
	case 's':
		return of(f.series)
	}
	a, b := f.left.eval(of), f.right.eval(of)
	if a == nil || b == nil {
		return nil
	}
	var v float64
	switch f.op {
	case '+':
		v = *a + *b
	case '-':
		v = *a - *b
	case '*':
		v = *a * *b
	case '/':
		v = *a / *b
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
