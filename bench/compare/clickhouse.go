package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"yutang/bench/shop"
)

// clickHouse is a private server, asked over HTTP.
type clickHouse struct {
	cmd     *exec.Cmd
	address string
	names   string // how the table keeps names of events
}

const clickHouseConfig = `<?xml version="1.0"?>
<yandex>
  <logger><level>error</level><log>%[1]s/log</log><errorlog>%[1]s/errors</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>%[2]d</http_port>
  <tcp_port>%[3]d</tcp_port>
  <path>%[1]s/data/</path>
  <tmp_path>%[1]s/tmp/</tmp_path>
  <users_config>%[1]s/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>1073741824</mark_cache_size>
  <timezone>UTC</timezone>
</yandex>
`

const clickHouseUsers = `<?xml version="1.0"?>
<yandex>
  <profiles><default><max_memory_usage>12000000000</max_memory_usage></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
`

// Names of events are free texts, as in Yutang; a fixed list of them makes ClickHouse
// faster, so that is measured too.
func startClickHouse(ctx context.Context, dir string) (database, error) {
	return startClickHouseWith(ctx, filepath.Join(dir, "clickhouse"), "String")
}

func startClickHouseEnum(ctx context.Context, dir string) (database, error) {
	var names []string
	for i, name := range shop.Names {
		names = append(names, fmt.Sprintf("'%s' = %d", name, i+1))
	}
	return startClickHouseWith(ctx, filepath.Join(dir, "clickhouse-enum"), "Enum8("+strings.Join(names, ", ")+")")
}

func startClickHouseWith(ctx context.Context, home, names string) (database, error) {
	if err := os.MkdirAll(filepath.Join(home, "tmp"), 0o700); err != nil {
		return nil, err
	}
	web, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	tcp, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	config := filepath.Join(home, "config.xml")
	err = errors.Join(
		os.WriteFile(config, fmt.Appendf(nil, clickHouseConfig, home, web, tcp), 0o600),
		os.WriteFile(filepath.Join(home, "users.xml"), []byte(clickHouseUsers), 0o600))
	if err != nil {
		return nil, err
	}
	c := &clickHouse{cmd: exec.Command("clickhouse-server", "--config-file="+config), address: fmt.Sprintf("http://127.0.0.1:%d/", web), names: names} //nolint:gosec // our own file
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		if _, err = c.query(ctx, "SELECT 1", nil); err == nil {
			return c, nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("clickhouse-server does not answer: %w", err), c.stop())
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (c *clickHouse) stop() error { return end(c.cmd, syscall.SIGTERM) }

func (c *clickHouse) version(ctx context.Context) (string, error) {
	v, err := c.query(ctx, "SELECT version()", nil)
	kind, _, _ := strings.Cut(c.names, "(")
	return "ClickHouse " + strings.TrimSpace(v) + " " + kind, err
}

// query sends sql, and body behind it if there is one.
func (c *clickHouse) query(ctx context.Context, sql string, body io.Reader) (string, error) {
	target := c.address
	if body == nil {
		body = strings.NewReader(sql)
	} else {
		target += "?query=" + url.QueryEscape(sql)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, body)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", strings.TrimSpace(string(text)))
	}
	return string(text), err
}

// load sorts the table as suits questions about customers best, and merges it into one
// part.
func (c *clickHouse) load(ctx context.Context, file string) error {
	create := `CREATE TABLE events (customer UInt32, ts DateTime, name ` + c.names + `, browser String,
		category String, price Float64, order_id String) ENGINE = MergeTree ORDER BY (customer, ts)`
	if _, err := c.query(ctx, create, nil); err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := c.query(ctx, "INSERT INTO events FORMAT TabSeparated", f); err != nil {
		return err
	}
	_, err = c.query(ctx, "OPTIMIZE TABLE events FINAL", nil)
	return err
}

// inClickHouse are the questions in its own words. Rows are in the order of Yutang's.
var inClickHouse = map[string]string{
	"funnel": `SELECT level, count() FROM (
			SELECT customer, windowFunnel(604800)(ts, name = 'Product Viewed', name = 'Product Added', name = 'Checkout Started', name = 'Order Completed') AS level
			FROM events WHERE name IN ('Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed') GROUP BY customer)
		GROUP BY level ORDER BY level`,
	"segment": `SELECT 0, count() FROM (
			SELECT customer FROM events
			WHERE ts > toDateTime(UNTIL - 30*86400) AND ts <= toDateTime(UNTIL) AND name IN ('Product Viewed', 'Order Completed')
			GROUP BY customer
			HAVING countIf(name = 'Product Viewed') >= 2 AND countIf(name = 'Order Completed' AND ts > toDateTime(UNTIL - 14*86400)) = 0)`,
	"retention": `SELECT (began - FIRST)*100 + back - began, count() FROM (
			SELECT customer, arrayJoin(months) AS began, months FROM (
				SELECT customer, groupUniqArray(toInt32(toRelativeMonthNum(ts))) AS months FROM events WHERE ts >= toDateTime('2025-06-01 00:00:00') GROUP BY customer))
		ARRAY JOIN months AS back WHERE back >= began GROUP BY began, back ORDER BY began, back`,
}

func (c *clickHouse) ask(ctx context.Context, question string) (answer, error) {
	sql := strings.NewReplacer("UNTIL", strconv.FormatInt(shop.Until.Unix(), 10), "FIRST", "toInt32(toRelativeMonthNum(toDate('2025-06-01')))").Replace(inClickHouse[question])
	text, err := c.query(ctx, sql, nil)
	if err != nil {
		return nil, err
	}
	out := answer{}
	for line := range strings.Lines(text) {
		var key, n int64
		if _, err := fmt.Sscan(line, &key, &n); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		out[key] = n
	}
	return out, nil
}
