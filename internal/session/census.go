package session

// Census counts the devices by state.
func (m *Manager) Census() map[State]int {
	counts := make(map[State]int, len(transitions))
	for state := range transitions {
		counts[state] = 0
	}
	for _, s := range m.sessions() {
		counts[s.device().State]++
	}
	return counts
}
