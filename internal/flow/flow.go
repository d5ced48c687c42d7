// Package flow owns what a playbook says and how somebody goes through it: the definition,
// its checks, and the machine that takes a run from step to step.
//
// A definition is a tree: a step may have ways (a branch, a split, a wait with a time-out),
// each with steps of its own, and all ways join again behind it. So a run only goes forward
// and always ends. The machine knows neither storage nor clock: it asks a World, and the
// same machine carries live runs, a test run with a simulated clock and a replay on
// history.
package flow
