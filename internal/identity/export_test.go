package identity

import "context"

// Catch reads the changed customers as Reload does, and says whether memory then is as SQL
// without loading everything again.
func (s *Service) Catch(ctx context.Context, ords []uint32) (bool, error) {
	if err := s.reloadRows(ctx, ords); err != nil {
		return false, err
	}
	s.group()
	return s.matches(ctx)
}
