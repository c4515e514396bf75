package main

import (
	"unicode/utf8"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/repair/imagefile"
)

// open reads and recognises one input; ok is false where it cannot be read,
// which is reported then.
func (a *app) open(name string) (img dct.Image, ok bool) {
	data, err := imagefile.Read(a.fs, name, a.stdin)
	if err != nil {
		a.fail(name, err)
		return img, false
	}
	img = dct.Recognise(data, a.flags.hint)
	if img.Container == dct.None && img.FailedRead == "" && isText(data) {
		img.PlatformWhy = "the file is text, and a dump is binary"
	}
	return img, true
}

// isText reports whether data is text: printable, with line breaks and tabs.
func isText(data []byte) bool {
	for _, r := range string(data) {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7F {
			return false
		}
	}
	return true
}

// readAs completes what package dct cannot know of the input.
func readAs(r *dct.Report, name string) { r.Input.Name, r.Input.Format = name, "raw" }
