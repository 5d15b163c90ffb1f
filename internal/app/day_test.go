package app_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestDayInTheLife plays a day of two linked numbers: people write, groups change, calls ring, the connection breaks, the
// gateway is stopped and killed. The script is made up from a seed, and predicts every event. WAPOST_DAY_SEED chooses another day.
func TestDayInTheLife(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for some seconds")
	}
	play(t, daySeed(t, 1), 500)
}

// TestSoakDays plays several days that nobody has seen before, and longer ones.
func TestSoakDays(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	seed := daySeed(t, uint64(time.Now().UnixNano())%1_000_000)
	for i := range uint64(8) {
		t.Run(fmt.Sprint(seed+i), func(t *testing.T) { play(t, seed+i, 1500) })
	}
}

func daySeed(t *testing.T, otherwise uint64) uint64 {
	t.Helper()
	given := os.Getenv("WAPOST_DAY_SEED")
	if given == "" {
		return otherwise
	}
	seed, err := strconv.ParseUint(given, 10, 64)
	if err != nil {
		t.Fatalf("WAPOST_DAY_SEED: %v", err)
	}
	return seed
}

// play makes up and judges a day.
func play(t *testing.T, seed uint64, actions int) {
	t.Logf("seed %d: WAPOST_DAY_SEED=%d plays this day again", seed, seed)
	d := newDay(t, seed)
	table := acts()
	total := 0
	for _, a := range table {
		total += a.weight
	}
	for d.n < actions {
		pick := d.rng.IntN(total)
		i := 0
		for ; pick >= table[i].weight; i++ {
			pick -= table[i].weight
		}
		d.act(table[i])
	}
	d.calm()
	d.t.Logf("%d actions: %v", d.n, d.count)
	d.end()
}

// end judges the day, and stops the gateway for that.
func (d *day) end() {
	d.t.Helper()
	d.alive()
	logs := map[*side][]envelope{}
	for _, s := range d.sides {
		logs[s] = s.log()
		eventually(d.t, "the webhook has what is recorded", func() bool { return s.receiver.has(logs[s]) })
	}
	d.gate.terminate()
	d.judge(logs, orderKeys(d.t, d.w, d.gate.dir))
}

// act makes an action. One that stands apart happens while nothing else does: WhatsApp repeats nothing of it, or its place
// among other events is not determined.
func (d *day) act(a act) {
	if a.apart {
		d.calm()
	}
	if !a.do(d) {
		return // nothing to act on yet
	}
	d.n++
	d.count[a.name]++
	if a.apart {
		d.calm()
	}
}
