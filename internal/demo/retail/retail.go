// Package retail owns the demo brand's history: the Online Retail data set, lossless in
// 1.5 megabytes.
//
// The data set is 541,909 order lines of a British online shop, 2010-12-01 to 2011-12-09.
// Source: Chen, D. (2015). Online Retail [Dataset]. UCI Machine Learning Repository.
// https://doi.org/10.24432/C5BW33. Licence: CC BY 4.0. See README.md.
//
// CSV gives back the file it was made from byte for byte (see SHA256). It promises
// nothing about the form in which the data lie in the program.
package retail

import (
	"bufio"
	_ "embed"
	"io"
	"time"
)

// SHA256 is the checksum of the CSV text.
const SHA256 = "c35975c40d0e1e105090fbb11188a409393055f873841bd012915475fc84e69f"

// Rows is the number of order lines, the header not counted.
const Rows = 541_909

// Header is the first line of the CSV.
const Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

const timeLayout = "2006-01-02 15:04:05"

//go:embed online_retail.bin
var packed []byte

// Line is one order line. Texts are as in the file.
type Line struct {
	Invoice     string
	StockCode   string
	Description string
	Quantity    int
	At          time.Time // wall time of the shop, in no zone (UTC here)
	UnitPrice   string
	CustomerID  string // "17850.0", or "" if nobody is known
	Country     string
}

// CSV gives the original file. The caller closes it.
func CSV() io.ReadCloser {
	out, in := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(in, 64<<10)
		err := write(w, packed)
		if err == nil {
			err = w.Flush()
		}
		in.CloseWithError(err)
	}()
	return out
}

// Each visits all lines in the order of the file.
func Each(visit func(Line) error) error { return unpack(packed, visit) }
