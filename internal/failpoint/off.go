//go:build !failpoint

package failpoint

// Hit does nothing in this build.
func Hit(Point) {}

// Broken is false in this build.
func Broken(Bug) bool { return false }
