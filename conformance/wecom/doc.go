// Package wecom runs WeCom SDKs that nobody here wrote against the simulator and against our
// encryption. A module of its own keeps them out of the product.
//
// It promises: every call that both an SDK and the simulator know has succeeded at least
// once with what was asked for decoded from the answer, see TestCoverage of each SDK; and the
// calls that an SDK has and the simulator lacks are named one by one in coverage_test.go.
package wecom
