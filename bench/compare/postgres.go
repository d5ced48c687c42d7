package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"yutang/bench/shop"
)

// postgres is a private cluster.
type postgres struct {
	cmd  *exec.Cmd
	conn *pgx.Conn
}

func postgresBin(program string) string { return "/usr/lib/postgresql/15/bin/" + program }

func startPostgres(ctx context.Context, dir string) (database, error) {
	home := filepath.Join(dir, "postgres")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	who, err := owner(home)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(home, "data")
	initdb := exec.CommandContext(ctx, postgresBin("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N") //nolint:gosec // our own directory
	initdb.SysProcAttr, initdb.Dir = who, home
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	p := &postgres{cmd: exec.Command(postgresBin("postgres"), "-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", home, //nolint:gosec // our own directory
		"-c", "shared_buffers=3GB", "-c", "work_mem=512MB", "-c", "maintenance_work_mem=1GB", "-c", "max_wal_size=8GB",
		"-c", "fsync=off", "-c", "timezone=UTC", "-c", "max_parallel_workers_per_gather=2", "-c", "jit=off")}
	p.cmd.SysProcAttr, p.cmd.Dir = who, home
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		if p.conn, err = pgx.Connect(ctx, fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)); err == nil {
			return p, nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("PostgreSQL does not answer: %w", err), p.stop())
}

// owner gives home to the user postgres if we are root, whom PostgreSQL refuses.
func owner(home string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid) // numbers on this system
	gid, _ := strconv.Atoi(u.Gid)
	attr := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return attr, os.Chown(home, uid, gid)
}

// stop is PostgreSQL's fast shutdown.
func (p *postgres) stop() error {
	if p.conn != nil {
		_ = p.conn.Close(context.Background())
	}
	return end(p.cmd, syscall.SIGINT)
}

func (p *postgres) version(ctx context.Context) (v string, err error) {
	err = p.conn.QueryRow(ctx, "SHOW server_version").Scan(&v)
	v, _, _ = strings.Cut(v, " ")
	return "PostgreSQL " + v, err
}

// load keeps the rows in the order in which they happened, with an index by time and one
// by customer.
func (p *postgres) load(ctx context.Context, file string) error {
	create := `CREATE UNLOGGED TABLE events (customer INTEGER, ts BIGINT, name TEXT, browser TEXT, category TEXT, price DOUBLE PRECISION, order_id TEXT)`
	if _, err := p.conn.Exec(ctx, create); err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := p.conn.PgConn().CopyFrom(ctx, f, "COPY events FROM STDIN"); err != nil {
		return err
	}
	for _, sql := range []string{
		"CREATE INDEX ON events (ts)", "CREATE INDEX ON events (customer, ts) INCLUDE (name)", "VACUUM ANALYZE events",
	} {
		if _, err := p.conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// inPostgres are the questions in its own words. Each column sN of the funnel is the latest
// start of an attempt that has come to step N.
var inPostgres = map[string]string{
	"funnel": `WITH
		e AS (SELECT customer, ts, name FROM events WHERE name IN ('Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed')),
		a AS (SELECT *, max(ts) FILTER (WHERE name = 'Product Viewed') OVER w AS s1 FROM e WINDOW w AS (PARTITION BY customer ORDER BY ts)),
		b AS (SELECT *, max(s1) FILTER (WHERE name = 'Product Added' AND ts - s1 <= 604800) OVER w AS s2 FROM a WINDOW w AS (PARTITION BY customer ORDER BY ts)),
		c AS (SELECT *, max(s2) FILTER (WHERE name = 'Checkout Started' AND ts - s2 <= 604800) OVER w AS s3 FROM b WINDOW w AS (PARTITION BY customer ORDER BY ts)),
		d AS (SELECT customer, max(CASE
			WHEN name = 'Order Completed' AND ts - s3 <= 604800 THEN 4
			WHEN s3 IS NOT NULL THEN 3 WHEN s2 IS NOT NULL THEN 2 WHEN s1 IS NOT NULL THEN 1 ELSE 0 END) AS level FROM c GROUP BY customer)
		SELECT level, count(*) FROM d GROUP BY level ORDER BY level`,
	"segment": `SELECT 0, count(*) FROM (
			SELECT customer FROM events
			WHERE ts > UNTIL - 30*86400 AND ts <= UNTIL AND name IN ('Product Viewed', 'Order Completed')
			GROUP BY customer
			HAVING count(*) FILTER (WHERE name = 'Product Viewed') >= 2 AND count(*) FILTER (WHERE name = 'Order Completed' AND ts > UNTIL - 14*86400) = 0) x`,
	"retention": `WITH m AS (
			SELECT DISTINCT customer, (extract(year FROM to_timestamp(ts))*12 + extract(month FROM to_timestamp(ts)))::int AS month
			FROM events WHERE ts >= extract(epoch FROM timestamptz '2025-06-01 00:00:00+00')::bigint)
		SELECT (a.month - (2025*12 + 6))*100 + b.month - a.month, count(*) FROM m a JOIN m b ON a.customer = b.customer AND b.month >= a.month
		GROUP BY a.month, b.month ORDER BY a.month, b.month`,
}

func (p *postgres) ask(ctx context.Context, question string) (answer, error) {
	sql := strings.ReplaceAll(inPostgres[question], "UNTIL", strconv.FormatInt(shop.Until.Unix(), 10))
	rows, err := p.conn.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	out := answer{}
	var key, n int64
	_, err = pgx.ForEachRow(rows, []any{&key, &n}, func() error {
		out[key] = n
		return nil
	})
	return out, err
}
