package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// numbers defines a flag that is a list of numbers.
func numbers(list *[]int, name, value, usage string) {
	set := func(text string) error {
		*list = nil
		for _, word := range strings.Split(text, ",") {
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 {
				return fmt.Errorf("%q is not a positive number", word)
			}
			*list = append(*list, n)
		}
		return nil
	}
	if err := set(value); err != nil {
		panic(err) // a constant of ours
	}
	flag.Func(name, usage+" (default "+value+")", set)
}

// words defines a flag that is a list of words.
func words(list *[]string, name, value, usage string) {
	*list = strings.Split(value, ",")
	flag.Func(name, usage+" (default "+value+")", func(text string) error {
		*list = strings.Split(text, ",")
		return nil
	})
}

func names(list []suite) string {
	var all []string
	for _, s := range list {
		all = append(all, s.name)
	}
	return strings.Join(all, ", ")
}
