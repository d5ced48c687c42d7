package sop

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"yutang/internal/fault"
	"yutang/internal/flow"
)

// The industries of the library.
const (
	Beauty    = "beauty"
	Food      = "food"
	Education = "education"
	Baby      = "baby"
)

// The languages of the library.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Industries lists the industries, Languages the languages.
var (
	Industries = []string{Beauty, Food, Education, Baby}
	Languages  = []string{Chinese, English}
)

// Language is the name of a language that a caller may write short: "" and "zh" are Chinese.
// What is no language stays as it is.
func Language(lang string) string {
	if lang == "" || lang == "zh" {
		return Chinese
	}
	return lang
}

//go:embed library
var files embed.FS

// Library is all that is embedded, read and checked. Immutable.
type Library struct {
	skeletons map[string]*skeleton
	order     []string                    // keys, as operators meet them
	texts     map[string]map[string]*text // language, key
	words     map[string]map[string]words // language, industry or common
	params    []Param
	sheets    map[string]map[string]Sheet // language, industry
	lists     map[string][]List           // language
}

// skeleton is a playbook without words.
type skeleton struct {
	Key      string    `yaml:"key"`
	Version  int       `yaml:"version"`
	Goal     string    `yaml:"goal"`
	Rank     int       `yaml:"rank"`
	Needs    Needs     `yaml:"needs"`
	Document any       `yaml:"document"`
	Subject  flow.Kind `yaml:"-"`
}

// Needs is what a playbook listens to and sends by.
type Needs struct {
	Events   []string `yaml:"events" json:"events"`
	Traits   []string `yaml:"traits" json:"traits"`
	Channels []string `yaml:"channels" json:"channels"`
}

// text is what one language says of a playbook, and in it.
type text struct {
	Name        string           `yaml:"name"`
	Description string           `yaml:"description"`
	When        string           `yaml:"when"`
	Texts       words            `yaml:"texts"`
	Industries  map[string]words `yaml:"industries"`
}

// words are values of placeholders: texts, numbers, lists.
type words map[string]any

// The goals that playbooks serve.
const (
	Activate = "activate" // newcomers
	Convert  = "convert"
	Retain   = "retain"
	WinBack  = "win_back"
	Care     = "care"
	Content  = "content"
	Campaign = "campaign"
)

// Embedded reads the library of this program.
func Embedded() (*Library, error) {
	l := &Library{
		skeletons: map[string]*skeleton{}, texts: map[string]map[string]*text{}, words: map[string]map[string]words{},
		sheets: map[string]map[string]Sheet{}, lists: map[string][]List{},
	}
	if err := read("library/params.yaml", &l.params); err != nil {
		return nil, err
	}
	if err := l.readSkeletons(); err != nil {
		return nil, err
	}
	for _, lang := range Languages {
		if err := l.readLanguage(lang); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func read(name string, into any) error {
	raw, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

func (l *Library) readSkeletons() error {
	names, err := fs.Glob(files, "library/playbooks/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		k := &skeleton{}
		if err := read(name, k); err != nil {
			return err
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); k.Key != want {
			return fmt.Errorf("%s: its key is %q", name, k.Key)
		}
		doc, _ := k.Document.(map[string]any)
		subject, _ := doc["subject"].(string)
		if k.Subject = flow.Kind(subject); subject == "" {
			k.Subject = flow.Customers
		}
		l.skeletons[k.Key] = k
		l.order = append(l.order, k.Key)
	}
	slices.SortFunc(l.order, func(a, b string) int { return l.skeletons[a].Rank - l.skeletons[b].Rank })
	return nil
}

func (l *Library) readLanguage(lang string) error {
	dir := "library/" + lang + "/"
	l.texts[lang], l.words[lang], l.sheets[lang] = map[string]*text{}, map[string]words{}, map[string]Sheet{}
	for _, key := range l.order {
		x := &text{}
		if err := read(dir+key+".yaml", x); err != nil {
			return err
		}
		l.texts[lang][key] = x
	}
	for name, into := range map[string]any{"words": l.words[lang], "personas": l.sheets[lang]} {
		if err := read(dir+name+".yaml", into); err != nil {
			return err
		}
	}
	var lists []List
	if err := read(dir+"checklists.yaml", &lists); err != nil {
		return err
	}
	l.lists[lang] = lists
	return nil
}

// Keys lists the playbooks in the order in which operators meet them.
func (l *Library) Keys() []string { return slices.Clone(l.order) }

// find checks that there is such a text.
func (l *Library) find(key, industry, lang string) (*skeleton, *text, error) {
	k := l.skeletons[key]
	switch {
	case k == nil:
		return nil, nil, noSuch("sop", key)
	case !slices.Contains(Languages, lang):
		return nil, nil, fault.BadField("/lang", "choose one of %s", strings.Join(Languages, ", "))
	case !slices.Contains(Industries, industry):
		return nil, nil, fault.BadField("/industry", "choose one of %s", strings.Join(Industries, ", "))
	}
	return k, l.texts[lang][key], nil
}
