package board

import (
	"context"
	"time"

	"yutang/internal/money"
)

// Costs are what was spent to win customers, as package cost keeps it.
type Costs interface {
	// Spent sums the costs of [from, to) in minor units of the brand's currency: by "" under
	// the one key "", or by "channel", "staff" or "campaign" (what names none under
	// "(none)"). known is false if no cost was ever recorded.
	Spent(ctx context.Context, by string, from, to time.Time) (spent map[string]int64, known bool, err error)
}

// Extras are columns that other rooms add to the rows of a board: touches of playbooks, lift.
type Extras interface {
	// Columns gives for each row of by ("channel", "staff", "campaign") numbers by name.
	Columns(ctx context.Context, by string, from, to time.Time) (map[string]map[string]float64, error)
}

func (r *Report) extra(ctx context.Context, p *plan, rows []Row) error {
	if r.Extras == nil {
		return nil
	}
	found, err := r.Extras.Columns(ctx, p.spec.Rows, p.from, p.to.Add(time.Millisecond))
	if err != nil {
		return err
	}
	for i := range rows {
		for name, v := range found[rows[i].Row] {
			if rows[i].Extra == nil {
				rows[i].Extra = map[string]*float64{}
			}
			rows[i].Extra[name] = &v
		}
	}
	return nil
}

// books are the costs of each window, by row.
type books struct {
	known bool
	spent []map[string]int64 // per window
	team  []float64          // minor units
	scale float64            // minor units in a major one
}

// books reads what the numbers of a board need: for rows, windows now and then only.
func (r *Report) books(ctx context.Context, p *plan, by string) (*books, error) {
	b := &books{scale: float64(money.Scale(r.Base.Customers.Currency()))}
	windows := p.windows
	if by != "" {
		windows = windows[:periods]
	}
	for _, w := range windows {
		spent := map[string]int64{}
		if r.Costs != nil && p.spec.needs(spend, profit, valueProfit, payback) && w.to > w.from {
			found, known, err := r.Costs.Spent(ctx, by, time.UnixMilli(w.from), time.UnixMilli(w.to))
			if err != nil {
				return nil, err
			}
			b.known = b.known || known
			for name, v := range found {
				spent[name] = v
			}
		}
		b.spent = append(b.spent, spent)
		b.team = append(b.team, p.teamCost(w)*b.scale)
	}
	return b, nil
}

func (s *Spec) needs(any ...special) bool {
	for _, x := range s.Numbers {
		for _, t := range []*term{x.num, x.den} {
			for _, a := range any {
				if t != nil && t.special == a {
					return true
				}
			}
		}
	}
	return false
}

// teamCost is the monthly cost of the team, day by day of each month, in major units.
func (p *plan) teamCost(w window) float64 {
	if p.Settings.TeamPerMonth == nil || w.to <= w.from {
		return 0
	}
	total, end := 0.0, time.UnixMilli(w.to).In(p.zone)
	for at := time.UnixMilli(w.from).In(p.zone); at.Before(end); {
		next := time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, p.zone)
		month := next.Sub(time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, p.zone))
		until := next
		if until.After(end) {
			until = end
		}
		total += *p.Settings.TeamPerMonth * float64(until.Sub(at)) / float64(month)
		at = until
	}
	return total
}

// figures works out numbers from a sheet.
type figures struct {
	s       *scan
	sheet   sheet
	windows int
	books   *books
	row     string
}

// number is a value in a window, nil with the reason if it cannot be known.
func (f *figures) number(x *Number, w int) (*float64, string) {
	num, why := f.term(x.num, w)
	if why != "" {
		return nil, why
	}
	if x.den != nil {
		den, why := f.term(x.den, w)
		if why != "" {
			return nil, why
		}
		if den == 0 {
			return nil, "nothing to divide by in this time: " + x.den.formula(false)
		}
		num /= den
	}
	switch x.Unit {
	case Money:
		num /= f.books.scale
	case Seconds:
		num /= 1000
	default:
	}
	return &num, ""
}

// shown is a part of a quotient as it is shown: money in major units.
func (f *figures) shown(t *term, w int) (*float64, string) {
	v, why := f.term(t, w)
	if why != "" {
		return nil, why
	}
	isMoney := t.special != plain && t.special != payback || t.of == sum && t.m != answers
	switch {
	case isMoney:
		v /= f.books.scale
	case t.of == sum:
		v /= 1000
	}
	return &v, ""
}

// Reasons why a number is not known.
const (
	noCosts  = "no costs are recorded: enter or import acquisition costs"
	noMargin = "the gross margin is not set: give settings.gross_margin"
	noTeam   = "the cost of the team is not set: give settings.team_cost_per_month"
)

// term is a part of a formula; money is in minor units.
func (f *figures) term(t *term, w int) (float64, string) {
	at := func(m measure) *tally { return f.sheet.at(m, f.windows, w) }
	switch t.special {
	case plain:
		switch t.of {
		case people:
			return float64(at(t.m).people), ""
		case often:
			return float64(at(t.m).count), ""
		}
		return float64(at(t.m).sum), ""
	case spend:
		if !f.books.known {
			return 0, noCosts
		}
		return float64(f.books.spent[w][f.row]), ""
	case team:
		if f.s.p.Settings.TeamPerMonth == nil {
			return 0, noTeam
		}
		return f.books.team[w], ""
	case grossProfit, perHead:
		return f.margin(float64(at(revenue).sum))
	case valueProfit:
		return f.margin(float64(at(buyerValue).sum))
	case profit:
		return f.profit(w)
	}
	return f.payback(w)
}

func (f *figures) margin(revenue float64) (float64, string) {
	if m := f.s.p.Settings.GrossMargin; m != nil {
		return revenue * *m, ""
	}
	return 0, noMargin
}

func (f *figures) profit(w int) (float64, string) {
	left, why := f.margin(float64(f.sheet.at(revenue, f.windows, w).sum))
	if why != "" {
		return 0, why
	}
	for _, s := range []special{spend, team} {
		v, why := f.term(worked(s), w)
		if why != "" {
			return 0, why
		}
		left -= v
	}
	return left, ""
}

// payback divides the cost of a new buyer by the gross profit of a buyer and month.
func (f *figures) payback(w int) (float64, string) {
	spent, why := f.term(worked(spend), w)
	if why != "" {
		return 0, why
	}
	gross, why := f.margin(float64(f.sheet.at(revenue, f.windows, w).sum))
	if why != "" {
		return 0, why
	}
	buyers, fresh := f.sheet.at(orders, f.windows, w).people, f.sheet.at(firstOrders, f.windows, w).people
	win := f.s.p.windows[w]
	months := float64(win.to-win.from) / float64(30*day)
	if buyers == 0 || fresh == 0 || gross <= 0 {
		return 0, "no new buyer or no gross profit in this time, so nothing pays back"
	}
	return spent / float64(fresh) / (gross / float64(buyers) / months), ""
}
