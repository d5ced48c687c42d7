package flow

// Enter takes a run that waits in another version of the flow into step i of this one, and
// walks on from there. The caller sets r.Version.
func (f *Flow) Enter(w World, r *Run, i int) error {
	return f.move(w, r, func(m *walk) error {
		m.note(-1, Moved, "")
		return m.from(i)
	})
}
