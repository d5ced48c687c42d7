package access

import "slices"

// Permission names one thing a principal may do.
type Permission string

// The permissions. Anyone and SignedIn are for routes that need no right of their own.
const (
	Anyone   Permission = "anyone"    // no credentials needed
	SignedIn Permission = "signed_in" // any valid credentials

	CustomersRead    Permission = "customers.read"
	CustomersWrite   Permission = "customers.write"
	CustomersMerge   Permission = "customers.merge"
	CustomersUnmask  Permission = "customers.unmask"
	CustomersErase   Permission = "customers.erase"
	EventsRead       Permission = "events.read"
	AudiencesRead    Permission = "audiences.read"
	AudiencesWrite   Permission = "audiences.write"
	PlaybooksRead    Permission = "playbooks.read"
	PlaybooksWrite   Permission = "playbooks.write"
	PlaybooksApprove Permission = "playbooks.approve" // lets a draft be published
	TasksRead        Permission = "tasks.read"
	TasksWrite       Permission = "tasks.write"
	ExperimentsRead  Permission = "experiments.read"
	ExperimentsWrite Permission = "experiments.write"
	InsightRead      Permission = "insight.read"  // reports and boards
	InsightWrite     Permission = "insight.write" // costs, plans, assessments
	OutreachRead     Permission = "outreach.read"
	OutreachWrite    Permission = "outreach.write"
	ImportsRead      Permission = "imports.read"
	ImportsWrite     Permission = "imports.write"
	SourcesRead      Permission = "sources.read"
	SourcesWrite     Permission = "sources.write"
	IdentityRead     Permission = "identity.read"
	IdentityWrite    Permission = "identity.write"
	SettingsRead     Permission = "settings.read"
	SettingsWrite    Permission = "settings.write"
	AccountsRead     Permission = "accounts.read"
	AccountsWrite    Permission = "accounts.write"
	AuditRead        Permission = "audit.read"
	SystemRead       Permission = "system.read"

	WeComRead      Permission = "wecom.read"  // corps, callbacks, sync
	WeComWrite     Permission = "wecom.write" // credentials, settings, a sync by hand
	StaffRead      Permission = "staff.read"  // directory
	StaffWrite     Permission = "staff.write"
	ContactsRead   Permission = "contacts.read" // relations between staff and customers
	CodesRead      Permission = "codes.read"    // live codes, acquisition links
	CodesWrite     Permission = "codes.write"
	ContentRead    Permission = "content.read" // materials, welcome messages
	ContentWrite   Permission = "content.write"
	ContentApprove Permission = "content.approve" // of materials and scripts
	TagsRead       Permission = "tags.read"
	TagsWrite      Permission = "tags.write"
	GroupsRead     Permission = "groups.read"
	GroupsWrite    Permission = "groups.write"
	HandoverRead   Permission = "handover.read" // transfers, losses
	HandoverWrite  Permission = "handover.write"

	PanelUse Permission = "panel.use" // the side panel of staff: own customers only
)

// Role is a named set of permissions.
type Role string

// The roles, from all to least.
const (
	Owner    Role = "owner"    // everything, accounts and settings too
	Operator Role = "operator" // runs audiences, playbooks and imports; sees personal data
	Analyst  Role = "analyst"  // sees everything but personal data, changes nothing
	Viewer   Role = "viewer"   // sees the boards and lists
)

// Staff is the role of who logged in through WeCom. No account and no token can have it,
// so it is not among Roles.
const Staff Role = "staff"

// roles says which roles have a permission. The owner has every one of them.
var roles = map[Permission][]Role{
	CustomersRead:    {Operator, Analyst, Viewer},
	CustomersWrite:   {Operator},
	CustomersMerge:   {Operator},
	CustomersUnmask:  {Operator},
	CustomersErase:   {},
	EventsRead:       {Operator, Analyst},
	AudiencesRead:    {Operator, Analyst, Viewer},
	AudiencesWrite:   {Operator},
	PlaybooksRead:    {Operator, Analyst, Viewer},
	PlaybooksWrite:   {Operator},
	PlaybooksApprove: {Operator},
	TasksRead:        {Operator, Analyst, Viewer},
	TasksWrite:       {Operator},
	ExperimentsRead:  {Operator, Analyst, Viewer},
	ExperimentsWrite: {Operator},
	InsightRead:      {Operator, Analyst, Viewer},
	InsightWrite:     {Operator},
	OutreachRead:     {Operator, Analyst, Viewer},
	OutreachWrite:    {Operator},
	ImportsRead:      {Operator, Analyst},
	ImportsWrite:     {Operator},
	SourcesRead:      {Operator, Analyst},
	SourcesWrite:     {},
	IdentityRead:     {Operator, Analyst},
	IdentityWrite:    {Operator},
	SettingsRead:     {Operator, Analyst, Viewer},
	SettingsWrite:    {},
	AccountsRead:     {},
	AccountsWrite:    {},
	AuditRead:        {},
	SystemRead:       {Operator, Analyst, Viewer},
	WeComRead:        {Operator, Analyst},
	WeComWrite:       {},
	StaffRead:        {Operator, Analyst, Viewer},
	StaffWrite:       {Operator},
	ContactsRead:     {Operator, Analyst},
	CodesRead:        {Operator, Analyst, Viewer},
	CodesWrite:       {Operator},
	ContentRead:      {Operator, Analyst, Viewer},
	ContentWrite:     {Operator},
	ContentApprove:   {Operator},
	TagsRead:         {Operator, Analyst, Viewer},
	TagsWrite:        {Operator},
	GroupsRead:       {Operator, Analyst, Viewer},
	GroupsWrite:      {Operator},
	HandoverRead:     {Operator, Analyst},
	HandoverWrite:    {Operator},
	PanelUse:         {Staff},
}

// Permissions lists every permission that can be granted, sorted.
func Permissions() []Permission {
	all := make([]Permission, 0, len(roles))
	for p := range roles {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}

// Known says whether p can be granted.
func (p Permission) Known() bool {
	_, ok := roles[p]
	return ok
}

// Roles lists the roles, from all to least.
func Roles() []Role { return []Role{Owner, Operator, Analyst, Viewer} }

// Known says whether r is a role.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// Has says whether the role carries p.
func (r Role) Has(p Permission) bool {
	if !p.Known() {
		return false
	}
	return r == Owner || slices.Contains(roles[p], r)
}

// Scope says which data a principal reaches or a route touches.
type Scope string

// The scopes. Each of own, department and brand holds the one before.
const (
	ScopeNone       Scope = "none"       // the route touches no customer data
	ScopeOwn        Scope = "own"        // a member's own customers
	ScopeDepartment Scope = "department" // those of the members led, too
	ScopeBrand      Scope = "brand"      // all data of the brand
)

// widths order the scopes that hold one another.
var widths = map[Scope]int{ScopeOwn: 1, ScopeDepartment: 2, ScopeBrand: 3}

// Known says whether s is a scope.
func (s Scope) Known() bool { return s == ScopeNone || widths[s] > 0 }

// Covers says whether data of scope need may be touched by one who has s.
func (s Scope) Covers(need Scope) bool {
	return need == ScopeNone || (widths[need] > 0 && widths[s] >= widths[need])
}
