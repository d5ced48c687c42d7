package rehearse

import "time"

// Result is what a replay found. Days are those of the brand's calendar, "2006-01-02".
type Result struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Customers int       `json:"customers" doc:"customers who were looked at"`
	Sample    float64   `json:"sample" doc:"share of all customers in percent; nothing is scaled up"`
	Events    int       `json:"events" doc:"events of these customers in the days replayed"`

	Entries  int            `json:"entries" doc:"runs that would have started"`
	Unique   int            `json:"unique_customers"`
	HeldOut  int            `json:"held_out" doc:"of the runs, those of the control group"`
	Refused  map[string]int `json:"refused,omitempty" doc:"triggers that would have started nothing, by why: had_already, has_one, no_key"`
	Ended    map[string]int `json:"ended" doc:"how runs ended; open: they have not"`
	PeakRuns int            `json:"peak_runs" doc:"most runs at once, as of any full hour"`

	Steps       []StepTally    `json:"steps"`
	Days        []DayTally     `json:"days"`
	Channels    []ChannelTally `json:"channels"`
	PerCustomer []Bucket       `json:"touches_per_customer" doc:"of those who entered"`
	Quota       []QuotaUse     `json:"quota,omitempty"`
	Staff       []StaffTally   `json:"staff,omitempty" doc:"by the owners of now; the busiest first"`
	Goal        *GoalTally     `json:"goal,omitempty"`
	Revenue     RevenueTally   `json:"revenue"`
	Notes       []Note         `json:"notes" doc:"what the replay took as it is now, and what it left out"`
	TookMS      int64          `json:"took_ms"`
}

// Note is a sentence that a reader must know to read the numbers right.
type Note struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// StepTally is what became of one step.
type StepTally struct {
	Step     string         `json:"step"`
	Kind     string         `json:"kind"`
	Name     string         `json:"name,omitempty"`
	Entered  int            `json:"entered"`
	Waiting  int            `json:"waiting" doc:"of those, still there at the end"`
	Outcomes map[string]int `json:"outcomes" doc:"done, planned, took, met, timed_out, held_out, failed and so on"`
	Ways     map[string]int `json:"ways,omitempty" doc:"by case, arm or variant"`
	Sent     int            `json:"sent,omitempty"`
	Shifted  int            `json:"shifted,omitempty" doc:"of those, sent after quiet hours"`
	Unsent   map[string]int `json:"unsent,omitempty" doc:"by reason"`
}

// DayTally is one day.
type DayTally struct {
	Day     string         `json:"day"`
	Entries int            `json:"entries"`
	Touches map[string]int `json:"touches" doc:"by channel, on the day they would have left"`
	Tasks   int            `json:"tasks"`
	Goals   int            `json:"goals"`
}

// ChannelTally is one channel.
type ChannelTally struct {
	Channel string         `json:"channel"`
	Planned int            `json:"planned"`
	Sent    int            `json:"sent"`
	Shifted int            `json:"shifted" doc:"of those, sent after quiet hours"`
	Unsent  map[string]int `json:"unsent" doc:"by reason: capped, no_consent, no_address, quota, expired"`
	PeakDay string         `json:"peak_day,omitempty"`
	Peak    int            `json:"peak"`
}

// Bucket is how many customers got this many touches.
type Bucket struct {
	Touches   int `json:"touches"`
	Customers int `json:"customers"`
}

// QuotaUse is what a corp's platform quota had to carry in one period.
type QuotaUse struct {
	Corp      string    `json:"corp"`
	From      time.Time `json:"from"`
	Limit     int       `json:"limit" doc:"messages a customer may get"`
	Customers int       `json:"customers" doc:"who got any"`
	Messages  int       `json:"messages"`
	Full      int       `json:"full" doc:"customers who reached the limit"`
}

// StaffTally is one member's work.
type StaffTally struct {
	Member  string         `json:"member" doc:"CORP/USERID; empty: customers whom nobody owns"`
	Tasks   int            `json:"tasks"`
	PeakDay string         `json:"peak_day"`
	Peak    int            `json:"peak"`
	Days    map[string]int `json:"days"`
}

// GoalTally is how the goal was reached.
type GoalTally struct {
	Reached     int     `json:"reached"`
	Share       float64 `json:"share" doc:"of entries, 0 to 1"`
	MedianHours float64 `json:"median_hours"`
	P90Hours    float64 `json:"p90_hours"`
}

// RevenueTally is what customers ordered after a run would have started. It is what
// happened anyway: not what the playbook would bring.
type RevenueTally struct {
	WindowDays int     `json:"window_days"`
	Buyers     int     `json:"buyers"`
	Orders     int     `json:"orders"`
	Net        float64 `json:"net" doc:"net of refunds, major units"`
	Currency   string  `json:"currency"`
	Meaning    string  `json:"meaning" enum:"correlation" doc:"these orders happened without the playbook; lift needs a holdout"`
}
