package delivery

import (
	"fmt"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/webhook"
)

// Webhooks are themselves something that happens: their failures are announced to the account's other webhooks, never to the
// one concerned (webhook.Wants), and the failures of announcements are not announced.

const metaFamily = "webhook."

// stillFailing are the times after which a breaker that stays open is announced again.
var stillFailing = [...]time.Duration{24 * time.Hour, 72 * time.Hour}

// announce puts an event into the next batch.
func (e *Engine) announce(w *webhook.Webhook, t event.Type, data any) {
	ev := event.New(t)
	ev.At, ev.AccountID, ev.Key, ev.Data = time.Now(), w.AccountID, fmt.Sprintf("a|%d", w.AccountID), data
	sealed, err := ev.Seal()
	if err != nil {
		e.log.Error("cannot announce", "webhook_id", w.ID, "type", t, "error", err)
		return
	}
	e.batch.Events = append(e.batch.Events, sealed)
}

// withPending counts what waits for a webhook, which takes a query, and then has f announce.
func (e *Engine) withPending(p *endpoint, f func(pending int)) {
	reached, hook := p.reached(e.head), p.hook // Run may replace p.hook
	e.task("count what waits", func() {
		n, _, err := e.store.Waiting(e.ctx, hook, reached)
		if err != nil {
			e.log.Warn("cannot count what waits", "webhook_id", hook.ID, "error", err)
		}
		e.call(func() { f(n) })
	})
}

func (e *Engine) announceFailing(p *endpoint, o Outcome) {
	since := p.breaker.openedAt
	e.withPending(p, func(n int) {
		e.announce(p.hook, event.WebhookFailingType, event.WebhookFailing{WebhookRef: p.hook.Ref(), Since: event.Time{Time: since}, LastError: lastError(o), Pending: n})
	})
}

// announceStill announces a failure that lasts, when one of the marks lies between the last two failures.
func (e *Engine) announceStill(p *endpoint, before time.Time, o Outcome) {
	for _, d := range stillFailing {
		if mark := p.breaker.openedAt.Add(d); before.Before(mark) && !p.breaker.lastFailure.Before(mark) {
			e.announceFailing(p, o)
			return
		}
	}
}

func (e *Engine) announceRecovered(p *endpoint, opened time.Time) {
	failed := int64(time.Since(opened).Seconds())
	e.withPending(p, func(n int) {
		e.announce(p.hook, event.WebhookRecoveredType, event.WebhookRecovered{WebhookRef: p.hook.Ref(), FailedSeconds: failed, Pending: n})
	})
}

func (e *Engine) announceDisabled(w *webhook.Webhook, reason string, first *event.Recorded) {
	data := event.WebhookDisabled{WebhookRef: w.Ref(), Reason: reason}
	if first != nil {
		data.HeldFrom = &first.ID
	}
	e.announce(w, event.WebhookDisabledType, data)
}

func (e *Engine) announceDead(p *endpoint, r result) {
	ev := r.request.Event
	if ev == nil || strings.HasPrefix(string(ev.Type), metaFamily) {
		return
	}
	e.announce(p.hook, event.WebhookDeliveryFailedType, event.WebhookDeliveryFailed{WebhookRef: p.hook.Ref(), EventID: ev.ID, EventType: ev.Type,
		Attempts: r.entry.attempts, LastError: lastError(r.outcome)})
}

func lastError(o Outcome) event.LastError {
	l := event.LastError{Class: string(o.Class)}
	if o.Status != 0 {
		l.StatusCode = &o.Status
	}
	return l
}
