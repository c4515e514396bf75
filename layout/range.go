package layout

import "fmt"

// A Range is a run of bytes: Offset first, Length bytes long. Both are bytes
// and never negative in this package's tables.
type Range struct {
	Offset, Length int
}

// End returns the offset just behind the range.
func (r Range) End() int { return r.Offset + r.Length }

// Empty reports whether the range holds no byte.
func (r Range) Empty() bool { return r.Length <= 0 }

// Shift returns the range moved by n bytes.
func (r Range) Shift(n int) Range { return Range{r.Offset + n, r.Length} }

// Contains reports whether every byte of other lies in r.
func (r Range) Contains(other Range) bool {
	return r.Offset <= other.Offset && other.End() <= r.End()
}

// Intersect returns the bytes that both ranges hold; it is empty where they
// only touch or lie apart.
func (r Range) Intersect(other Range) Range {
	from, to := max(r.Offset, other.Offset), min(r.End(), other.End())
	if to <= from {
		return Range{}
	}
	return Range{from, to - from}
}

// Overlaps reports whether the ranges share a byte.
func (r Range) Overlaps(other Range) bool { return !r.Intersect(other).Empty() }

// Of returns the bytes of b that the range names, without copying, and false
// where b does not hold all of them.
func (r Range) Of(b []byte) ([]byte, bool) {
	if r.Offset < 0 || r.Length < 0 || r.End() > len(b) {
		return nil, false
	}
	return b[r.Offset:r.End():r.End()], true
}

// String writes the range as [offset,end).
func (r Range) String() string { return fmt.Sprintf("[%d,%d)", r.Offset, r.End()) }

// Differences returns the runs in which a and b differ, in rising order; runs
// that touch are one. Bytes that only the longer slice has count as different.
func Differences(a, b []byte) []Range {
	common := min(len(a), len(b))
	var runs []Range
	for i := 0; i < common; {
		if a[i] == b[i] {
			i++
			continue
		}
		from := i
		for i < common && a[i] != b[i] {
			i++
		}
		runs = append(runs, Range{from, i - from})
	}
	rest := Range{common, max(len(a), len(b)) - common}
	if rest.Empty() {
		return runs
	}
	if n := len(runs); n > 0 && runs[n-1].End() == rest.Offset {
		runs[n-1].Length += rest.Length
		return runs
	}
	return append(runs, rest)
}
