package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"yutang/internal/app"
	"yutang/internal/corp/check"
)

// doctorCommands are the checks: of the server by itself, of WeCom by name.
type doctorCommands struct {
	Server doctorCommand      `cmd:"" default:"withargs" help:"Check what a server needs."`
	WeCom  doctorWeComCommand `cmd:"" name:"wecom" help:"Check live what keeps WeCom from working, each with its remedy."`
}

type doctorCommand struct {
	place
	JSON bool `help:"Print the findings as JSON."`
}

// Run prints what was found; it fails if anything is wrong.
func (c *doctorCommand) Run(ctx context.Context) error {
	findings := app.Doctor(ctx, c.config())
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(findings)
	}
	bad := 0
	for _, f := range findings {
		mark := "ok  "
		if !f.OK {
			mark = "FAIL"
			bad++
		}
		fmt.Printf("%s  %-16s %s\n", mark, f.Check, f.Detail)
		if f.Remedy != "" {
			fmt.Printf("      %-16s → %s\n", "", f.Remedy)
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d checks failed", bad, len(findings))
	}
	return nil
}

type doctorWeComCommand struct {
	place
	Corp string `help:"Only this corp." placeholder:"ID"`
	Lang string `help:"Language of the findings: zh or en; that of LANG without it." enum:",zh,en" default:"" env:"YUTANG_LANG"`
	JSON bool   `help:"Print the findings as JSON."`
}

// Run prints what was found; it fails if a check does.
func (c *doctorWeComCommand) Run(ctx context.Context) error {
	list, err := app.DoctorWeCom(ctx, c.config(), c.Corp)
	if err != nil {
		return err
	}
	failed := 0
	for _, corp := range list {
		failed += check.Failed(corp.Items)
	}
	if c.JSON {
		if list == nil {
			list = []app.CorpFindings{}
		}
		err = json.NewEncoder(os.Stdout).Encode(list)
	} else {
		c.print(list)
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d checks failed", failed)
	}
	return err
}

// marks are how states are printed.
var marks = map[check.State]string{check.OK: "ok", check.Warn: "warn", check.Fail: "FAIL"}

func (c *doctorWeComCommand) print(list []app.CorpFindings) {
	lang := c.Lang
	if lang == "" && strings.HasPrefix(os.Getenv("LANG"), "zh") {
		lang = "zh"
	}
	if len(list) == 0 {
		fmt.Println("no corp is connected")
	}
	for _, corp := range list {
		fmt.Printf("%s  %s\n", corp.Corp, corp.Name)
		for _, f := range corp.Items {
			fmt.Printf("%-4s  %-18s %s\n", marks[f.State], f.Check, f.Found.In(lang))
			if f.Remedy != nil {
				fmt.Printf("      %-18s → %s\n", "", f.Remedy.In(lang))
			}
		}
	}
}
