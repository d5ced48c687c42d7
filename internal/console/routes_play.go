package console

import (
	"slices"

	"yutang/internal/access"
)

// playPages are playbooks and the rooms that carry them out, measure and prepare them.
func playPages() []route {
	return slices.Concat(bookPages(), rehearsalPages())
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
