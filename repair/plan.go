package repair

import (
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// A Backup is something the caller gives to restore a private key from: DER,
// PEM, a DeviceKeyHelper record, or another dump; it is recognised by content.
type Backup struct {
	Name string // for reports
	Data []byte
}

// Options say what a repair may use; the zero value uses the image alone.
type Options struct {
	Backups []Backup
	// Accept lists fingerprints of keys to take although a witness in the
	// image contradicts them.
	Accept []string
	// Only limits the repair to slots with these names, and Skip leaves out
	// problems with these codes. The container is re-sealed either way.
	Only []string
	Skip []dct.Code
}

// An Action is what a step does.
type Action string

// The actions, as the contract has them.
const (
	Restore Action = "restore" // bytes from another copy or a backup
	Rebuild Action = "reconstruct"
	Derive  Action = "derive"  // computed from sound numbers
	Default Action = "default" // the cloud's known key or address, or the factory's byte
	Reseal  Action = "reseal"  // headers, checksums and records of the container
)

// A Step is one change, as shown to the user. It holds no secret.
type Step struct {
	Slot        *string `json:"slot"`
	Action      Action  `json:"action"`
	Source      string  `json:"source"`   // where the bytes come from
	Evidence    string  `json:"evidence"` // what speaks for them
	Offset      int     `json:"offset"`   // in the decoded input
	Length      int     `json:"length"`
	Fingerprint *string `json:"fingerprint"`
}

// A write is a step's bytes.
type write struct {
	offset int
	data   []byte
}

// A Plan is what a repair would change, and what it could not find a repair for.
type Plan struct {
	Steps []Step
	// Notes says what was found out about backups and candidates that were
	// not taken, a sentence each.
	Notes []string

	image  dct.Image
	writes []write
}

// Empty reports whether the plan changes nothing.
func (p Plan) Empty() bool { return len(p.Steps) == 0 }

// Apply returns a copy of the image's bytes with the plan carried out.
func (p Plan) Apply() []byte {
	out := append([]byte(nil), p.image.Data...)
	for _, w := range p.writes {
		copy(out[w.offset:], w.data)
	}
	return out
}

// A Report is the result of a repair. Its JSON form is that of a check of the
// input with the repair's own members added.
type Report struct {
	dct.Report
	Steps      []Step        `json:"steps"`
	Notes      []string      `json:"notes"`
	Unrepaired []dct.Finding `json:"unrepaired"`
	Changed    [][2]int      `json:"changed"` // offset and length of every run of changed bytes
	Output     *Output       `json:"output"`  // null when nothing was written
	Recheck    *Recheck      `json:"recheck"` // null when there was nothing to repair
}

// An Output names the file that was written.
type Output struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// A Recheck is the verdict on the repaired image.
type Recheck struct {
	Verdict dct.Verdict        `json:"verdict"`
	Readers []dct.ReaderReport `json:"readers"`
}

// A Result is a report and the repaired image that belongs to it.
type Result struct {
	Report Report
	// Image is the repaired image, ready to be written to a file: the whole
	// dump, except that an application DCT comes without what a dump spills
	// behind it. Nil where there is nothing to repair, or no error could be.
	Image []byte
}

// changedRuns lists the runs in which two images of one length differ.
func changedRuns(before, after []byte) [][2]int {
	runs := [][2]int{}
	for _, r := range layout.Differences(before, after) {
		runs = append(runs, [2]int{r.Offset, r.Length})
	}
	return runs
}
