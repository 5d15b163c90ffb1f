package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"wapost/internal/store"
)

func (m *Metrics) makeCommits() {
	m.commitTime = m.histogram("wapost_commit_seconds", "Duration of one group commit, BEGIN to COMMIT.", workBuckets())
	m.commitJobs = m.histogram("wapost_commit_jobs", "Callers served by one group commit.", prometheus.ExponentialBuckets(1, 2, 10))
	m.commitFailures = m.counter("wapost_commit_failures_total", "Group commits that failed; nothing of them is on disk and their callers were told.")
}

// Committed counts a round of the writer. It does not block.
func (m *Metrics) Committed(c store.Commit) {
	m.commitTime.Observe(c.Took.Seconds())
	m.commitJobs.Observe(float64(c.Jobs))
	if c.Err != nil {
		m.commitFailures.Inc()
	}
}
