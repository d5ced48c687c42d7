package retail

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// The packed form is a row of streams, each led by its length and deflated by itself.
// Neighbouring values of a stream are alike, which is what deflate likes.
const (
	sCountry  = iota // names, one a line
	sProduct         // stock code and its descriptions and prices, tab separated
	sInvoice         // per invoice: prefix letter (0 none), number as a difference
	sLines           // per invoice: number of lines
	sMinutes         // per invoice: minutes since the invoice before
	sCustomer        // per invoice: customer id, 0 nobody
	sWhere           // per invoice: place of the country in its list
	sCodeHigh        // per line: place of the product, high byte
	sCodeLow         // per line: the low byte
	sText            // per line: which of the product's descriptions
	sPrice           // per line: which of the product's prices
	sQuantity        // per line
	sLater           // lines that have another time than their invoice's first: place and minutes
	streams
)

// epoch is where times are counted from.
var epoch = time.Date(2010, 12, 1, 0, 0, 0, 0, time.UTC)

// product is one stock code and the texts and prices it was sold under.
type product struct {
	code   string
	texts  []string
	prices []string
}

// source reads one stream.
type source struct {
	r   *bufio.Reader
	err *error
}

func (s source) uint() int {
	n, err := binary.ReadUvarint(s.r)
	if err != nil && *s.err == nil {
		*s.err = fmt.Errorf("retail: read packed data: %w", err)
	}
	return int(n)
}

func (s source) int() int {
	n := uint64(s.uint())
	return int(n>>1) ^ -int(n&1)
}

func (s source) lines() []string {
	text, err := io.ReadAll(s.r)
	if err != nil && *s.err == nil {
		*s.err = err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func open(data []byte, fail *error) ([]source, error) {
	out := make([]source, streams)
	for i := range out {
		n, used := binary.Uvarint(data)
		if used <= 0 || n > uint64(len(data)-used) {
			return nil, io.ErrUnexpectedEOF
		}
		part := data[used : used+int(n)]
		out[i] = source{bufio.NewReader(flate.NewReader(bytes.NewReader(part))), fail}
		data = data[used+int(n):]
	}
	return out, nil
}

func readProducts(lines []string) []product {
	out := make([]product, len(lines))
	for i, line := range lines {
		parts := strings.Split(line, "\t")
		texts, _ := strconv.Atoi(parts[1])
		out[i] = product{code: parts[0], texts: parts[2 : 2+texts], prices: parts[2+texts:]}
	}
	return out
}

// unpack visits all lines.
func unpack(data []byte, visit func(Line) error) (err error) {
	var fail error
	s, err := open(data, &fail)
	if err != nil {
		return err
	}
	u := &unpacker{s: s, countries: s[sCountry].lines(), products: readProducts(s[sProduct].lines())}
	u.later = s[sLater].int()
	for fail == nil {
		prefix, readErr := binary.ReadUvarint(s[sInvoice].r)
		if readErr == io.EOF {
			return nil
		}
		u.invoice(byte(prefix))
		for n := s[sLines].uint(); n > 0 && fail == nil; n-- {
			if err := visit(u.line()); err != nil {
				return err
			}
		}
	}
	return fail
}

// unpacker stands between two lines.
type unpacker struct {
	s         []source
	countries []string
	products  []product
	number    int
	minutes   int
	count     int
	later     int // the next line whose time differs
	current   Line
}

func (u *unpacker) invoice(prefix byte) {
	u.number += u.s[sInvoice].int()
	u.minutes += u.s[sMinutes].int()
	l := Line{Invoice: strconv.Itoa(u.number), At: epoch.Add(time.Duration(u.minutes) * time.Minute)}
	if prefix != 0 {
		l.Invoice = string(rune(prefix)) + l.Invoice
	}
	if id := u.s[sCustomer].uint(); id != 0 {
		l.CustomerID = strconv.Itoa(id) + ".0"
	}
	l.Country = u.countries[u.s[sWhere].uint()%len(u.countries)]
	u.current = l
}

func (u *unpacker) line() Line {
	p := &u.products[(u.s[sCodeHigh].uint()<<8|u.s[sCodeLow].uint())%len(u.products)]
	l := &u.current
	l.StockCode = p.code
	l.Description = p.texts[u.s[sText].uint()%len(p.texts)]
	l.UnitPrice = p.prices[u.s[sPrice].uint()%len(p.prices)]
	l.Quantity = u.s[sQuantity].int()
	if u.count == u.later {
		l.At = l.At.Add(time.Duration(u.s[sLater].int()) * time.Minute)
		u.later += u.s[sLater].int()
	}
	u.count++
	return *l
}

// write writes the CSV.
func write(w *bufio.Writer, data []byte) error {
	if _, err := w.WriteString(Header + "\n"); err != nil {
		return err
	}
	var buf []byte
	return unpack(data, func(l Line) error {
		buf = appendLine(buf[:0], &l)
		_, err := w.Write(buf)
		return err
	})
}

func appendLine(b []byte, l *Line) []byte {
	b = append(append(b, l.Invoice...), ',')
	b = append(append(b, l.StockCode...), ',')
	if strings.ContainsAny(l.Description, ",\"") {
		b = append(b, '"')
		b = append(b, strings.ReplaceAll(l.Description, `"`, `""`)...)
		b = append(b, '"')
	} else {
		b = append(b, l.Description...)
	}
	b = append(b, ',')
	b = append(strconv.AppendInt(b, int64(l.Quantity), 10), ',')
	b = append(l.At.AppendFormat(b, timeLayout), ',')
	b = append(append(b, l.UnitPrice...), ',')
	b = append(append(b, l.CustomerID...), ',')
	return append(append(b, l.Country...), '\n')
}
