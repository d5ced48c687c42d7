//go:build !unix

package outreach

import "io/fs"

// fileNumber is not known here; the mark's text alone must do.
func fileNumber(fs.FileInfo) string { return "" }
