package experiment

import "strings"

// Kind says what an experiment compares.
type Kind string

// The kinds.
const (
	Split    Kind = "split"    // ways through a playbook
	Holdout  Kind = "holdout"  // being reached with not being reached
	Variants Kind = "variants" // what is said in one step
	Cohort   Kind = "campaign" // variants and holdout of a mass send
	Cluster  Kind = "cluster"  // arms drawn for members of staff, departments or stores
)

// kindOf guesses the kind from an exposure, where nobody has declared it.
func kindOf(e Exposure) Kind {
	switch {
	case e.Cluster != "":
		return Cluster
	case strings.HasPrefix(e.Experiment, Campaign("")):
		return Cohort
	case e.Arm == ArmControl, e.Arm == ArmTreatment, e.Experiment == Global:
		return Holdout
	}
	return Split
}
