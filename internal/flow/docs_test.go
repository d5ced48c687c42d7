package flow

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestDocs_ExamplesAreRight parses every example of the manual: whole playbooks, and lists
// of steps.
func TestDocs_ExamplesAreRight(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"../../docs/playbooks.md", "../../docs/zh-CN/playbooks.md"} {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		kinds, blocks := map[string]bool{}, yamlBlock.FindAllStringSubmatch(string(raw), -1)
		for _, m := range blocks {
			text := m[1]
			if strings.HasPrefix(text, "- id:") {
				text = "name: n\ntrigger: {event: A}\nsteps:\n" + text
			}
			_, f, err := ParseYAML([]byte(text), time.UTC)
			if err != nil {
				t.Errorf("%s: %v\n%s", page, err, m[1])
				continue
			}
			for _, op := range f.Steps {
				kinds[op.Kind] = true
			}
		}
		if len(kinds) != 16 {
			t.Errorf("%s shows %d kinds of step: %v", page, len(kinds), kinds)
		}
	}
}
