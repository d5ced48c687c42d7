package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"yutang/internal/fault"
)

// charset is how the bytes of a file become text. The zero value is UTF-8.
type charset struct{ enc encoding.Encoding }

// reader gives UTF-8 without a byte order mark.
func (c charset) reader(r io.Reader) io.Reader {
	if c.enc == nil {
		return transform.NewReader(r, unicode.BOMOverride(encoding.Nop.NewDecoder()))
	}
	return c.enc.NewDecoder().Reader(r)
}

// charsetOf is the named encoding, or what the bytes say: a byte order mark decides;
// text that is UTF-8 to its end is UTF-8; anything else is taken for GB18030, which
// contains GBK. The whole file is looked at: the first name that is not ASCII may stand
// in the last line.
func charsetOf(open opener, name string) (charset, error) {
	if name != "" {
		enc, err := htmlindex.Get(name)
		if err != nil {
			return charset{}, fault.BadField("/encoding", "is not a known encoding; leave it out, or write utf-8 or gb18030")
		}
		return charset{enc}, nil
	}
	src, err := open()
	if err != nil {
		return charset{}, err
	}
	defer src.Close()
	ok, err := isUTF8(src)
	if err != nil {
		return charset{}, fmt.Errorf("look at the encoding: %w", err)
	}
	if ok {
		return charset{}, nil
	}
	return charset{simplifiedchinese.GB18030}, nil
}

// isUTF8 says whether r is valid UTF-8 or begins with a byte order mark of Unicode.
func isUTF8(r io.Reader) (bool, error) {
	buf := make([]byte, chunkSize)
	kept, first := 0, true
	for {
		n, err := r.Read(buf[kept:])
		text := buf[:kept+n]
		if first && len(text) >= 2 {
			if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
				return true, nil
			}
			first = false
		}
		whole := wholeRunes(text)
		if !utf8.Valid(text[:whole]) {
			return false, nil
		}
		kept = copy(buf, text[whole:])
		switch {
		case errors.Is(err, io.EOF):
			return kept == 0, nil
		case err != nil:
			return false, unreadable(err)
		}
	}
}

// wholeRunes is the length of text without a rune cut off at its end.
func wholeRunes(text []byte) int {
	for back := 1; back <= min(utf8.UTFMax, len(text)); back++ {
		at := len(text) - back
		if utf8.RuneStart(text[at]) {
			if utf8.FullRune(text[at:]) {
				return len(text)
			}
			return at
		}
	}
	return len(text)
}
