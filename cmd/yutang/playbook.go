package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"yutang/internal/flow"
)

type playbookCommands struct {
	Export playbookExport `cmd:"" help:"Write playbooks of a running server to YAML files."`
	Apply  playbookApply  `cmd:"" help:"Make or change playbooks from YAML files."`
	Diff   playbookDiff   `cmd:"" help:"Show what files would change; exit status 1 if anything."`
}

// bookFile is a playbook in a file. Its first comment may name the id it was exported with.
type bookFile struct {
	path       string
	id         string
	name       string
	definition json.RawMessage
}

var bookHeader = regexp.MustCompile(`(?m)^# yutang playbook (\S+)`)

// readBooks reads and checks all files, so that nothing is changed if one of them is wrong.
// Plain dates in conditions are the server's to read.
func readBooks(paths []string) ([]bookFile, error) {
	var out []bookFile
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		def, f, err := flow.ParseYAML(raw, time.UTC)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		b := bookFile{path: path, name: f.Definition.Name, definition: def}
		if m := bookHeader.FindSubmatch(raw); m != nil {
			b.id = string(m[1])
		}
		out = append(out, b)
	}
	return out, nil
}

type playbookExport struct {
	serverPlace
	Playbooks []string `arg:"" optional:"" help:"Ids or names; all that have not ended without them."`
	Dir       string   `help:"Directory to write to." default:"." type:"path"`
}

// Run writes the files.
func (c *playbookExport) Run(ctx context.Context) error {
	all, err := c.books(ctx)
	if err != nil {
		return err
	}
	if all, err = chosen(all, c.Playbooks); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, b := range all {
		body, err := flow.ToYAML(b.Definition)
		if err != nil {
			return fmt.Errorf("%s: %w", b.Name, err)
		}
		path := filepath.Join(c.Dir, fileName(b, taken))
		header := fmt.Sprintf("# yutang playbook %s (%s, version %d)\n", b.ID, b.State, b.Version)
		if err := os.WriteFile(path, append([]byte(header), body...), 0o644); err != nil { //nolint:gosec // a file to be kept with source code
			return err
		}
		fmt.Println(path)
	}
	return nil
}

// chosen picks playbooks by id or name; none named is all that have not ended.
func chosen(all []book, names []string) (out []book, err error) {
	for _, b := range all {
		if len(names) == 0 && b.State != "ended" {
			out = append(out, b)
		}
	}
	for _, name := range names {
		b, err := find(all, name, name)
		if err != nil {
			return nil, err
		}
		if b == nil {
			return nil, fmt.Errorf("there is no playbook %q", name)
		}
		out = append(out, *b)
	}
	return out, nil
}

// find is the playbook with an id, else the only one of a name that has not ended, else nil.
func find(all []book, id, name string) (found *book, err error) {
	for i := range all {
		b := &all[i]
		switch {
		case b.ID == id:
			return b, nil
		case b.Name != name || b.State == "ended":
		case found != nil:
			return nil, fmt.Errorf("%q is the name of %s and %s; put \"# yutang playbook ID\" into the first line of the file", name, found.ID, b.ID)
		default:
			found = b
		}
	}
	return found, nil
}

// fileName is the playbook's name with letters and digits only, and its id if that is taken.
func fileName(b book, taken map[string]bool) string {
	words := strings.FieldsFunc(strings.ToLower(b.Name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	name := strings.Join(words, "-")
	if len(name) > 120 {
		name = strings.ToValidUTF8(name[:120], "")
	}
	if name == "" || taken[name] {
		name = strings.Trim(name+"-"+b.ID, "-")
	}
	taken[name] = true
	return name + ".yaml"
}

type playbookApply struct {
	serverPlace
	Files   []string `arg:"" help:"YAML files, one playbook each." type:"existingfile"`
	Publish bool     `help:"Publish what is not published yet; runs under way stay in their version."`
	DryRun  bool     `help:"Only show what would change."`
}

// Run changes drafts and publishes.
func (c *playbookApply) Run(ctx context.Context) error {
	files, err := readBooks(c.Files)
	if err != nil {
		return err
	}
	all, err := c.books(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		b, err := find(all, f.id, f.name)
		if err == nil {
			err = c.apply(ctx, f, b)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return nil
}

func (c *playbookApply) apply(ctx context.Context, f bookFile, b *book) error {
	changed := show(f, b)
	if c.DryRun {
		return nil
	}
	if changed {
		method, path := "POST", "/playbooks"
		if b != nil {
			method, path = "PUT", path+"/"+b.ID
		}
		b = &book{}
		if err := c.call(ctx, method, path, map[string]any{"definition": f.definition}, b); err != nil {
			return err
		}
	}
	if !c.Publish {
		return nil
	}
	current, err := c.published(ctx, b)
	if err != nil || current != nil && len(flow.Diff(current, f.definition)) == 0 {
		return err
	}
	if err := c.call(ctx, "POST", "/playbooks/"+b.ID+"/publish", map[string]string{"in_flight": "stay"}, b); err != nil {
		return err
	}
	fmt.Printf("%s: published version %d\n", f.name, b.Version)
	return nil
}

// published is the definition of the last published version, nil if there is none.
func (c *playbookApply) published(ctx context.Context, b *book) (json.RawMessage, error) {
	if b.Version == 0 {
		return nil, nil
	}
	var versions struct {
		Items []struct {
			Version    int             `json:"version"`
			Definition json.RawMessage `json:"definition"`
		} `json:"items"`
	}
	if err := c.call(ctx, "GET", "/playbooks/"+b.ID+"/versions", nil, &versions); err != nil {
		return nil, err
	}
	for _, v := range versions.Items {
		if v.Version == b.Version {
			return v.Definition, nil
		}
	}
	return nil, nil
}

// show prints what a file changes in the draft of a playbook, nil if it is new.
func show(f bookFile, b *book) (changed bool) {
	if b == nil {
		fmt.Printf("%s: new\n", f.name)
		return true
	}
	changes := flow.Diff(b.Definition, f.definition)
	if len(changes) == 0 {
		fmt.Printf("%s (%s): no change\n", f.name, b.ID)
		return false
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s (%s):\n", f.name, b.ID)
	for _, change := range changes {
		fmt.Fprintf(&out, "  %s\n", change)
	}
	fmt.Print(out.String())
	return true
}

type playbookDiff struct {
	serverPlace
	Files []string `arg:"" help:"YAML files, one playbook each." type:"existingfile"`
}

var errDiffers = errors.New("the files differ from the drafts of the server")

// Run compares.
func (c *playbookDiff) Run(ctx context.Context) error {
	files, err := readBooks(c.Files)
	if err != nil {
		return err
	}
	all, err := c.books(ctx)
	if err != nil {
		return err
	}
	differs := false
	for _, f := range files {
		b, err := find(all, f.id, f.name)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		differs = show(f, b) || differs
	}
	if differs {
		return errDiffers
	}
	return nil
}
