package simulator

// maxIDs bounds what is remembered about ids: far more than a client can have in flight.
const maxIDs = 20_000

// idSet remembers the newest ids. The zero value is empty.
type idSet struct {
	seen  map[string]struct{}
	order []string
}

// add reports whether the id is new.
func (s *idSet) add(id string) bool {
	if s.has(id) {
		return false
	}
	if s.seen == nil {
		s.seen = map[string]struct{}{}
	}
	if len(s.order) >= maxIDs {
		delete(s.seen, s.order[0])
		s.order = s.order[1:]
	}
	s.seen[id] = struct{}{}
	s.order = append(s.order, id)
	return true
}

func (s *idSet) has(id string) bool {
	_, ok := s.seen[id]
	return ok
}
