package metrics

import "github.com/prometheus/client_golang/prometheus"

// page takes the figures of one scrape. labels are pairs of name and value.
type page struct{ out chan<- prometheus.Metric }

func (p page) gauge(name, help string, v float64, labels ...string) {
	p.put(name, help, prometheus.GaugeValue, v, labels)
}

func (p page) count(name, help string, n uint64, labels ...string) {
	p.put(name, help, prometheus.CounterValue, float64(n), labels)
}

func (p page) put(name, help string, kind prometheus.ValueType, v float64, labels []string) {
	var names, values []string
	for i := 0; i+1 < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, labels[i+1])
	}
	p.out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), kind, v, values...)
}
