// Package failpoint lets the crash tests end the program at named places and give it the
// bugs that each harness must catch.
//
// Only a build with the tag failpoint can do either: there the environment variable
// YUTANG_FAILPOINT=POINT:N ends the process, as kill -9 does, at the Nth visit of a point,
// and YUTANG_BUGS=BUG,BUG turns seeded bugs on. In every other build Hit does nothing and
// Broken is the constant false, so the compiler leaves nothing of them.
package failpoint

// Point is a place where the program can be made to end.
type Point string

// The points.
const (
	BeforeCommit    Point = "before-commit"    // a batch is written, not committed
	BeforeAck       Point = "before-ack"       // it is committed, and nobody knows
	SnapshotSection Point = "snapshot-section" // one more part of a snapshot is written
	SnapshotName    Point = "snapshot-name"    // all parts are written, the file has not its name
	SnapshotForget  Point = "snapshot-forget"  // it has; what it makes needless is still there
	Attempting      Point = "attempting"       // a delivery is committed as attempted, not called
	Called          Point = "called"           // it is called, its result is not kept
)

// The points of callbacks from WeCom.
const (
	CallbackStored  Point = "callback-stored"  // callbacks are committed, not answered
	CallbackHandled Point = "callback-handled" // one is processed, which is not noted
)

// The points of playbooks.
const (
	HistoryWritten Point = "history-written" // the history of a batch is written, its runs are not
	RunsWritten    Point = "runs-written"    // they are too; messages, tasks and the commit are to come
	RunsDue        Point = "runs-due"        // time has moved runs on in memory
)

// Points lists those that every load of events passes.
var Points = []Point{BeforeCommit, BeforeAck, SnapshotSection, SnapshotName, SnapshotForget, Attempting, Called}

// Bug is a defect that the program can be given.
type Bug string

// The bugs.
const (
	AckEarly  Bug = "ack-early"  // submissions are acknowledged before they are committed
	AckFailed Bug = "ack-failed" // and also when the commit failed
	NoDedupe  Bug = "no-dedupe"  // a message sent again is a new one
	LoseTail  Bug = "lose-tail"  // what came after the snapshot is not loaded
	NoSync    Bug = "no-sync"    // commits do not wait for the disk
	KeepGoing Bug = "keep-going" // a disk error is taken for a passing one
	Unbounded Bug = "unbounded"  // the queue takes everything
	CallTwice Bug = "call-twice" // an interrupted delivery is called again

	LoseRuns    Bug = "lose-runs"    // where a run has come to is not written, its history is
	EmitLater   Bug = "emit-later"   // events of steps take the road after the batch, not in it
	AnswerEarly Bug = "answer-early" // callbacks are answered before they are stored
)
