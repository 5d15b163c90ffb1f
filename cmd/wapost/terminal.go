package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isTerminal reports whether a person looks at f.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// ink colours text for a terminal; without one, or with NO_COLOR set to anything, it leaves it as it is.
type ink struct{ on bool }

func inkFor(f *os.File) ink { return ink{isTerminal(f) && os.Getenv("NO_COLOR") == ""} }

func (i ink) paint(code, text string) string {
	if !i.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (i ink) good(text string) string  { return i.paint("32", text) }
func (i ink) bad(text string) string   { return i.paint("31", text) }
func (i ink) warn(text string) string  { return i.paint("33", text) }
func (i ink) faint(text string) string { return i.paint("2", text) }
func (i ink) bold(text string) string  { return i.paint("1", text) }

// plain makes text of others harmless for a terminal: one line, no control characters, at most n characters.
func plain(text string, n int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// table prints rows in columns. tint colours the last column of a row; nil = none.
type table struct {
	head []string
	rows [][]string
	tint func(row []string) func(string) string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer, i ink) {
	width := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for c, cell := range row {
			width[c] = max(width[c], utf8.RuneCountInString(cell))
		}
	}
	line := func(row []string, paint func(string) string) {
		var b strings.Builder
		for c, cell := range row {
			if c == len(row)-1 {
				b.WriteString(paint(cell))
				break
			}
			b.WriteString(cell + strings.Repeat(" ", width[c]-utf8.RuneCountInString(cell)+2))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(t.head, i.faint)
	for _, row := range t.rows {
		paint := func(s string) string { return s }
		if t.tint != nil {
			paint = t.tint(row)
		}
		line(row, paint)
	}
}
