// Package wecomsim owns a simulator of the WeCom platform: one corp with its apps, directory,
// customers, groups and all that a self-built app can see and do there, served over HTTP as
// the platform serves it. It is an independent second implementation of the platform's
// contract, crypto included, and shares no code with the client it tests.
//
// Promises: every answer has the platform's codes and shapes; limits, quotas and expiries go
// by a virtual clock; the same seed and the same calls give the same traffic; changes made
// through the API raise no callback, changes made on a phone do. Callbacks are hints, as the
// real ones: knobs delay, lose, repeat and reorder them.
//
// It does not keep anything on disk and is no security boundary: whoever reaches its port
// may do everything under /sim/.
//
// One mutex guards all state. A request or a phone action takes it, runs the timers due, does
// its work at one frozen moment and leaves. Callbacks wait in a queue by due time:
//
//	emit ──(lost?)──▶ queue ──due──▶ POST ──200──▶ delivered
//	                    ▲              │ else
//	                    └──retry ≤ 3───┘──▶ given up
package wecomsim
