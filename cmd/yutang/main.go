// Command yutang is the whole product: server, demo, import, benchmarks and care.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"yutang/internal/app"
	"yutang/internal/fault"
)

// version is set by the build.
var version = "dev"

// level is what is logged; commands that show progress raise it.
var level slog.LevelVar

// place says where a brand's data are.
type place struct {
	Data     string `help:"Data directory." default:"./yutang-data" env:"YUTANG_DATA" type:"path"`
	Database string `help:"PostgreSQL URL; without it SQLite in the data directory." env:"YUTANG_DATABASE" placeholder:"URL"`
	KeyFile  string `help:"Master key of sealed data; DATA/key without it." env:"YUTANG_KEY_FILE" placeholder:"FILE"`
}

func (p place) config() app.Config {
	return app.Config{Data: p.Data, Database: p.Database, KeyFile: p.KeyFile, Version: version, Log: slog.Default()}
}

type commands struct {
	Serve    serveCommand     `cmd:"" help:"Run the server."`
	Demo     demoCommand      `cmd:"" help:"Run a fresh, filled brand; prints address and login."`
	Import   importCommand    `cmd:"" help:"Import a file of orders, events or customers."`
	Playbook playbookCommands `cmd:"" help:"Playbooks as files: export, apply, diff."`
	Bench    benchCommand     `cmd:"" help:"Measure one figure, or all."`
	Doctor   doctorCommands   `cmd:"" help:"Check what a server needs, or a WeCom connection, changing nothing."`
	Backup   backupCommand    `cmd:"" help:"Write a consistent backup, beside a running server if need be."`
	Restore  restoreCommand   `cmd:"" help:"Make a new data directory from a backup; sending stays held."`
	WecomSim wecomSimCommand  `cmd:"" name:"wecom-sim" help:"Run a simulated WeCom platform."`
	Version  versionCommand   `cmd:"" help:"Print the version."`
}

func main() {
	level.Set(logLevel())
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: &level})))
	tune()
	var c commands
	parser := kong.Parse(&c, kong.Name("yutang"), kong.UsageOnError(),
		kong.Description("Yutang (鱼塘) runs a brand's private domain: known customers, live audiences, playbooks."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parser.BindTo(ctx, (*context.Context)(nil))
	if err := parser.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "yutang:", explain(err))
		stop()
		os.Exit(1)
	}
}

// explain is an error for a person at a terminal: the message and the fields at fault.
func explain(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		var b strings.Builder
		b.WriteString(err.Error())
		for _, f := range e.Fields {
			if !strings.Contains(err.Error(), f.Detail) {
				fmt.Fprintf(&b, "\n  %s: %s", f.Pointer, f.Detail)
			}
		}
		return b.String()
	}
	return err.Error()
}

func logLevel() slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(os.Getenv("YUTANG_LOG"))); err != nil {
		return slog.LevelInfo
	}
	return l
}

// tune sets the collector for a heap of few large, pointer-free columns: collect a little
// more often rather than keep a second heap's worth of garbage. GOGC overrides it.
func tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}
