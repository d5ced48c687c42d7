package console

// flowView is a playbook as it goes: what starts it, its steps one below the other, and
// how it ends. Ways stand inside the step that they belong to.
type flowView struct {
	Start []fact
	Steps []flowStep
	End   []fact
}

type flowStep struct {
	ID, Kind, Word, Name string
	Text                 string // what it does
	Quote                string // what it says
	Counts               []count
	Ways                 []flowWay
}

type flowWay struct {
	Name, Note string
	Count      *count
	Steps      []flowStep
}

// count is a number of a step with the way to the people behind it.
type count struct {
	Name, Href, Class string
	N                 int
}

// happening is one line of what happened, or would happen, to somebody.
type happening struct {
	At, Title, Text, Class string
	Chips                  []chip
	Facts                  []fact
	Quote                  string
}

// tile is one thing to choose among others.
type tile struct {
	Title, Text, Note string
	Chips             []chip
	Needs             []need
	Actions           []action
	Image             string
}

type need struct {
	Name, Note string
	Has        bool
}

// heat is a table whose cells are shaded by their value.
type heat struct {
	Head []string
	Rows []heatRow
}

type heatRow struct {
	Name, Note string
	Cells      []heatCell
}

// heatCell is a share; Level is 0 to 9, -1 for none.
type heatCell struct {
	Text, Href string
	Level      int
}
