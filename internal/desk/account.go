package desk

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"yutang/internal/corp"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// Account is a customer-service account.
type Account struct {
	Corp      string
	ID        string // open_kfid
	Name      string
	Servicers []Servicer
	Welcome   string    // greets who enters; "" nobody
	Revoked   bool      // the admin took it from the app
	GoneAt    time.Time // zero: it is there
	PulledAt  time.Time // when the end of its messages was reached; zero: never
	Problem   string    // why the last pull failed, "" if it did not
}

// Servicer is a member, or a department, that serves an account.
type Servicer struct {
	User       string `json:"user,omitempty"`
	Department int64  `json:"department,omitempty"`
	Paused     bool   `json:"paused,omitempty"`
}

// State is how customer service of a corp is.
type State struct {
	KeepDays int       // how long what was said is kept; 0 for good
	PulledAt time.Time // when the accounts were asked for; zero: never
	Problem  string    // why that failed last, "" if it did not
}

const (
	// DefaultKeep is how many days texts are kept unless somebody decides otherwise.
	DefaultKeep = 180
	// leastKeep is more than the platform's three days: what it tells late is then younger
	// than what was forgotten.
	leastKeep = 7
	maxKeep   = 3650

	roundEvery  = time.Hour
	roundFailed = 5 * time.Minute
	listPage    = 100
	welcomeSize = 2048 // bytes, as the platform counts
)

// round is a job: it asks for the accounts of a corp, has each pulled without a callback,
// and forgets what is old.
func (s *Service) round(ctx context.Context, j job.Job) error {
	corpID := j.Queue
	accounts, err := s.refresh(ctx, corpID)
	if err == nil {
		err = s.sweepAll(ctx, corpID, accounts)
	}
	if fault.Is(err, fault.NotFound) {
		return nil // the corp is no more
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	problem, pause := "", roundEvery
	if err != nil {
		problem, pause = err.Error(), roundPause(err)
		s.Log.InfoContext(ctx, "customer service accounts could not be read", "corp", corpID, "error", err)
	}
	now := s.Clock.Now()
	if err := s.saveRound(ctx, corpID, now, problem); err != nil {
		return err
	}
	if err := s.forget(ctx, corpID, now); err != nil {
		return err
	}
	if j.Key != corpID {
		return nil // asked for once
	}
	return &job.Later{At: now.Add(pause), Reason: problem}
}

// roundPause is short where trying again soon may help.
func roundPause(err error) time.Duration {
	switch wecom.ClassOf(err) {
	case wecom.Permission, wecom.Business, wecom.Relation:
		return roundEvery
	}
	if fault.Is(err, fault.Precondition) {
		return roundEvery
	}
	return max(roundFailed, wecom.RetryAfter(err))
}

// refresh takes over the list of accounts. It gives those that the app may pull.
func (s *Service) refresh(ctx context.Context, corpID string) (ids []string, err error) {
	client, err := s.Corps.ClientOf(ctx, corpID, corp.Desk)
	if err != nil {
		return nil, err
	}
	var list []wecom.KfAccount
	for {
		part, err := client.KfAccountList(ctx, len(list), listPage)
		if err != nil {
			return nil, err
		}
		if list = append(list, part...); len(part) < listPage {
			break
		}
	}
	found := make([]Account, 0, len(list))
	for _, a := range list {
		servicers, err := client.KfServicerList(ctx, a.OpenKfID)
		if isStranger(err) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		acc := Account{Corp: corpID, ID: a.OpenKfID, Name: a.Name, Servicers: []Servicer{}}
		for _, v := range servicers {
			acc.Servicers = append(acc.Servicers, Servicer{User: v.UserID, Department: v.DepartmentID, Paused: v.Status != 0})
		}
		found = append(found, acc)
	}
	return s.replaceAccounts(ctx, corpID, found)
}

// sweepAll has every account pulled without a callback, one after another: the platform
// throttles that.
func (s *Service) sweepAll(ctx context.Context, corpID string, accounts []string) error {
	jobs := make([]job.Job, len(accounts))
	for i, id := range accounts {
		due := s.Clock.Now().Add(time.Duration(i) * restWithout)
		jobs[i] = job.Job{Kind: pullJob, Key: lane(corpID, id) + "/" + sweep, Queue: lane(corpID, id), Due: due}
	}
	return s.Jobs.Put(ctx, jobs...)
}

// Refresh asks for accounts and messages of a connected corp soon.
func (s *Service) Refresh(ctx context.Context, corpID string) error {
	if _, err := s.Corps.ClientOf(ctx, corpID, corp.Desk); err != nil {
		return err
	}
	return s.look(ctx, corpID)
}

// SetWelcome sets what greets who enters an account; "" greets nobody. audit, if not nil,
// runs in the same transaction.
func (s *Service) SetWelcome(ctx context.Context, corpID, account, text string, audit func(ctx context.Context) error) (Account, error) {
	if len(text) > welcomeSize || !utf8.ValidString(text) {
		return Account{}, fault.BadField("/text", "at most %d bytes of text: it has %d", welcomeSize, len(text))
	}
	var a Account
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.saveWelcomeText(ctx, corpID, account, text); err != nil {
			return err
		}
		if a, err = s.Account(ctx, corpID, account); err != nil || audit == nil {
			return err
		}
		return audit(ctx)
	})
	return a, err
}

// SetKeep sets for how many days what was said is kept; 0 is for good. audit, if not nil,
// runs in the same transaction.
func (s *Service) SetKeep(ctx context.Context, corpID string, days int, audit func(ctx context.Context) error) (State, error) {
	if days != 0 && (days < leastKeep || days > maxKeep) {
		return State{}, fault.BadField("/keep_days", "0 for good, or %d to %d days", leastKeep, maxKeep)
	}
	if _, err := s.Corps.ClientOf(ctx, corpID, corp.Desk); fault.Is(err, fault.NotFound) {
		return State{}, err
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.saveKeep(ctx, corpID, days); err != nil || audit == nil {
			return err
		}
		return audit(ctx)
	})
	if err != nil {
		return State{}, err
	}
	return s.State(ctx, corpID)
}

// isStranger says that the platform does not know the account.
func isStranger(err error) bool { return wecom.Is(err, codeBadAccount, codeNoAccount) }

// Codes of the platform.
const (
	codeBadAccount = 95000
	codeNoAccount  = 95004
	codeBadToken   = 95007 // of a callback: expired, or not of this account
	codeBadParam   = 40058
)

var errOvertaken = errors.New("desk: another pull went ahead")
