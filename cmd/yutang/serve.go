package main

import (
	"context"
	"fmt"

	"yutang/internal/app"
)

type serveCommand struct {
	place
	Listen       string   `help:"HOST:PORT to listen on." default:"127.0.0.1:8080" env:"YUTANG_LISTEN"`
	AdminToken   string   `help:"On a new data directory: the owner's API token." env:"YUTANG_ADMIN_TOKEN" placeholder:"TOKEN"`
	WriteKey     string   `help:"On a new data directory: write key of the source named default." env:"YUTANG_WRITE_KEY" placeholder:"KEY"`
	WebhookAllow []string `help:"HOST:PORT of private addresses that webhooks may reach." env:"YUTANG_WEBHOOK_ALLOW" placeholder:"HOST:PORT"`
}

// Run serves until a signal.
func (c *serveCommand) Run(ctx context.Context) error {
	cfg := c.config()
	cfg.Listen, cfg.AdminToken, cfg.WriteKey, cfg.WebhookAllow = c.Listen, c.AdminToken, c.WriteKey, c.WebhookAllow
	return app.Run(ctx, cfg, func(a *app.App) error {
		ready := fmt.Sprintf("yutang %s listens on http://%s\n", version, a.Address())
		link, err := a.SetupLink(ctx)
		if link != "" {
			ready += fmt.Sprintf("set up the owner's account, once: %s\n", link)
		}
		fmt.Print(ready)
		return err
	})
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println("yutang", version)
	return nil
}
