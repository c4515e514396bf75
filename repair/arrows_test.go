package repair_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dctkit/dctkit/"

// arrows are the imports that the packages of the core may have among each
// other, and which of them may reach files.
var arrows = map[string][]string{
	"layout":           {},
	"asn1check":        {},
	"dct":              {"layout", "asn1check"},
	"repair":           {"dct", "layout", "asn1check"},
	"repair/imagefile": {},
}

// reachesFiles may import os, net or afero; the rest of the core works on
// bytes.
var reachesFiles = []string{"repair/imagefile"}

func TestImportsPointDownwards(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, core := arrows[name]
		if !core {
			continue
		}
		seen++
		for _, i := range p.Imports {
			if own, ok := strings.CutPrefix(i, module); ok && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s", name, own)
			}
			files := i == "os" || i == "net" || strings.HasPrefix(i, "os/") || strings.HasPrefix(i, "net/") || strings.Contains(i, "afero")
			if files && !slices.Contains(reachesFiles, name) {
				t.Errorf("%s imports %s", name, i)
			}
		}
	}
	if seen != len(arrows) {
		t.Errorf("%d packages of the core seen, want %d", seen, len(arrows))
	}
}
