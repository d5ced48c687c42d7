package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"yutang/internal/wecomsim"
)

type wecomSimCommand struct {
	Listen    string  `help:"HOST:PORT to listen on." default:"127.0.0.1:8090" env:"YUTANG_LISTEN"`
	CorpID    string  `name:"corpid" help:"Id of the simulated corp." default:"ww0000000000000001" env:"YUTANG_CORPID"`
	AgentID   int64   `name:"agentid" help:"Agent id of the main app." default:"1000002" env:"YUTANG_AGENTID"`
	Secret    string  `help:"Secret of the main app." default:"sim-secret-main" env:"YUTANG_SECRET"`
	Callback  string  `help:"URL to which callbacks go; none without it." env:"YUTANG_CALLBACK" placeholder:"URL"`
	Token     string  `help:"Token of the callback." default:"SimToken01" env:"YUTANG_TOKEN"`
	AESKey    string  `name:"aeskey" help:"EncodingAESKey of the callback, 43 characters." default:"abcdefghijabcdefghijabcdefghijabcdefghijabA" env:"YUTANG_AESKEY"`
	Seed      uint64  `help:"Seed of ids, population and chance." default:"1" env:"YUTANG_SEED"`
	Staff     int     `help:"Members of the seeded corp." default:"20" env:"YUTANG_STAFF"`
	Customers int     `help:"Customers of the seeded corp." default:"500" env:"YUTANG_CUSTOMERS"`
	Groups    int     `help:"Customer groups of the seeded corp." default:"10" env:"YUTANG_GROUPS"`
	Public    string  `help:"Prefix of the URLs handed out; http://LISTEN without it." env:"YUTANG_PUBLIC" placeholder:"URL"`
	Strict    bool    `help:"Refuse unknown and over-long fields." env:"YUTANG_STRICT"`
	Agents    float64 `help:"Acts of seeded agents in a virtual hour; 0 is none." default:"0" env:"YUTANG_AGENTS"`
	Journal   string  `help:"Keep the corp in this file; a restart with it goes on where it ended." env:"YUTANG_JOURNAL" type:"path" placeholder:"FILE"`
	Record    string  `help:"Write all traffic to this file as JSON lines." env:"YUTANG_RECORD" type:"path" placeholder:"FILE"`
	Replay    string  `help:"Repeat a record and compare all answers, instead of serving." env:"YUTANG_REPLAY" type:"existingfile" placeholder:"FILE"`
}

// Run serves the simulated platform until a signal.
func (c *wecomSimCommand) Run(ctx context.Context) error {
	if c.Replay != "" {
		return c.replay()
	}
	cfg := wecomsim.Config{
		CorpID: c.CorpID, AgentID: c.AgentID, Secret: c.Secret, CallbackURL: c.Callback, Token: c.Token, AESKey: c.AESKey,
		Seed: c.Seed, Staff: c.Staff, Customers: c.Customers, Groups: c.Groups, Strict: c.Strict, PublicURL: c.Public,
		Journal: c.Journal, Agents: c.Agents, Log: slog.Default(),
	}
	if c.Record != "" {
		f, err := os.Create(c.Record)
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		defer func() { _ = f.Close() }()
		cfg.Record = f
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if cfg.PublicURL == "" {
		cfg.PublicURL = "http://" + l.Addr().String()
	}
	sim, err := wecomsim.New(cfg)
	if err != nil {
		_ = l.Close()
		return err
	}
	c.greet(sim, l.Addr().String())
	return c.serve(ctx, sim, l)
}

// serve answers until ctx ends, then lets calls under way finish.
func (c *wecomSimCommand) serve(ctx context.Context, sim *wecomsim.Sim, l net.Listener) error {
	sim.Start()
	defer sim.Stop()
	server := &http.Server{Handler: sim.Handler(), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return sim.RecordError()
}

func (c *wecomSimCommand) greet(sim *wecomsim.Sim, address string) {
	fmt.Printf("\n  platform   http://%s/cgi-bin/   (%d calls)\n  phones     http://%s/sim/\n  corpid     %s\n  members    %d, contacts %d\n",
		address, len(sim.Endpoints()), address, c.CorpID, len(sim.Members()), sim.ContactCount())
	for _, a := range sim.Apps() {
		fmt.Printf("  app        %-10s agentid %-8d secret %s\n", a.Name, a.AgentID, a.Secret)
	}
	callback := c.Callback
	if callback == "" {
		callback = "none (--callback URL)"
	}
	fmt.Printf("  callback   %s\n  token      %s\n  aeskey     %s\n  seed       %d\n\n", callback, c.Token, c.AESKey, c.Seed)
}

func (c *wecomSimCommand) replay() error {
	f, err := os.Open(c.Replay)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer func() { _ = f.Close() }()
	done, err := wecomsim.Replay(f)
	if err != nil {
		return err
	}
	if done.Difference != "" {
		return fmt.Errorf("after %d equal lines:\n%s", done.Lines, done.Difference)
	}
	fmt.Printf("replayed: %d lines, all equal\n", done.Lines)
	return nil
}
