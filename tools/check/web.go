package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
)

// web checks the console: its style and its logic, and with browser the whole program in
// Chromium; whole adds what takes minutes.
func (t *tally) web(ctx context.Context, browser, whole bool) {
	if err := os.MkdirAll(".cache", 0o755); err != nil {
		t.fail(err.Error())
		return
	}
	t.step("lint of the console", inWeb(ctx, "run", "--silent", "lint"))
	t.report(inWeb(ctx, "exec", "vitest", "--", "run", "--reporter=default", "--reporter=json", "--outputFile=../.cache/vitest.json"), ".cache/vitest.json", countVitest)
	if !browser {
		return
	}
	cmd := inWeb(ctx, "run", "--silent", "e2e")
	if !whole {
		cmd.Env = append(os.Environ(), "YUTANG_E2E=brief")
	}
	t.report(cmd, ".cache/e2e/report.json", countPlaywright)
}

func inWeb(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "npm", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "web", os.Stdout, os.Stderr
	return cmd
}

// report runs a command that writes a report and adds up what it holds. A run that fails
// without a failing test counts as one failure.
func (t *tally) report(cmd *exec.Cmd, file string, count func(raw []byte) (passed int, failed []string, err error)) {
	fmt.Println("==", cmd.Args[len(cmd.Args)-1], "in", cmd.Dir)
	_ = os.Remove(file) // an old report is none
	ran := cmd.Run()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.fail(fmt.Sprintf("%v: %v", cmd.Args, err))
		return
	}
	passed, failed, err := count(raw)
	switch {
	case err != nil:
		t.fail(fmt.Sprintf("%s: %v", file, err))
	case ran != nil && len(failed) == 0:
		t.fail(fmt.Sprintf("%v: %v", cmd.Args, ran))
	}
	t.passed += passed
	for _, name := range failed {
		t.fail(name)
	}
}

func countVitest(raw []byte) (passed int, failed []string, err error) {
	var r struct {
		Passed  int `json:"numPassedTests"`
		Results []struct {
			Name       string
			Assertions []struct{ Status, FullName string } `json:"assertionResults"`
		} `json:"testResults"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return 0, nil, err
	}
	for _, file := range r.Results {
		for _, a := range file.Assertions {
			if a.Status == "failed" {
				failed = append(failed, "vitest "+a.FullName)
			}
		}
	}
	return r.Passed, failed, nil
}

// suite is a file or a group of the report of Playwright.
type suite struct {
	Title  string
	Suites []suite
	Specs  []struct {
		Title string
		OK    bool
	}
}

func (s suite) walk(above string, visit func(name string, ok bool)) {
	above += s.Title + " "
	for _, spec := range s.Specs {
		visit(above+spec.Title, spec.OK)
	}
	for _, inner := range s.Suites {
		inner.walk(above, visit)
	}
}

func countPlaywright(raw []byte) (passed int, failed []string, err error) {
	var r suite
	if err := json.Unmarshal(raw, &r); err != nil {
		return 0, nil, err
	}
	r.walk("e2e ", func(name string, ok bool) {
		if ok {
			passed++
			return
		}
		failed = append(failed, name)
	})
	return passed, failed, nil
}
