package whatsapp

import "testing"

func key(id string) stanzaKey { return stanzaKey{"message", id} }

func arrive(o *order, ids ...string) {
	for _, id := range ids {
		o.arrived(key(id), nil)
	}
}

func TestOrderIsOnlyCheckedWhenItMayBeLost(t *testing.T) {
	o := newOrder()
	arrive(o, "A", "B")
	if !o.take(key("B")) {
		t.Error("refused although the library keeps the order by itself")
	}
}

func TestOrderRefusesWhatOvertakes(t *testing.T) {
	o := newOrder()
	o.enforce()
	arrive(o, "A", "B", "C")
	if o.take(key("B")) {
		t.Fatal("B overtook A")
	}
	if !o.take(key("A")) || !o.take(key("B")) {
		t.Error("the right order was refused")
	}
}

func TestOrderAStanzaIsDoneWhenItIsAnswered(t *testing.T) {
	o := newOrder()
	o.enforce()
	arrive(o, "A", "B")
	o.answered(key("A")) // it gave no event
	if !o.take(key("B")) {
		t.Error("B waits for A, which gives no event")
	}
}

func TestOrderAStanzaMayGiveTwoEvents(t *testing.T) {
	o := newOrder()
	o.enforce()
	arrive(o, "A", "B")
	if !o.take(key("A")) || !o.take(key("A")) {
		t.Error("the second event of A was refused")
	}
	o.answered(key("A"))
	if !o.take(key("A")) {
		t.Error("an event whose stanza has been answered would not come again: it must be taken")
	}
	if !o.take(key("B")) {
		t.Error("B was refused")
	}
}

func TestOrderTwoStanzasMayHaveOneID(t *testing.T) {
	o := newOrder()
	o.enforce()
	receipt := stanzaKey{"receipt", "M"}
	o.arrived(receipt, nil) // delivered
	o.arrived(receipt, nil) // read
	arrive(o, "A")
	for range 2 {
		if !o.take(receipt) {
			t.Fatal("a receipt was refused")
		}
	}
	o.answered(receipt)
	if !o.take(key("A")) {
		t.Error("A waits for a receipt that was taken")
	}
	o.answered(receipt)
	if len(o.open) != 1 || len(o.pending) != 0 {
		t.Errorf("%d open, %d pending", len(o.open), len(o.pending))
	}
}

func TestOrderAGroupedReceiptIsKnownByItsKeys(t *testing.T) {
	o := newOrder()
	o.enforce()
	o.arrived(stanzaKey{"receipt", "G"}, []string{"K1", "K2"})
	arrive(o, "A")
	if !o.take(stanzaKey{"receipt", "K1"}) || !o.take(stanzaKey{"receipt", "K2"}) || !o.take(key("A")) {
		t.Error("refused")
	}
	o.answered(stanzaKey{"receipt", "G"})
	if len(o.open) != 1 {
		t.Errorf("%d open, want A alone", len(o.open))
	}
}

func TestOrderIsCheckedFromABacklogOn(t *testing.T) {
	o := newOrder()
	for range enforceFrom {
		arrive(o, "X")
	}
	arrive(o, "A", "B")
	if o.take(key("B")) {
		t.Error("not checked although the queue may overflow")
	}
}
