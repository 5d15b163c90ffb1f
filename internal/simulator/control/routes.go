package control

import "slices"

// routes is the whole API.
func routes() []route {
	return slices.Concat(rootRoutes(), userRoutes(), companionRoutes(), linkingRoutes(), messageRoutes(), burstRoutes(), inboxRoutes(), receiptRoutes(),
		presenceRoutes(), callRoutes(), historyRoutes(), groupRoutes(), appStateRoutes(), newsletterRoutes(), deviceRoutes(), deviceFaultRoutes(), stanzaRoutes(), faultRoutes(), insideRoutes())
}
