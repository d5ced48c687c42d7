// Package crash holds the reliability tests: they run the real program, hurt it, and hold
// what it says afterwards against a ledger that it never saw.
//
//	Driver ── intents, acks ──▶ Ledger          another directory or file system
//	   │                          │
//	   ▼ HTTP                     ▼
//	Server (kill -9, power cut, EIO, full disk) ──▶ Log ──▶ Verdict
//
// WeCom is a harness of its own, with the simulated platform on the other side.
//
// A verdict is good if every acknowledged message is stored, nothing else is, each message
// and each request is there once and whole, and everything derived (customers, orders,
// audiences, deliveries) is what a plain computation over the log gives. The package
// computes that itself, in memory, with none of the program's code for it.
//
// The library does not import package testing and does not decide when to hurt the
// program: the tests do. Each harness has a control, a build with a seeded bug that it must
// catch; see package failpoint and docs/reliability.md.
package crash

import "time"

// adminToken is the owner's on every server that the tests start.
const adminToken = "crash-admin-token-0123456789abcdef0123456789"

// patience is how long the tests wait for something that must happen.
const patience = 30 * time.Second
