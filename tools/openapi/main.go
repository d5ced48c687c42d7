// Command openapi writes the OpenAPI document of the management API to standard output, from
// a server that it starts on an empty directory. The console's types are made from it.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"

	"yutang/internal/app"
)

func main() {
	if err := write(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "yutang-openapi")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	server, err := app.Start(ctx, app.Config{Data: dir, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer server.Stop(ctx) //nolint:errcheck // nothing of it is kept
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.Address()+"/api/openapi.json", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // read to the end
	_, err = io.Copy(out, answer.Body)
	return err
}
