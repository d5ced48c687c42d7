package demo

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yutang/internal/importer/importcli"
)

//go:embed audiences.json
var audienceFile []byte

// audienceSpec is one audience of the demo. A rule names another audience of the file by
// its name in double braces; it stands below that one.
type audienceSpec struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Rule        json.RawMessage `json:"rule"`
}

func audienceSpecs() ([]audienceSpec, error) {
	var specs []audienceSpec
	if err := json.Unmarshal(audienceFile, &specs); err != nil {
		return nil, fmt.Errorf("read audiences.json: %w", err)
	}
	return specs, nil
}

// ensureAudiences makes the audiences that do not exist and gives all ids by name.
func ensureAudiences(ctx context.Context, d Deps) (map[string]string, error) {
	specs, err := audienceSpecs()
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for _, s := range specs {
		id, err := d.Audiences.Find(ctx, s.Name)
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", s.Name, err)
		}
		if id == "" {
			if id, err = d.Audiences.Create(ctx, s.Name, s.Description, s.bound(ids)); err != nil {
				return nil, fmt.Errorf("create %s: %w", s.Name, err)
			}
		}
		ids[s.Name] = id
		count, err := d.Audiences.Count(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", s.Name, err)
		}
		fmt.Fprintf(d.Out, "audience %s: %s\n", s.Name, importcli.Grouped(int64(count)))
	}
	return ids, nil
}

// bound puts ids in the place of names.
func (s *audienceSpec) bound(ids map[string]string) json.RawMessage {
	text := string(s.Rule)
	for name, id := range ids {
		text = strings.ReplaceAll(text, "{{"+name+"}}", id)
	}
	return json.RawMessage(text)
}

func sortedNames(ids map[string]string) []string { return slices.Sorted(maps.Keys(ids)) }
