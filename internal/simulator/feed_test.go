package simulator

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func fill(f *Feed[int], numbers ...int) {
	for _, n := range numbers {
		f.add(func(uint64) int { return n })
	}
}

func TestAFeedIsReadInPages(t *testing.T) {
	f := newFeed[int](100)
	fill(f, 10, 11, 12, 13, 14)
	ctx := t.Context()
	p := f.Read(ctx, Query[int]{Limit: 2})
	if !slices.Equal(p.Entries, []int{10, 11}) || p.Next != 2 || p.DroppedBefore != 1 {
		t.Errorf("first page is %+v", p)
	}
	p = f.Read(ctx, Query[int]{After: p.Next, Keep: func(n *int) bool { return *n%2 == 0 }})
	if !slices.Equal(p.Entries, []int{12, 14}) || p.Next != 5 {
		t.Errorf("filtered page is %+v", p)
	}
	if p = f.Read(ctx, Query[int]{After: p.Next}); len(p.Entries) != 0 || p.Next != 5 || f.Next() != 5 {
		t.Errorf("empty page is %+v", p)
	}
}

func TestAFullFeedDropsTheOldest(t *testing.T) {
	f := newFeed[int](3)
	fill(f, 1, 2, 3, 4, 5)
	if p := f.Read(t.Context(), Query[int]{}); !slices.Equal(p.Entries, []int{3, 4, 5}) || p.DroppedBefore != 3 || p.Next != 5 {
		t.Errorf("page is %+v", p)
	}
	f.reset()
	fill(f, 6)
	if p := f.Read(t.Context(), Query[int]{}); !slices.Equal(p.Entries, []int{6}) || p.Next != 6 {
		t.Errorf("after a reset the page is %+v", p)
	}
}

func TestAReaderWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeed[int](10)
		start := time.Now()
		if p := f.Read(t.Context(), Query[int]{Timeout: time.Minute}); len(p.Entries) != 0 || time.Since(start) != time.Minute {
			t.Errorf("got %+v after %s", p, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if f.Read(ctx, Query[int]{Timeout: time.Hour}); time.Since(start) != time.Second {
			t.Errorf("the context did not end the wait: %s", time.Since(start))
		}
		got := make(chan []int)
		go func() {
			got <- f.Read(t.Context(), Query[int]{Timeout: time.Hour, Keep: func(n *int) bool { return *n > 1 }}).Entries
		}()
		synctest.Wait()
		fill(f, 1)
		synctest.Wait()
		fill(f, 2)
		if list := <-got; !slices.Equal(list, []int{2}) {
			t.Errorf("the reader got %v", list)
		}
	})
}

// Whatever is written and however it is read, a reader that keeps up sees every entry once and in order.
func TestAReaderMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, next := newFeed[int](1000), uint64(0)
		var written, read []int
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			for range rapid.IntRange(0, 20).Draw(t, "writes") {
				written = append(written, len(written))
				fill(f, len(written)-1)
			}
			p := f.Read(context.Background(), Query[int]{After: next, Limit: rapid.IntRange(1, 50).Draw(t, "limit")})
			read, next = append(read, p.Entries...), p.Next
		}
		read = append(read, f.Read(context.Background(), Query[int]{After: next, Limit: 1000}).Entries...)
		if !slices.Equal(read, written) {
			t.Fatalf("wrote %v, read %v", written, read)
		}
	})
}
