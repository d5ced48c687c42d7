package fault

import (
	"embed"
	"regexp"
	"strings"
	"sync"
)

// Texts of faults are English where they are made, stored and logged. The catalogue has
// the Chinese of each format, by room: a line with the format, then one with the Chinese
// after a tab. The Chinese may name the verbs in another order, as %[2]s.
//
//go:embed zh/*.txt
var catalogue embed.FS

// saying is a format with its Chinese. Its regular expression finds the values again.
type saying struct {
	chinese string
	verbs   []string
	weight  int    // of two that fit, the one with more text and stricter verbs is meant
	key     string // the longest literal part, to pass over most sayings quickly
	match   func() *regexp.Regexp
}

type sayings struct {
	plain   map[string]string  // formats without values
	words   map[string]string  // of zh/words.txt: single words, as values only
	formats map[string]*saying // with values
	all     []*saying
}

var known = sync.OnceValue(readSayings)

// verb is a verb of package fmt as the formats of faults use it.
var verb = regexp.MustCompile(`%(?:\[([0-9])\])?[-+#0]*[.0-9]*([a-zA-Z%])`)

func readSayings() *sayings {
	k := &sayings{plain: map[string]string{}, words: map[string]string{}, formats: map[string]*saying{}}
	files, err := catalogue.ReadDir("zh")
	if err != nil {
		panic("fault: " + err.Error())
	}
	for _, f := range files {
		raw, err := catalogue.ReadFile("zh/" + f.Name())
		if err != nil {
			panic("fault: " + err.Error())
		}
		format := ""
		for line := range strings.Lines(string(raw)) {
			line = strings.TrimSuffix(line, "\n")
			chinese, ok := strings.CutPrefix(line, "\t")
			switch {
			case !ok:
				format = line
			case f.Name() == "words.txt":
				k.words[format] = chinese
			default:
				k.add(format, chinese)
			}
		}
	}
	return k
}

func (k *sayings) add(format, chinese string) {
	s := parse(format, chinese)
	if len(s.verbs) == 0 {
		k.plain[strings.ReplaceAll(format, "%%", "%")] = strings.ReplaceAll(chinese, "%%", "%")
		return
	}
	k.formats[format] = s
	k.all = append(k.all, s)
}

// parse cuts a format at its verbs.
func parse(format, chinese string) *saying {
	s := &saying{chinese: chinese}
	var pattern, literal strings.Builder
	flush := func() {
		s.weight += 8 * literal.Len()
		if literal.Len() > len(s.key) {
			s.key = literal.String()
		}
		pattern.WriteString(regexp.QuoteMeta(literal.String()))
		literal.Reset()
	}
	at := 0
	for _, v := range verb.FindAllStringSubmatchIndex(format, -1) {
		literal.WriteString(format[at:v[0]])
		at = v[1]
		name := format[v[4]:v[5]]
		if name == "%" {
			literal.WriteByte('%')
			continue
		}
		flush()
		s.verbs = append(s.verbs, name)
		if name != "s" && name != "v" {
			s.weight++
		}
		pattern.WriteString(valueOf(name))
	}
	literal.WriteString(format[at:])
	flush()
	s.match = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\A` + pattern.String() + `\z`) })
	return s
}

// valueOf matches what a verb writes.
func valueOf(verb string) string {
	switch verb {
	case "d", "g", "f", "x":
		return `([-+]?[0-9][0-9a-f.e+]*)`
	case "q":
		return `("(?:[^"\\]|\\.)*")`
	case "c":
		return `(.)`
	}
	return `(.*?)`
}

// Known says whether the catalogue has the format.
func Known(format string) bool {
	k := known()
	_, plain := k.plain[strings.ReplaceAll(format, "%%", "%")]
	return plain || k.formats[format] != nil
}

// Chinese says the text of a fault in Chinese, or as it is if the catalogue does not have
// it. Values that are such texts themselves are said in Chinese too.
func Chinese(text string) string {
	k := known()
	if chinese, ok := k.plain[text]; ok {
		return chinese
	}
	if chinese, ok := joined(text); ok {
		return chinese
	}
	var best *saying
	var values []string
	for _, s := range k.all {
		if (best == nil || s.weight > best.weight) && strings.Contains(text, s.key) {
			if found := s.match().FindStringSubmatch(text); found != nil {
				best, values = s, found[1:]
			}
		}
	}
	if best == nil {
		return pointed(text)
	}
	return best.fill(values)
}

// fill puts the values into the Chinese.
func (s *saying) fill(values []string) string {
	next := 0
	return verb.ReplaceAllStringFunc(s.chinese, func(v string) string {
		if v == "%%" {
			return "%"
		}
		i := next
		next++
		if at := strings.IndexByte(v, '['); at >= 0 {
			i = int(v[at+1] - '1')
		}
		return value(s.verbs[i], values[i])
	})
}

// value says a value as Chinese writes it.
func value(verb, text string) string {
	switch {
	case verb == "q":
		return "“" + text[1:len(text)-1] + "”"
	case verb == "v" && strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]"):
		return strings.ReplaceAll(text[1:len(text)-1], " ", "、")
	case verb == "s" || verb == "v":
		if word, ok := known().words[text]; ok {
			return word
		}
		return Chinese(text)
	}
	return text
}

// pointed says a text after a JSON pointer.
func pointed(text string) string {
	pointer, rest, ok := strings.Cut(text, " ")
	if !ok || !strings.HasPrefix(pointer, "/") {
		return text
	}
	return pointer + " " + Chinese(rest)
}

// joined says what Error joins: a message and its fields.
func joined(text string) (string, bool) {
	head, rest, ok := strings.Cut(text, " (/")
	rest, end := strings.CutSuffix(rest, ")")
	if !ok || !end {
		return "", false
	}
	said := Chinese(head)
	if said == head {
		return "", false
	}
	fields := strings.Split(rest, "; /")
	for i, f := range fields {
		pointer, detail, _ := strings.Cut(f, ": ")
		fields[i] = "/" + pointer + "：" + Chinese(detail)
	}
	return said + "（" + strings.Join(fields, "；") + "）", true
}
