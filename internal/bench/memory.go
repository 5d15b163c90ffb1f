package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// resident is what the process holds of the machine's memory, in bytes; 0 where the system does not tell.
func resident() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// watchResident looks at it until stop is called, which returns the most that it saw.
func watchResident() (stop func() int64) {
	var most int64
	end := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, resident())
			select {
			case <-tick.C:
			case <-end:
				return
			}
		}
	})
	return func() int64 {
		close(end)
		wg.Wait()
		return most
	}
}
