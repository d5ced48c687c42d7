package cost

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yutang/internal/fault"
)

// MaxFile is how many bytes a file of costs may have.
const MaxFile = 10 << 20

const maxRows = 200_000

// decode gives a file as UTF-8 without a byte order mark. What is neither marked nor valid
// UTF-8 is taken for GB18030, which contains GBK.
func decode(raw []byte) ([]byte, string, error) {
	marked := bytes.HasPrefix(raw, []byte{0xff, 0xfe}) || bytes.HasPrefix(raw, []byte{0xfe, 0xff})
	var from *encoding.Decoder
	name := "utf-8"
	switch {
	case marked:
		name, from = "utf-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case utf8.Valid(raw):
		return bytes.TrimPrefix(raw, []byte("\ufeff")), name, nil
	default:
		name, from = "gb18030", simplifiedchinese.GB18030.NewDecoder()
	}
	text, err := from.Bytes(raw)
	if err != nil {
		return nil, name, fault.BadField("/file", "is neither UTF-8 nor GB18030")
	}
	return text, name, nil
}

// record is one line of a file.
type record struct {
	line  int // from 1
	cells []string
	bad   string // why it cannot be read
}

// readTable gives the header and the records below it.
func readTable(text []byte) (header []string, records []record, err error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	if header, err = r.Read(); err != nil {
		return nil, nil, fault.BadField("/file", "has no header; the first line names the columns, such as date,channel,amount")
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return header, records, nil
		}
		if len(records) == maxRows {
			return nil, nil, fault.BadField("/file", "has more than %d rows; split it", maxRows)
		}
		var syntax *csv.ParseError
		switch {
		case errors.As(err, &syntax):
			records = append(records, record{line: syntax.StartLine, bad: "the quotes of the line do not match"})
		case err != nil:
			return nil, nil, fault.BadField("/file", "cannot be read: %v", err)
		default:
			line, _ := r.FieldPos(0)
			records = append(records, record{line: line, cells: cells})
		}
	}
}

// separator is the one of comma, tab and semicolon that occurs most in the first line.
func separator(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := ',', bytes.Count(line, []byte(","))
	for _, c := range "\t;" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}
