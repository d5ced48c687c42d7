package tree

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// maxLines is where a file is two things.
const maxLines = 600

// sources calls visit with every text file that belongs to the repo.
func sources(t *testing.T, visit func(name string, text []byte)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		if d.IsDir() {
			switch d.Name() {
			case ".git", "node_modules", "bin", "yutang-data", "dist":
				return fs.SkipDir
			}
			return nil
		}
		switch filepath.Ext(name) {
		case ".go", ".md", ".sql", ".js", ".mjs", ".ts", ".tsx", ".css", ".html", ".sh", ".yml", ".yaml", ".json", "":
		default:
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		n++
		visit(filepath.ToSlash(rel), text)
		return nil
	})
	if err != nil || n < 50 {
		t.Fatalf("walked %d files: %v", n, err)
	}
}

func TestFiles_StayReadable(t *testing.T) {
	t.Parallel()
	sources(t, func(name string, text []byte) {
		if lines := bytes.Count(text, []byte("\n")); strings.HasSuffix(name, ".go") && lines > maxLines {
			t.Errorf("%s has %d lines, more than %d", name, lines, maxLines)
		}
	})
}

// unfinished finds marks of work left undone. The words are split so that this file does
// not find itself.
var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|coming ` + `soon|敬请` + `期待|待实` + `现`)

func TestFiles_HoldNoUnfinishedWork(t *testing.T) {
	t.Parallel()
	sources(t, func(name string, text []byte) {
		if at := unfinished.FindIndex(text); at != nil {
			t.Errorf("%s: %q", name, text[at[0]:at[1]])
		}
	})
}

// wallClock finds reads of the machine's clock.
var wallClock = regexp.MustCompile(`\btime\.(Now|Since|Until|Sleep|After|NewTimer|NewTicker|Tick|AfterFunc)\(`)

// clockReaders may read it: the clock itself, and programs that measure real time.
var clockReaders = []string{"internal/clock/", "internal/bench/", "internal/crash/", "tools/", "bench/"}

func TestClock_IsReadInOnePlace(t *testing.T) {
	t.Parallel()
	sources(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return
		}
		for _, dir := range clockReaders {
			if strings.HasPrefix(name, dir) {
				return
			}
		}
		if at := wallClock.FindIndex(text); at != nil {
			t.Errorf("%s: %s: take the time from a clock.Clock", name, text[at[0]:at[1]])
		}
	})
}

func TestMigrations_AreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(root + "/internal/db/migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	seen := map[string]string{}
	for _, name := range names {
		base := filepath.Base(name)
		number, _, _ := strings.Cut(base, "_")
		if len(number) != 5 {
			t.Errorf("%s: want a number of five digits", base)
		}
		if other := seen[number]; other != "" {
			t.Errorf("%s and %s have one number", other, base)
		}
		seen[number] = base
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte("-- +goose Up\n")) || bytes.Contains(text, []byte("+goose Down")) {
			t.Errorf("%s: want only an Up part", base)
		}
	}
}
