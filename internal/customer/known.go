package customer

// Known lists the traits that somebody has and the computed ones, by name. Read them under
// the timeline store's lock. Safe for concurrent use.
func (s *Service) Known() []*TraitColumn {
	var out []*TraitColumn
	for _, c := range s.columns() {
		if c.computed != nil || !c.kept || c.codes.len() > 0 {
			out = append(out, c)
		}
	}
	return out
}

// Name is the trait's.
func (c *TraitColumn) Name() string { return c.name }

// Personal says whether rules may only ask if the trait is there.
func (c *TraitColumn) Personal() bool { return c.personal }
