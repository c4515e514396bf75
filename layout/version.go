package layout

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"
)

// A Version is a Device OS release in semantic-version order, without the
// leading v: "0.6.4", "0.8.0-rc.25-mesh". The zero value is no version.
type Version string

// ParseVersion reads a release number, with or without a leading v.
func ParseVersion(s string) (Version, error) {
	v := Version(strings.TrimPrefix(strings.TrimSpace(s), "v"))
	core, _, _ := strings.Cut(string(v), "-")
	if !semver.IsValid(v.sem()) || strings.Count(core, ".") != 2 {
		return "", fmt.Errorf("firmware version %q is not of the form 1.2.3 or 1.2.3-rc.4", s)
	}
	return v, nil
}

func (v Version) sem() string { return "v" + string(v) }

// Compare returns -1, 0 or +1 as v is before, equal to or after w. A
// pre-release is before its release.
func (v Version) Compare(w Version) int { return semver.Compare(v.sem(), w.sem()) }

// A Span is an inclusive range of releases.
type Span struct {
	First, Last Version
}

// Holds reports whether v lies in the span.
func (s Span) Holds(v Version) bool {
	return s.First.Compare(v) <= 0 && v.Compare(s.Last) <= 0
}

// String writes the span as "first .. last".
func (s Span) String() string {
	if s.First == s.Last {
		return string(s.First)
	}
	return fmt.Sprintf("%s .. %s", s.First, s.Last)
}
