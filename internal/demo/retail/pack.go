package retail

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Pack makes the packed form from the CSV text. It is how online_retail.bin was made.
func Pack(text io.Reader) ([]byte, error) {
	r := csv.NewReader(text)
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("retail: read CSV: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != Header {
		return nil, fmt.Errorf("retail: the header is not %s", Header)
	}
	p := &packer{codes: map[string]int{}}
	for _, cells := range rows[1:] {
		if err := p.add(cells); err != nil {
			return nil, fmt.Errorf("retail: pack invoice %s: %w", cells[0], err)
		}
	}
	return p.bytes()
}

// packer gathers the streams.
type packer struct {
	out       [streams][]byte
	countries []string
	products  []product
	codes     map[string]int
	invoice   string
	at        time.Time
	number    int
	minutes   int // of the invoice before
	lines     int
	count     int
	later     int
}

func (p *packer) uint(stream, n int) {
	p.out[stream] = binary.AppendUvarint(p.out[stream], uint64(n))
}

func (p *packer) int(stream, n int) {
	p.uint(stream, int(uint64(n)<<1^uint64(n>>63)))
}

func (p *packer) add(c []string) error {
	at, err := time.Parse(timeLayout, c[4])
	if err != nil {
		return err
	}
	if c[0] != p.invoice {
		if err := p.begin(c, at); err != nil {
			return err
		}
	}
	code, known := p.codes[c[1]]
	if !known {
		code = len(p.products)
		p.codes[c[1]] = code
		p.products = append(p.products, product{code: c[1]})
	}
	quantity, err := strconv.Atoi(c[3])
	if err != nil {
		return err
	}
	p.uint(sCodeHigh, code>>8)
	p.uint(sCodeLow, code&0xff)
	p.uint(sText, place(&p.products[code].texts, c[2]))
	p.uint(sPrice, place(&p.products[code].prices, c[5]))
	p.int(sQuantity, quantity)
	if !at.Equal(p.at) {
		p.int(sLater, p.count-p.later)
		p.int(sLater, int(at.Sub(p.at)/time.Minute))
		p.later, p.at = p.count, at
	}
	p.count++
	p.lines++
	return nil
}

// begin starts an invoice.
func (p *packer) begin(c []string, at time.Time) error {
	p.end()
	digits := strings.TrimLeft(c[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	number, err := strconv.Atoi(digits)
	if err != nil || len(c[0])-len(digits) > 1 {
		return fmt.Errorf("not a letter and a number")
	}
	prefix := 0
	if len(digits) < len(c[0]) {
		prefix = int(c[0][0])
	}
	customer := 0
	if c[6] != "" {
		if customer, err = strconv.Atoi(strings.TrimSuffix(c[6], ".0")); err != nil {
			return err
		}
	}
	minutes := int(at.Sub(epoch) / time.Minute)
	p.uint(sInvoice, prefix)
	p.int(sInvoice, number-p.number)
	p.int(sMinutes, minutes-p.minutes)
	p.uint(sCustomer, customer)
	p.uint(sWhere, place(&p.countries, c[7]))
	p.invoice, p.at, p.number, p.minutes = c[0], at, number, minutes
	return nil
}

func (p *packer) end() {
	if p.lines > 0 {
		p.uint(sLines, p.lines)
		p.lines = 0
	}
}

// place is where text stands in the list; it is added if it does not.
func place(list *[]string, text string) int {
	i := slices.Index(*list, text)
	if i < 0 {
		i = len(*list)
		*list = append(*list, text)
	}
	return i
}

func (p *packer) bytes() ([]byte, error) {
	p.end()
	p.int(sLater, Rows) // no line comes after
	p.out[sCountry] = []byte(strings.Join(p.countries, "\n"))
	for _, pr := range p.products {
		cells := append([]string{pr.code, strconv.Itoa(len(pr.texts))}, append(pr.texts, pr.prices...)...)
		p.out[sProduct] = append(append(p.out[sProduct], strings.Join(cells, "\t")...), '\n')
	}
	var data []byte
	for _, stream := range p.out {
		var small bytes.Buffer
		w, err := flate.NewWriter(&small, flate.BestCompression)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(stream); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		data = binary.AppendUvarint(data, uint64(small.Len()))
		data = append(data, small.Bytes()...)
	}
	return data, nil
}
