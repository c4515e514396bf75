package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A printer writes text and JSON that a terminal can be trusted with. It
// remembers the first failure and is silent from then on.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) write(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

// line prints one line; control characters in what is printed are escaped, so
// that neither a file name nor a dump can steer the terminal or forge a line.
func (p *printer) line(format string, args ...any) {
	p.write(strings.TrimRight(plain(fmt.Sprintf(format, args...)), " ") + "\n")
}

// table prints rows with their columns aligned, all but the last of each row.
func (p *printer) table(indent string, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		text := indent
		for i, cell := range row {
			if i < len(row)-1 {
				cell += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
			}
			text += cell
		}
		p.line("%s", text)
	}
}

// json prints v as one line.
func (p *printer) json(v any) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		p.err = err
		return
	}
	p.write(escapeJSON(strings.TrimSuffix(b.String(), "\n")) + "\n")
}

// escapeJSON escapes what encoding/json leaves: C1 controls, which some
// terminals obey, and characters that reorder text. They occur inside strings only.
func escapeJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// isPlain reports whether s is valid and holds nothing but printable characters.
func isPlain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) })
}

// plain returns s with everything escaped that is not printable.
func plain(s string) string {
	if isPlain(s) {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

// quoted returns a file name, in quotes where it is not printable.
func quoted(name string) string {
	if isPlain(name) {
		return name
	}
	return strconv.Quote(name)
}
