package console

import (
	"slices"

	"yutang/internal/access"
)

// playPages are playbooks and the rooms that carry them out, measure and prepare them.
func playPages() []route {
	return slices.Concat(bookPages(), rehearsalPages(), taskPages(), experimentPages(), contentPages(), reportPages())
}

// bookPages show, change and steer playbooks.
func bookPages() []route {
	const read, write, approve = access.PlaybooksRead, access.PlaybooksWrite, access.PlaybooksApprove
	return []route{
		{"GET /playbooks", read, showBooks},
		{"GET /playbooks/new", write, newBook},
		{"POST /playbooks/new", write, saveBook},
		{"GET /playbooks/{id}", read, showBook},
		{"GET /playbooks/{id}/people", read, showBookPeople},
		{"GET /playbooks/{id}/runs", read, showBookRuns},
		{"GET /playbooks/{id}/edit", write, editBook},
		{"POST /playbooks/{id}/edit", write, saveBook},
		{"GET /playbooks/{id}/versions", read, showBookVersions},
		{"GET /playbooks/{id}/publish", read, previewBook},
		{"POST /playbooks/{id}/publish", write, publishBook},
		{"POST /playbooks/{id}/approve", approve, judgeBook},
		{"POST /playbooks/{id}/reject", approve, judgeBook},
		{"POST /playbooks/{id}/{do}", write, steerBook},
		{"GET /runs/{id}", read, showRun},
		{"POST /runs/{id}/stop", write, stopRun},
	}
}

// rehearsalPages try playbooks out.
func rehearsalPages() []route {
	const read, write = access.PlaybooksRead, access.PlaybooksWrite
	return []route{
		{"GET /playbooks/{id}/test", write, showTrial},
		{"POST /playbooks/{id}/test", write, runTrial},
		{"GET /playbooks/{id}/replay", read, showReplays},
		{"POST /playbooks/{id}/replay", write, startReplay},
		{"GET /replays/{id}", read, showReplay},
	}
}

// taskPages are the library of playbooks, the work of staff, and the touch budget.
func taskPages() []route {
	in := needsCorp
	return []route{
		{"GET /sop", access.PlaybooksRead, showSOP},
		{"GET /sop/{id}", access.PlaybooksRead, showReadyBook},
		{"POST /sop/{id}", access.PlaybooksWrite, installReadyBook},

		{"GET /tasks", access.TasksRead, in(showTasks)},
		{"GET /tasks/list", access.TasksRead, in(showTaskList)},
		{"GET /tasks/settings", access.TasksRead, in(showTaskSettings)},
		{"GET /tasks/hand-over", access.TasksWrite, in(showTaskHandOver)},
		{"POST /tasks/hand-over", access.TasksWrite, in(handOverTasks)},
		{"GET /tasks/{id}", access.TasksRead, in(showTask)},
		{"POST /tasks/{id}/hand-over", access.TasksWrite, in(steerTask)},
		{"POST /tasks/{id}/cancel", access.TasksWrite, in(steerTask)},

		{"GET /budget", access.OutreachRead, showBudget},
		{"GET /budget/touches", access.OutreachRead, showBudgetTouches},
		{"GET /budget/customers/{id}", access.OutreachRead, showBudgetCustomer},
		{"GET /budget/rules", access.OutreachRead, showBudgetRules},
		{"GET /budget/ledger", access.OutreachRead, showLedger},
	}
}

// experimentPages are what was tried out and what came of it.
func experimentPages() []route {
	return []route{
		{"GET /experiments", access.ExperimentsRead, showExperiments},
		{"GET /experiments/{id}", access.ExperimentsRead, showExperiment},
		{"GET /experiments/{id}/customers", access.ExperimentsRead, showExperimentPeople},
		{"POST /experiments/{id}/{do}", access.ExperimentsWrite, steerExperiment},
	}
}

// contentPages are what a brand says again and again.
func contentPages() []route {
	const read, write, approve = access.ContentRead, access.ContentWrite, access.ContentApprove
	return []route{
		{"GET /library", read, showLibrary},
		{"GET /library/new", write, newMaterial},
		{"POST /library/new", write, saveMaterial},
		{"GET /library/{id}", read, showMaterial},
		{"POST /library/{id}/versions", write, addVersion},
		{"POST /library/{id}/publish", write, steerMaterial},
		{"POST /library/{id}/trash", write, trashMaterial},
		{"POST /library/{id}/{do}", approve, steerMaterial},

		{"GET /links", read, showLinks},
		{"POST /links", write, makeLink},
		{"GET /links/people", access.CustomersRead, showLinkPeople},
		{"GET /links/{id}", read, showLink},
		{"POST /links/{id}/close", write, closeLink},

		{"GET /posters", read, showPosters},
		{"POST /posters", write, makePoster},
		{"GET /posters/{id}", read, showPoster},
		{"GET /posters/{id}/image", read, posterImage},
		{"GET /posters/examples/{id}/image", read, exampleImage},
	}
}

// reportPages ask the room of insight. Each has a form, and people behind its numbers.
func reportPages() []route {
	const read, people = access.InsightRead, access.CustomersRead
	return []route{
		{"GET /reports/funnel", read, showFunnel},
		{"GET /reports/retention", read, showRetention},
		{"GET /reports/rfm", read, showRFM},
		{"GET /reports/ltv", read, showLTV},
		{"GET /reports/people", people, showReportPeople},
	}
}
