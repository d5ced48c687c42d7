package planner

// nodeDef is a node of every plan.
type nodeDef struct {
	name, unit, definition string
	of                     func(*flow) float64
}

// The nodes, from the target down.
const (
	NodeRevenue   = "revenue"
	NodeOrders    = "orders"
	NodeBuyers    = "buyers"
	NodeReturning = "returning"
	NodeFirstTime = "first_time"
	NodeAdds      = "adds"
	NodeBudget    = "budget"
	NodeTouches   = "touches"
	NodeTasks     = "tasks"
	NodeLoyal     = "loyal"
	NodeReferred  = "referred"
	NodeInterest  = "new_interest"
)

var nodeDefs = []nodeDef{
	{NodeRevenue, "money", "the target, net of refunds", func(f *flow) float64 { return f.revenue }},
	{NodeOrders, "orders", "revenue divided by the average order", func(f *flow) float64 { return f.orders }},
	{NodeBuyers, "customers", "orders divided by orders per buyer", func(f *flow) float64 { return f.buyers }},
	{NodeReturning, "customers", "buyers who have bought before: all earlier buyers times the repeat rate, at most all buyers", func(f *flow) float64 { return f.returning }},
	{NodeFirstTime, "customers", "buyers less those who return", func(f *flow) float64 { return f.firstTime }},
	{"from_known", "customers", "first-time buyers among those known today: prospects times their rate of buying", func(f *flow) float64 { return f.fromKnown }},
	{"new_buyers", "customers", "first-time buyers who are not known yet", func(f *flow) float64 { return f.newBuyers }},
	{"from_referral", "customers", "of them, whom loyal customers bring: loyal customers times loyal-to-referred times referrals each times the channels' conversion together", func(f *flow) float64 { return f.fromReferral }},
	{"from_channels", "customers", "of them, whom channels must bring", func(f *flow) float64 { return f.fromChannels }},
	{NodeAdds, "customers", "customers to add: for each channel, buyers divided by the conversion of its adds", func(f *flow) float64 { return f.adds }},
	{"adds_beyond_capacity", "customers", "of them, beyond what all channels brought in their best weeks", func(f *flow) float64 { return f.beyond }},
	{NodeBudget, "money", "adds of each channel times what one costs there", func(f *flow) float64 { return f.budget }},
	{"aware", "customers", "customers who must be aware: interest divided by aware-to-interest", func(f *flow) float64 { return f.aware }},
	{"interest", "customers", "customers who must be interested: first-time buyers divided by interest-to-purchase", func(f *flow) float64 { return f.interest }},
	{"purchase", "customers", "customers who must buy", func(f *flow) float64 { return f.buyers }},
	{NodeLoyal, "customers", "buyers who become loyal: buyers times purchase-to-loyal", func(f *flow) float64 { return f.loyal }},
	{NodeReferred, "customers", "loyal customers who refer somebody: those of today and of the plan times loyal-to-referred", func(f *flow) float64 { return f.referred }},
	{"new_aware", "customers", "aware customers who are missing today", func(f *flow) float64 { return f.newAware }},
	{NodeInterest, "customers", "interested customers who are missing today", func(f *flow) float64 { return f.newInterest }},
	{"referral_adds", "customers", "whom loyal customers of today bring", func(f *flow) float64 { return f.referralAdds }},
	{NodeTouches, "touches", "buyers times touches per buyer", func(f *flow) float64 { return f.touches }},
	{NodeTasks, "tasks", "buyers times tasks per buyer", func(f *flow) float64 { return f.tasks }},
	{"staff_for_adds", "members", "adds divided by what a member adds in a day and by days", func(f *flow) float64 { return f.staffForAdds }},
	{"staff_for_tasks", "members", "tasks divided by what a member does in a day and by days", func(f *flow) float64 { return f.staffForTasks }},
	{"staff", "members", "the larger of the two", func(f *flow) float64 { return f.staff }},
}

// Layer is a level of the hourglass or the diamond.
type Layer struct {
	Name       string   `json:"name"`
	Definition string   `json:"definition"`
	Need       *float64 `json:"need"` // point
	P10        *float64 `json:"p10"`
	P50        *float64 `json:"p50"`
	P90        *float64 `json:"p90"`
	Have       *int     `json:"have,omitempty"` // today
	Gap        *float64 `json:"gap,omitempty"`  // need less have, at least 0
	Rate       *float64 `json:"rate,omitempty"` // from the layer above
}

// node finds a node by name.
func (a *Answer) node(name string) Node {
	for _, n := range a.Nodes {
		if n.Name == name {
			return n
		}
	}
	return Node{Name: name}
}

func (a *Answer) rate(name string) *float64 {
	for _, r := range a.Rates {
		if r.Name == name {
			return r.Point
		}
	}
	return nil
}

func (a *Answer) layer(name, node, definition string, have *int, rate *float64) Layer {
	n := a.node(node)
	l := Layer{Name: name, Definition: definition, Need: n.Point, P10: n.P10, P50: n.P50, P90: n.P90, Have: have, Rate: rate}
	if have != nil && n.Point != nil {
		gap := max(0, *n.Point-float64(*have))
		l.Gap = &gap
	}
	return l
}

// hourglass reads a plan from wide to narrow and wide again: awareness narrows to purchase,
// and loyal customers who refer others widen it again.
func hourglass(a *Answer) []Layer {
	at := func(stage string) *int { n := a.Stock.Stages[stage]; return &n }
	return []Layer{
		a.layer("aware", "aware", "know the brand", at("aware"), nil),
		a.layer("interest", "interest", "showed interest", at("interest"), a.rate(AwareToInterest)),
		a.layer("purchase", "purchase", "buy", nil, a.rate(InterestToPurchase)),
		a.layer("loyal", "loyal", "become loyal", &a.Stock.Loyal, a.rate(PurchaseToLoyal)),
		a.layer("referred", "referred", "refer somebody", nil, a.rate(LoyalToReferred)),
		a.layer("brought", "referral_adds", "are brought by them, and are aware", nil, a.rate(PerReferrer)),
	}
}

// diamond reads the same plan from few to many to few: seeds carry it to the many, of whom
// some buy and fewer stay.
func diamond(a *Answer) []Layer {
	seeds := float64(a.Stock.Loyal)
	top := Layer{Name: "seeds", Definition: "loyal customers of today, who carry the growth", Need: &seeds, Have: &a.Stock.Loyal}
	wide := a.layer("reached", "interest", "the many: customers in touch, known or added, who must be interested", nil, nil)
	if wide.Need == nil {
		wide = a.layer("reached", "adds", "the many: customers added", nil, nil)
	}
	return []Layer{
		top,
		a.layer("referrers", "referred", "refer somebody", nil, a.rate(LoyalToReferred)),
		wide,
		a.layer("buyers", "buyers", "buy", nil, a.rate(InterestToPurchase)),
		a.layer("loyal", "loyal", "become loyal, and the seeds of the next plan", nil, a.rate(PurchaseToLoyal)),
	}
}
