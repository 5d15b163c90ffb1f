package metrics

func (s *scraper) media(p page) {
	f := s.Media()
	for outcome, n := range f.Downloads {
		p.count("wapost_media_downloads_total", "Files that somebody wanted and that were not in our store, by what came of it.", n, "outcome", outcome)
	}
	for reason, n := range f.Evictions {
		p.count("wapost_media_evictions_total", "Copies of files that were deleted: for room, or because nobody used them.", n, "reason", reason)
	}
	p.gauge("wapost_media_bytes", "Bytes of the files in our store.", float64(f.Bytes))
	p.gauge("wapost_media_files", "Files in our store.", float64(f.Files))
	p.gauge("wapost_media_downloads_under_way", "Files that are being fetched, or that a phone was asked for.", float64(f.UnderWay))
}
