package experiment

import (
	"fmt"
	"strings"

	"yutang/internal/experiment/stat"
)

// warn says what to know before a decision.
func (e *evaluation) warn() {
	add := func(code, format string, args ...any) {
		e.result.Warnings = append(e.result.Warnings, Warning{code, fmt.Sprintf(format, args...)})
	}
	if r := e.result.Split; r != nil && r.Verdict != "ok" {
		code := map[string]string{"warning": "split_warning", "mismatch": "split_mismatch"}[r.Verdict]
		advice := "Look for the cause before you decide."
		if r.Verdict == "mismatch" {
			advice = "Do not decide on these results before the cause is found."
		}
		add(code, "The arms are not of the planned sizes: a split as uneven comes by chance with p = %.2g. %s", r.P, advice)
	}
	for _, a := range e.x.Arms {
		if a.Changed {
			add("shares_changed", "The planned share of arm %s was changed while the experiment ran, so the arms hold customers of different days. Start a new experiment instead.", a.Name)
		}
	}
	total, mature := 0, 0
	for _, a := range e.result.Arms {
		total, mature = total+a.Exposed, mature+a.Mature
	}
	if n := e.m.merged; n > 0 && n*100 > total {
		add("merged", "%d customers are left out because a merge of records puts them into two arms.", n)
	}
	if total > 0 && mature == 0 {
		add("not_mature", "Nobody's horizon of %d days is over yet.", e.x.Settings.Horizon)
	}
	for _, a := range e.result.Arms {
		if a.Exposed == 0 {
			add("empty_arm", "Nobody is in arm %s.", a.Arm)
		}
	}
	e.warnOfComparisons(add)
}

func (e *evaluation) warnOfComparisons(add func(code, format string, args ...any)) {
	for _, c := range e.result.Comparisons {
		if c.Clusters != nil && c.Clusters.Few {
			add("few_clusters", "Arm %s or the control has fewer than %d clusters: the interval is only a rough one.", c.Arm, stat.MinClusters)
		}
		if c.Clusters != nil && !c.Clusters.Reached {
			add("cluster_one_look", "A cluster experiment has no always-valid result: plan its horizon, and read it then, once.")
		}
		for _, g := range c.Guardrails {
			if g.Harmed {
				add("guardrail", "%s is more frequent in arm %s than in the control.", g.Event, c.Arm)
			}
		}
	}
}

// definitions says in words what the numbers of an experiment mean.
func definitions(x Info) []Definition {
	set := x.Settings
	out := []Definition{
		{"customer", "One person, with all records merged into one. Each counts in the arm of the first exposure, whatever reached them (intention to treat). Who got two arms by a merge is left out. Exposures before an erasure do not count."},
		{"exposed", "The arm first made a difference to the customer: the step was reached, or the message was about to go."},
		{"mature", fmt.Sprintf("Exposed at least %d days ago, so that everything that counts has happened. Comparisons use mature customers only.", set.Horizon)},
		{"conversion", fmt.Sprintf("%s within %d days after the first exposure.", set.Event, set.Horizon)},
		{"revenue", fmt.Sprintf("Orders completed within %d days after the first exposure, in the brand's currency, less what was refunded of them to this day. It is the order ledger's amount; customers without orders count with zero.", set.Horizon)},
		{"revenue_adjusted", fmt.Sprintf("Revenue less what the revenue of the %d days before the exposure foretells (CUPED). The same difference with less noise.", set.Before)},
		{"revenue_capped", fmt.Sprintf("Revenue where amounts above the quantile %g of all mature customers count as much as it.", set.Winsorise)},
		{"always_valid", fmt.Sprintf("Holds however often you look and whenever you stop: mixture sequential ratio test with a normal mixture, tuned to %s, from %d mature customers an arm. At level %g for all looks together.", planned(set), stat.MinSequential, 1-set.Alpha)},
		{"fixed_horizon", "Two-proportion z test with Newcombe's interval; Welch's t test for revenue. Valid for one look at the planned moment, on the customers mature then; not shown before."},
		{"split", fmt.Sprintf("Chi-square test of the arms' sizes against the plan. Warning below p = %g, mismatch below p = %g.", stat.Warn, stat.Mismatch)},
		{"incremental_revenue", "Difference of revenue per customer times the mature customers of the arm."},
		{"guardrail", fmt.Sprintf("%s within %d days after the first exposure.", strings.Join(set.Guardrails, ", "), set.Horizon)},
	}
	if len(x.Arms) > 2 {
		out = append(out, Definition{"several_arms", "p_adjusted is Holm's; intervals are at the level 1 - alpha/(arms - 1), so that all hold together."})
	}
	if x.Kind == Cluster {
		out = append(out, Definition{"clusters", "Arms were drawn for members of staff, departments or stores. The variance is that between clusters (CR2), t with clusters - 2 degrees of freedom."})
	}
	if x.Name == Global || strings.HasPrefix(x.Name, Global+"/") {
		out = append(out, Definition{"global", "Customers whom a touch was about to reach while the brand's holdout was on, and to whom consent did not forbid it: each from the first such moment. The control got no touches but transactional ones from then on."})
	}
	return out
}

func planned(x Settings) string {
	if x.PlannedCustomers > 0 {
		return fmt.Sprintf("the planned %d customers", x.PlannedCustomers)
	}
	return fmt.Sprintf("%d customers, as nothing is planned", stat.DefaultPlan)
}
