package store

import (
	"context"
	"database/sql"

	"wapost/internal/session"
)

// proxyPurpose is what the vault seals the proxies of devices for: their URLs hold passwords.
const proxyPurpose = "device proxy"

// SetProxy implements session.Store.
func (s *Devices) SetProxy(ctx context.Context, id string, p session.Proxy) error {
	err := s.db.Write(ctx, "set device proxy", func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, `UPDATE devices SET proxy = $2, updated_at = $3 WHERE id = $1`, id, s.sealProxy(p), tx.Now())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return sql.ErrNoRows
	})
	return deviceError("set device proxy", err)
}

// sealProxy returns NULL when there is none.
func (s *Devices) sealProxy(p session.Proxy) any {
	if !p.Set() {
		return nil
	}
	return s.db.vault.Seal(proxyPurpose, []byte(p.URL()))
}

// openProxy reads a sealed proxy. One that cannot be opened must neither hide its device nor let it take the direct way.
func (s *Devices) openProxy(sealed []byte) session.Proxy {
	if sealed == nil {
		return session.Proxy{}
	}
	plain, err := s.db.vault.Open(proxyPurpose, sealed)
	if err != nil {
		return session.DamagedProxy()
	}
	return session.NewProxy(string(plain))
}
