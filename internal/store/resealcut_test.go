//go:build unix

package store_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wapost/internal/store/powercut"
	"wapost/internal/store/storetest"
)

const (
	resealCutsQuick = 12
	resealCutsSoak  = 300
)

func TestPowerCutsWhileTheKeyIsReplaced(t *testing.T) { cutTheReseal(t, resealCutsQuick) }

func TestSoakPowerCutsWhileTheKeyIsReplaced(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	cutTheReseal(t, resealCutsSoak)
}

// cutTheReseal replaces one key by another, back and forth, and cuts the power in the middle. Both keys always open
// everything. One of them alone opens everything or is refused at the start: never a part.
func cutTheReseal(t *testing.T, cuts int) {
	t.Helper()
	p := &powered{t: t, dir: filepath.Join(t.TempDir(), "disk"), told: map[string]int{}}
	var err error
	if p.disk, err = powercut.New(p.dir); err != nil {
		t.Fatal(err)
	}
	p.run(0, "fill 7")
	opened, refused := 0, 0
	for n := range cuts {
		keys := []string{"reseal 87", "reseal 78"}[n/2%2]
		p.run(1+rand.IntN(120), keys)
		if err := p.disk.Cut([]float64{0, 0.5}[n%2]); err != nil {
			t.Fatal(err)
		}
		for _, fill := range [][]byte{{7}, {8}, {8, 7}, {7, 8}} {
			switch err := p.opens(fill...); {
			case err == nil:
				opened++
			case len(fill) == 1 && strings.Contains(err.Error(), "WAPOST_INSTANCE_KEY"):
				refused++
			default:
				t.Fatalf("cut %d of %s: keys %v: %v", n+1, keys, fill, err)
			}
		}
	}
	t.Logf("%d cuts: %d starts read everything, %d refused one key alone", cuts, opened, refused)
	if refused == cuts { // one of the two, after each cut
		t.Error("nothing was ever between two keys: the test proves nothing")
	}
}

// opens starts with these keys on a copy, and reads everything.
func (p *powered) opens(fill ...byte) (err error) {
	dir := p.t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(p.disk.Path(""))); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := openWith(storetest.Place{Path: filepath.Join(dir, "wapost.db")}, io.Discard, fill...)
	if err != nil {
		return err
	}
	return errors.Join(readSealed(p.t.Context(), db), db.Close())
}

// runSealing is what a powered process does for this test: "fill" or "reseal", and the keys.
func runSealing(path, task string) error {
	what, keys, _ := strings.Cut(task, " ")
	fill := make([]byte, len(keys))
	for i := range keys {
		fill[i] = keys[i] - '0'
	}
	db, err := openWith(storetest.Place{Path: path}, io.Discard, fill...)
	if err != nil || what == "reseal" {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- db.Run(ctx) }()
	err = errors.Join(populatePowered(ctx, db), fillSealed(ctx, db))
	stop()
	return errors.Join(err, <-ended, db.Close())
}
