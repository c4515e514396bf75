package repair_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/repair"
)

var update = flag.Bool("update", false, "rewrite the images and golden reports in testdata/images")

var images = filepath.Join("..", "testdata", "images")

// wantVerdicts are what a person would say of each sample, written by hand.
var wantVerdicts = map[string]struct {
	verdict dct.Verdict
	codes   []dct.Code // errors and warnings, in order
}{
	"electron-healthy.bin":                  {dct.Healthy, nil},
	"electron-keys-garbage.bin":             {dct.Broken, []dct.Code{dct.PrivateMalformed, dct.ServerKeyMalformed}},
	"electron-first-byte-erased.bin":        {dct.Damaged, []dct.Code{dct.PrivateFirstByte}},
	"electron-point-damaged.bin":            {dct.Damaged, []dct.Code{dct.PrivateInconsistent}},
	"electron-key-null-in-current-copy.bin": {dct.Damaged, []dct.Code{dct.PrivateNull}},
	"electron-server-address-erased.bin":    {dct.Damaged, []dct.Code{dct.AddressErased}},
	"electron-transport-flipped.bin":        {dct.Damaged, []dct.Code{dct.TransportSwitched, dct.PrivateErased}},
	"electron-torn-write.bin":               {dct.Damaged, []dct.Code{dct.ReadersDifferOnKeys}},
	"electron-private-cloud.bin":            {dct.Healthy, []dct.Code{dct.ServerKeyUnrecognised, dct.AddressUnrecognised}},
	"electron-dfu.bin":                      {dct.Damaged, []dct.Code{dct.ServerKeyNull}},
	"photon-healthy.bin":                    {dct.Healthy, nil},
	"photon-key-null.bin":                   {dct.Broken, []dct.Code{dct.PrivateNull}},
	"photon-key-tags-damaged.bin":           {dct.Healthy, []dct.Code{dct.PrivateTolerated}},
	"photon-key-unloadable.bin":             {dct.Damaged, []dct.Code{dct.PrivateUnloadable}},
	"photon-server-key-flipped.bin":         {dct.Damaged, []dct.Code{dct.ServerKeyDamaged}},
	"failed-read.bin":                       {dct.NotADCT, []dct.Code{dct.FailedRead}},
}

// golden compares with a file of testdata/images, or rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(images, name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	if strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".md") {
		t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(string(want), string(got)))
		return
	}
	t.Errorf("%s differs from what its recipe makes", name)
}

func TestSamples(t *testing.T) {
	for _, s := range fuzz.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			data := s.Build()
			golden(t, s.Name, data)
			if s.Backup {
				return
			}
			report := repair.Diagnose(dct.Recognise(data, dct.Hint{}), dct.Options{})
			report.Input.Name = s.Name
			text, err := json.MarshalIndent(report, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(s.Name, ".bin")+".json", append(text, '\n'))

			want, ok := wantVerdicts[s.Name]
			if !ok {
				t.Fatal("no verdict was written down for this sample")
			}
			var codes []dct.Code
			for _, f := range report.Findings {
				if f.Severity != dct.SeverityInfo {
					codes = append(codes, f.Code)
				}
			}
			if report.Verdict != want.verdict || !cmp.Equal(codes, want.codes) {
				t.Errorf("Diagnose = %s %v, want %s %v", report.Verdict, codes, want.verdict, want.codes)
			}
			if want.verdict != dct.Damaged && s.Name != "photon-key-tags-damaged.bin" {
				return
			}
			mustRepair(t, data, repair.Options{})
		})
	}
}

// The two field cases: a backup brings the original key back.
func TestSamplesWithTheirBackups(t *testing.T) {
	for image, backup := range map[string]string{
		"electron-keys-garbage.bin": "electron-keys-garbage.helper",
		"photon-key-null.bin":       "photon-key-null.pem",
	} {
		read := func(name string) []byte {
			b, err := os.ReadFile(filepath.Join(images, name))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		result, after := mustRepair(t, read(image), repair.Options{Backups: []repair.Backup{{Name: backup, Data: read(backup)}}})
		seed := uint64(2)
		if after.Platform != "electron" {
			seed = 12
		}
		wantKey(t, after, fuzz.NewDevice(after.Platform, seed))
		if result.Report.Verdict != dct.Broken {
			t.Errorf("%s: verdict before %s, want broken", image, result.Report.Verdict)
		}
	}
}

func TestSamplesReadme(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Sample images\n\n" +
		"Simulated devices, each with one thing wrong, made by `package fuzz` (samples.go) and checked against it by the tests of `package repair`;\n" +
		"`go test ./repair -run Samples -update` makes them anew. Beside each image is its golden report. Every key here was made for tests and is worthless.\n\n" +
		"| file | recipe |\n|---|---|\n")
	for _, s := range fuzz.Samples() {
		fmt.Fprintf(&b, "| %s | %s |\n", s.Name, s.Recipe)
	}
	golden(t, "README.md", []byte(b.String()))
}
