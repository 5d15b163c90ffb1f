package delivery_test

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wapost/internal/store/powercut"
)

const (
	cutsQuick = 27
	cutsSoak  = 600
)

func TestPowerCutAtEachStep(t *testing.T) { cutAtEachStep(t, cutsQuick) }

func TestSoakPowerCutAtEachStep(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	cutAtEachStep(t, cutsSoak)
}

// cutAtEachStep is killAtEachStep with a machine that falls dead: what was not fsynced is lost as well, all of it or sectors
// at random. It is also killed between any two writes, fsyncs and new names.
func cutAtEachStep(t *testing.T, cuts int) {
	t.Helper()
	l := newLedger()
	l.disk = filepath.Join(t.TempDir(), "disk")
	disk, err := powercut.New(l.disk)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(l)
	defer server.Close()
	at := append(slices.Clone(steps), "disk")
	survives := []float64{0, 0.5, 0, 0.1}
	for n := range cuts {
		step, pass := at[n%len(at)], 1+rand.IntN(30)
		switch step {
		case "loading":
			pass = 1
		case "disk":
			pass = 1 + rand.IntN(1500)
		}
		l.watch(t, disk.Path("wapost.db"), server.URL, fmt.Sprint(step, ":", pass))
		if err := disk.Cut(survives[n%len(survives)]); err != nil {
			t.Fatal(err)
		}
	}
	l.watch(t, disk.Path("wapost.db"), server.URL, "finish:0")
	l.judge(t, cuts)
}

// watchDisk has the child's fuse counted down by everything that changes the disk.
func watchDisk(dir string, f *fuse) (*powercut.Watcher, error) {
	disk, err := powercut.New(dir)
	if err != nil {
		return nil, err
	}
	return disk.Watch(func() { f.pass("disk") })
}
