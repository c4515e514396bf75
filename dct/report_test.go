package dct_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// The keys that the contract lists, by where they are.
var contractKeys = map[string]string{
	"":          "schema tool version input image copies readers transport slots findings prognosis verdict",
	"input":     "name size sha256 format",
	"image":     "container platform platform_why base",
	"copies":    "index offset header crc counter app_offset",
	"readers":   "id firmware current",
	"transport": "active why",
	"slots":     "name role transport active copy app_offset file_offset size state algorithm der_length fingerprint detail",
	"findings":  "code name severity slot copy offset length message repair",
	"prognosis": "slot firmware outcome message",
}

func TestJSONKeysAreTheContracts(t *testing.T) {
	electron := fuzz.NewDevice(layout.Electron, 1)
	for name, data := range map[string][]byte{
		"empty":       nil,
		"not a dct":   []byte("text"),
		"failed read": make([]byte, 32768),
		"healthy":     electron.Container(dct.V2b),
		"damaged":     with(electron.Container(dct.V2b), 16392+3106, make([]byte, 192)...),
		"cut":         electron.App()[:4258],
		"flags only":  padded([]byte("\xC0\xAC\xDE\x1A"), 8391),
	} {
		encoded, err := json.Marshal(checked(data, ""))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var top map[string]any
		if err := json.Unmarshal(encoded, &top); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sameKeys := func(where string, v any) {
			object, ok := v.(map[string]any)
			if !ok {
				t.Errorf("%s: %s is %T, want an object", name, where, v)
				return
			}
			want := strings.Fields(contractKeys[where])
			slices.Sort(want)
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(object))); diff != "" {
				t.Errorf("%s: keys of %q (-want +got):\n%s", name, where, diff)
			}
		}
		sameKeys("", top)
		for _, where := range []string{"input", "image", "transport"} {
			sameKeys(where, top[where])
		}
		for _, where := range []string{"copies", "readers", "slots", "findings", "prognosis"} {
			list, ok := top[where].([]any)
			if !ok {
				t.Errorf("%s: %s is %T, want an array even if empty", name, where, top[where])
			}
			for _, v := range list {
				sameKeys(where, v)
			}
		}
		if top["schema"] != 1.0 || top["tool"] != "dct" {
			t.Errorf("%s: schema %v of tool %v, want 1 of dct", name, top["schema"], top["tool"])
		}
	}
}

func TestAbsentValuesAreNull(t *testing.T) {
	null := func(name string, data []byte, hint layout.Platform, want ...string) {
		t.Helper()
		encoded, err := json.Marshal(checked(data, hint))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !bytes.Contains(encoded, []byte(w)) {
				t.Errorf("%s: %s is not in %s", name, w, encoded)
			}
		}
	}
	null("not a dct", []byte("text"), "", `"copies":[]`, `"readers":[]`, `"slots":[]`, `"prognosis":[]`, `"active":null`, `"slot":null,"copy":null,"offset":null,"length":null`)
	null("factory", fuzz.ElectronFactory(), "", `"counter":null`, `"algorithm":null,"der_length":null,"fingerprint":null`, `"detail":null`)
	null("no reader has a copy", junk(1, 32768), layout.Electron, `"current":null`)
	null("healthy", fuzz.NewDevice(layout.Boron, 1).App(), "", `"findings":[]`)
}

func TestInputIsDescribed(t *testing.T) {
	r := checked([]byte("123456789"), "")
	want := dct.Input{Size: 9, SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225", Format: "raw"}
	if diff := cmp.Diff(want, r.Input); diff != "" {
		t.Errorf("Input (-want +got):\n%s", diff)
	}
}

func TestVerdict(t *testing.T) {
	finding := func(s dct.Severity, r dct.Repair) dct.Finding { return dct.Finding{Severity: s, Repair: r} }
	for _, c := range []struct {
		findings []dct.Finding
		want     dct.Verdict
	}{
		{nil, dct.Healthy},
		{[]dct.Finding{finding(dct.SeverityWarning, dct.RepairSource), finding(dct.SeverityInfo, dct.RepairNone)}, dct.Healthy},
		{[]dct.Finding{finding(dct.SeverityError, dct.RepairAuto)}, dct.Damaged},
		{[]dct.Finding{finding(dct.SeverityError, dct.RepairAuto), finding(dct.SeverityWarning, dct.RepairNone)}, dct.Damaged},
		{[]dct.Finding{finding(dct.SeverityError, dct.RepairAuto), finding(dct.SeverityError, dct.RepairSource)}, dct.Broken},
		{[]dct.Finding{finding(dct.SeverityError, dct.RepairSource), finding(dct.SeverityError, dct.RepairAuto)}, dct.Broken},
		{[]dct.Finding{finding(dct.SeverityError, dct.RepairNone)}, dct.Broken},
		{[]dct.Finding{finding(dct.SeverityError, dct.RepairAuto), {Code: dct.FailedRead, Severity: dct.SeverityError}}, dct.NotADCT},
		{[]dct.Finding{{Code: dct.NotRecognised, Severity: dct.SeverityError}}, dct.NotADCT},
	} {
		r := dct.Report{Findings: c.findings}
		if r.Judge(); r.Verdict != c.want {
			t.Errorf("Judge(%v) = %s, want %s", c.findings, r.Verdict, c.want)
		}
	}
}

// secretDevice is a device whose every secret field is filled, and what must
// never be seen of it.
type secretDevice struct {
	app      []byte
	platform layout.Platform
	images   [][]byte
	needles  map[string]string // any 12 bytes of a secret, raw, in hex, in base64 → where from
}

// window is how many bytes of a secret in a row are too many.
const window = 12

var secretDevices = sync.OnceValue(func() []secretDevice {
	var out []secretDevice
	for _, p := range []layout.Platform{layout.Electron, layout.Photon, layout.Boron} {
		const seed = 5
		d := fuzz.NewDevice(p, seed)
		d.Claimed = false
		if p.Family() == layout.Gen2 {
			d.RSA, d.EC = fuzz.RSAKey(seed), fuzz.ECKey(seed)
		}
		app := d.App()
		letters := func(offset, length int) {
			for i, b := range junk(byte(offset), length) {
				app[offset+i] = 'a' + b%26
			}
		}
		letters(1762, 63)   // claim code
		letters(3823, 4296) // EAP: identities and password
		letters(8119, 15)   // device secret
		s := secretDevice{app: app, platform: p, needles: map[string]string{}}
		s.hide("claim code", app[1762:1825])
		s.hide("eap", app[3823:3823+4296])
		s.hide("device secret", app[8119:8134])
		if d.RSA != nil {
			s.hide("rsa key", d.RSA.DeviceDER()[148:])
		}
		if d.EC != nil {
			s.hide("scalar", d.EC.DeviceDER()[7:39])
		}
		s.images = append(s.images, app, app[:layout.AppSizeOld])
		for _, g := range generationsOf(p) {
			s.images = append(s.images, fuzz.Container(g, app, with(app, 1825, '1')))
		}
		if p.Family() == layout.Gen2 {
			c := s.images[len(s.images)-1]
			offset := map[layout.Platform]int{layout.Electron: 8, layout.Photon: 7548}[p]
			s.images = append(s.images, with(junk(2, 65536), 16384, c...), dfuDump(c, 1, offset), dfuDump(swapped(c), 0, offset))
		}
		out = append(out, s)
	}
	return out
})

func (s secretDevice) hide(name string, secret []byte) {
	for i := range len(secret) - window + 1 {
		w := secret[i : i+window]
		s.needles[string(w)] = name
		s.needles[hex.EncodeToString(w)] = name + " in hex"
		s.needles[base64.StdEncoding.EncodeToString(w)] = name + " in base64"
	}
}

// leak names the secret of which the text shows a window, "" for none.
func (s secretDevice) leak(text string) string {
	for _, form := range []string{text, strings.ToLower(text)} {
		for _, length := range []int{window, 2 * window, base64.StdEncoding.EncodedLen(window)} {
			for i := range len(form) - length + 1 {
				if name, found := s.needles[form[i:i+length]]; found {
					return name
				}
			}
		}
	}
	return ""
}

// tested is what tests ask for: *testing.T and *rapid.T have it.
type tested interface {
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Helper()
}

// mustHold checks what holds for the report on any bytes.
func mustHold(t tested, data []byte, hint layout.Platform, o dct.Options, secrets ...secretDevice) dct.Report {
	t.Helper()
	before := bytes.Clone(data)
	r := dct.Check(dct.Recognise(data, dct.Hint{Platform: hint}), o)
	if !bytes.Equal(before, data) {
		t.Fatalf("Check changed its input")
	}
	encoded, err := json.Marshal(r)
	if err != nil || !json.Valid(encoded) {
		t.Fatalf("the report is no JSON: %v", err)
	}
	for name, array := range map[string]bool{
		"copies": r.Copies == nil, "readers": r.Readers == nil, "slots": r.Slots == nil, "findings": r.Findings == nil, "prognosis": r.Prognosis == nil,
	} {
		if array {
			t.Errorf("%s is null", name)
		}
	}
	said := []string{string(encoded), r.Image.PlatformWhy, r.Transport.Why}
	offset := -1
	for _, s := range r.Slots {
		if s.FileOffset < 0 || s.FileOffset+s.Size > len(data) {
			t.Errorf("slot %s at %d, %d bytes, of %d", s.Name, s.FileOffset, s.Size, len(data))
		}
		if !o.AllCopies && s.AppOffset <= offset {
			t.Errorf("slot %s at %d behind one at %d", s.Name, s.AppOffset, offset)
		}
		offset = s.AppOffset
		said = append(said, text(s.Detail))
	}
	rank := func(f dct.Finding) int {
		if f.Code == dct.PrivateFirstByte {
			return -1
		}
		return slices.Index([]dct.Severity{dct.SeverityError, dct.SeverityWarning, dct.SeverityInfo}, f.Severity)
	}
	for i, f := range r.Findings {
		row, ok := dct.ProblemNamed(string(f.Code))
		if !ok || row.Name != f.Name || row.Severity != f.Severity {
			t.Errorf("finding %s %s %s, the table has %s %s", f.Code, f.Name, f.Severity, row.Name, row.Severity)
		}
		if i > 0 && (rank(r.Findings[i-1]) > rank(f) || rank(r.Findings[i-1]) == rank(f) && r.Findings[i-1].Code > f.Code) {
			t.Errorf("finding %s %s behind %s %s", f.Code, f.Severity, r.Findings[i-1].Code, r.Findings[i-1].Severity)
		}
		if (f.Offset == nil) != (f.Length == nil) {
			t.Errorf("%s: offset %s, length %s", f.Name, text(f.Offset), text(f.Length))
		}
		if f.Offset != nil && (*f.Offset < 0 || *f.Length <= 0 || *f.Offset+*f.Length > len(data)) {
			t.Errorf("%s: bytes %d, %d long, of %d", f.Name, *f.Offset, *f.Length, len(data))
		}
		if f.Copy != nil && (*f.Copy < 0 || *f.Copy >= len(r.Copies)) {
			t.Errorf("%s: copy %d of %d", f.Name, *f.Copy, len(r.Copies))
		}
		if f.Message == "" || !strings.HasSuffix(f.Message, ".") {
			t.Errorf("%s: message %q is no sentence", f.Name, f.Message)
		}
		said = append(said, f.Message)
	}
	for _, s := range secrets {
		for _, text := range said {
			if name := s.leak(text); name != "" {
				t.Errorf("the %s of a %s shows in %s", name, s.platform, text)
			}
		}
	}
	return r
}

var hints = append(layout.Platforms(), "", "", "", layout.Unknown)

// Whatever the bytes: no panic, the input as it was, a report in order, and
// nothing secret in it.
func TestReportOnAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(secretDevices()).Draw(t, "device")
		data := bytes.Clone(rapid.SampledFrom(s.images).Draw(t, "image"))
		if rapid.IntRange(0, 9).Draw(t, "junk") == 0 {
			data = junk(rapid.Byte().Draw(t, "seed"), rapid.IntRange(0, 70000).Draw(t, "size"))
		}
		at := func(name string) int { return rapid.IntRange(0, len(data)-1).Draw(t, name) }
		slot := func() layout.Slot { return rapid.SampledFrom(layout.Slots(layout.Unknown)).Draw(t, "slot") }
		for range rapid.IntRange(0, 12).Draw(t, "changes") {
			if len(data) == 0 {
				break
			}
			base := 0 // of an application DCT in this image
			if n := len(data); n >= 32768 {
				base = rapid.SampledFrom([]int{8, 16392, 7548, 23932}).Draw(t, "application")
			}
			switch rapid.SampledFrom([]string{"bit", "fill", "move", "cut", "secret into a slot", "slot byte", "slot fill"}).Draw(t, "change") {
			case "bit":
				data[at("offset")] ^= 1 << rapid.UintRange(0, 7).Draw(t, "bit")
			case "fill":
				from := at("from")
				copy(data[from:], repeated(rapid.SampledFrom([]byte{0, 0xFF, 0x5A, 0x30, 0x02}).Draw(t, "with"), rapid.IntRange(1, 1000).Draw(t, "length")))
			case "move":
				from, to := at("from"), at("to")
				length := min(rapid.IntRange(1, 700).Draw(t, "length"), len(data)-from)
				copy(data[to:], bytes.Clone(data[from:from+length]))
			case "cut":
				if rapid.IntRange(0, 3).Draw(t, "really") == 0 {
					data = data[:at("length")]
				}
			case "secret into a slot":
				from := rapid.SampledFrom([]int{34, 1762, 3106, 3113, 3823, 8119}).Draw(t, "secret")
				to := base + slot().Offset + rapid.IntRange(0, 8).Draw(t, "displaced")
				if to < len(data) {
					copy(data[to:], s.app[from:min(from+rapid.IntRange(12, 700).Draw(t, "length"), len(s.app))])
				}
			case "slot byte":
				if to := base + slot().Offset + rapid.IntRange(0, 8).Draw(t, "displaced"); to < len(data) {
					data[to] = rapid.Byte().Draw(t, "value")
				}
			case "slot fill":
				chosen := slot()
				if to := base + chosen.Offset; to < len(data) {
					copy(data[to:], repeated(rapid.Byte().Draw(t, "value"), chosen.Range.Length))
				}
			}
		}
		hint := rapid.SampledFrom(hints).Draw(t, "hint")
		o := dct.Options{AllCopies: rapid.Bool().Draw(t, "all copies"), SkipPrimality: rapid.Bool().Draw(t, "skip primality")}
		mustHold(t, data, hint, o, s)
	})
}

// Dumps of every length around those that matter.
func TestReportOnEveryLength(t *testing.T) {
	for _, s := range secretDevices() {
		c := bytes.Join([][]byte{s.images[len(s.images)-1], junk(3, 60000)}, nil)
		for _, around := range []int{4, 34, 646, 1250, 2082, 2594, 2978, 3106, 3298, 3618, 4096, 4258, 8192, 8391, 16384, 32768, 49152} {
			for n := around - 3; n <= around+3; n++ {
				for _, hint := range []layout.Platform{"", layout.Electron, layout.Photon, layout.Boron} {
					mustHold(t, c[:n], hint, dct.Options{SkipPrimality: true}, s)
				}
			}
		}
	}
}

// The search for secrets must be able to find one.
func TestLeakIsFound(t *testing.T) {
	s := secretDevices()[0]
	scalar := s.app[3106+7:][:32]
	for _, text := range []string{
		"x" + string(scalar[3:15]) + "y", hex.EncodeToString(scalar), strings.ToUpper(hex.EncodeToString(scalar[1:])),
		base64.StdEncoding.EncodeToString(scalar), base64.StdEncoding.EncodeToString(append([]byte("a"), scalar...)), string(s.app[1770:1790]),
	} {
		if s.leak(text) == "" {
			t.Errorf("leak(%q) finds nothing", text)
		}
	}
	if got := s.leak(string(bytes.Repeat(dct.CloudKey(layout.TCP), 3))); got != "" {
		t.Errorf("leak(the cloud's key) = %s", got)
	}
}

func TestProblemsTable(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	code := regexp.MustCompile(`^DCT[0-9]{3}$`)
	codes, names := map[dct.Code]bool{}, map[string]bool{}
	last := dct.Code("")
	for _, p := range dct.Problems() {
		if codes[p.Code] || names[p.Name] {
			t.Errorf("%s %s stands twice", p.Code, p.Name)
		}
		codes[p.Code], names[p.Name] = true, true
		if !code.MatchString(string(p.Code)) || !kebab.MatchString(p.Name) {
			t.Errorf("%s %s: want DCTnnn and words-with-hyphens", p.Code, p.Name)
		}
		if p.Code <= last {
			t.Errorf("%s behind %s", p.Code, last)
		}
		last = p.Code
		if !slices.Contains([]dct.Severity{dct.SeverityError, dct.SeverityWarning, dct.SeverityInfo}, p.Severity) {
			t.Errorf("%s: severity %q", p.Code, p.Severity)
		}
		if !slices.Contains([]dct.Repair{dct.RepairAuto, dct.RepairSource, dct.RepairNone}, p.Repair) {
			t.Errorf("%s: repair %q", p.Code, p.Repair)
		}
		for what, s := range map[string]string{"meaning": p.Meaning, "cause": p.Cause, "action": p.Action} {
			if s != strings.TrimSpace(s) || !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %s %q is no sentence", p.Code, what, s)
			}
		}
		for _, word := range []string{string(p.Code), strings.ToLower(string(p.Code)), p.Name, strings.ToUpper(p.Name)} {
			if got, ok := dct.ProblemNamed(word); !ok || got != p {
				t.Errorf("ProblemNamed(%q) = %s, %v, want %s", word, got.Code, ok, p.Code)
			}
		}
	}
	for _, word := range []string{"", "DCT", "DCT999", "private-key", "failed read"} {
		if got, ok := dct.ProblemNamed(word); ok {
			t.Errorf("ProblemNamed(%q) = %s, want none", word, got.Code)
		}
	}
	dct.Problems()[0].Name = "changed"
	if got := dct.Problems()[0].Name; got == "changed" {
		t.Error("Problems hands out the table itself")
	}
	if diff := cmp.Diff(codeConstants(t), codes); diff != "" {
		t.Errorf("Code constants and rows of the table (-constants +rows):\n%s", diff)
	}
}

// codeConstants reads the values of all constants of type Code from the source.
func codeConstants(t *testing.T) map[dct.Code]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "finding.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[dct.Code]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			for _, v := range spec.Values {
				value, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil || out[dct.Code(value)] {
					t.Errorf("constant %v = %q: %v, or stands twice", spec.Names, value, err)
				}
				out[dct.Code(value)] = true
			}
		}
		return true
	})
	if len(out) == 0 {
		t.Fatal("no constant of type Code found")
	}
	return out
}

var update = flag.Bool("update", false, "rewrite the files that tests generate")

// findingGroups are the hundreds of the codes.
var findingGroups = map[string]string{
	"DCT1": "The dump",
	"DCT2": "The container",
	"DCT3": "The transport",
	"DCT4": "The device's keys",
	"DCT5": "The server's key",
	"DCT6": "The server's address",
	"DCT7": "Slots not in use",
}

// docs/findings.md is the table in prose; -update writes it anew.
func TestFindingsDocument(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("<!-- Generated from dct/finding.go, do not edit: go test ./dct -run TestFindingsDocument -update -->\n\n# Findings\n\n")
	b.WriteString("What `dct check` can find. `dct explain CODE` prints the same. A code is never given a second meaning.\n\n" +
		"Severity: **error**, with some firmware this device will not connect as itself, or loses data; **warning**, it will, but something\n" +
		"is not as it should be; **info**, of no consequence to the connection. A finding that says it needs a source is raised to\n" +
		"`auto` in a report when the image itself brings the repair.\n")
	repairs := map[dct.Repair]string{
		dct.RepairAuto: "from the image alone", dct.RepairSource: "from the image where it allows, else from a source", dct.RepairNone: "none",
	}
	group := ""
	for _, p := range dct.Problems() {
		if g := string(p.Code)[:4]; g != group {
			group = g
			title, ok := findingGroups[g]
			if !ok {
				t.Errorf("no section for %s", p.Code)
			}
			fmt.Fprintf(&b, "\n## %s\n", title)
		}
		fmt.Fprintf(&b, "\n### %s %s\n\n%s\n\n", p.Code, p.Name, p.Meaning)
		fmt.Fprintf(&b, "* Severity: **%s**. Repair: %s.\n* Cause: %s\n* What to do: %s\n", p.Severity, repairs[p.Repair], p.Cause, p.Action)
	}
	path := filepath.Join("..", "docs", "findings.md")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (to write it: go test ./dct -run TestFindingsDocument -update)", err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("%s is not what the table says; run with -update (-want +got):\n%s", path, diff)
	}
}
