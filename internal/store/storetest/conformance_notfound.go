package storetest

import (
	"wapost/internal/fault"
	"wapost/internal/media"
)

// notFound asks for ids that PostgreSQL cannot hold: no storage may answer that it is broken, or blame the value.
func notFound(s *suite) {
	ctx := s.Context()
	for _, id := range []string{"\x00", "a\x00b", "\xff"} {
		_, err := s.db.Accounts().DeviceByID(ctx, id)
		s.refused(err, fault.NotFound)
		_, err = s.db.Devices().Get(ctx, account, id)
		s.refused(err, fault.NotFound)
		_, err = s.db.Events().ByID(ctx, account, "", id)
		s.refused(err, fault.NotFound)
		_, err = s.db.Events().ByID(ctx, account, id, id)
		s.refused(err, fault.NotFound)
		_, err = s.db.Media().Get(ctx, media.Scope{AccountID: account}, id)
		s.refused(err, fault.NotFound)
		_, err = s.db.Outbox().Get(ctx, deviceA, id)
		s.refused(err, fault.NotFound)
		_, err = s.db.Replays().Get(ctx, 1, id)
		s.refused(err, fault.NotFound)
		s.lost(deviceA, miaLID, id)
		s.lost(deviceA, id, "M1")
	}
}
