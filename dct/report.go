package dct

import (
	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/layout"
)

// Schema is the number of the report's JSON form.
const Schema = 1

// A Report is everything that is known of an image. Its JSON form is the
// contract's. Offsets are in the decoded input unless named App. It holds no
// secret.
type Report struct {
	Schema    int             `json:"schema"`
	Tool      string          `json:"tool"`
	Version   string          `json:"version"`
	Input     Input           `json:"input"`
	Image     ImageReport     `json:"image"`
	Copies    []CopyReport    `json:"copies"`
	Readers   []ReaderReport  `json:"readers"`
	Transport TransportReport `json:"transport"`
	Slots     []SlotReport    `json:"slots"`
	Findings  []Finding       `json:"findings"`
	Prognosis []Prognosis     `json:"prognosis"`
	Verdict   Verdict         `json:"verdict"`
}

// An Input names the file that a report is about. Package dct sees bytes only:
// the command fills Name and Format.
type Input struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Format string `json:"format"`
}

// An ImageReport says what the image is.
type ImageReport struct {
	Container   Container       `json:"container"`
	Platform    layout.Platform `json:"platform"`
	PlatformWhy string          `json:"platform_why"`
	Base        int             `json:"base"`
}

// A CopyReport is the state of one copy.
type CopyReport struct {
	Index     int         `json:"index"`
	Offset    int         `json:"offset"`
	Header    HeaderState `json:"header"`
	CRC       CRCState    `json:"crc"`
	Counter   *int        `json:"counter"`
	AppOffset int         `json:"app_offset"`
}

// A ReaderReport is the copy that one generation reads, null where it would
// start empty.
type ReaderReport struct {
	ID       string `json:"id"`
	Firmware string `json:"firmware"`
	Current  *int   `json:"current"`
}

// A TransportReport says which slots the device uses, null where that is not
// known.
type TransportReport struct {
	Active *layout.Transport `json:"active"`
	Why    string            `json:"why"`
}

// A SlotReport is the verdict on one slot of one copy.
type SlotReport struct {
	Name        string           `json:"name"`
	Role        layout.Role      `json:"role"`
	Transport   layout.Transport `json:"transport"`
	Active      bool             `json:"active"`
	Copy        int              `json:"copy"`
	AppOffset   int              `json:"app_offset"`
	FileOffset  int              `json:"file_offset"`
	Size        int              `json:"size"`
	State       asn1check.State  `json:"state"`
	Algorithm   *string          `json:"algorithm"`
	DERLength   *int             `json:"der_length"`
	Fingerprint *string          `json:"fingerprint"`
	Detail      *string          `json:"detail"`
}

// A Finding is one thing that is not as it should be, or worth knowing.
type Finding struct {
	Code     Code     `json:"code"`
	Name     string   `json:"name"`
	Severity Severity `json:"severity"`
	Slot     *string  `json:"slot"`
	Copy     *int     `json:"copy"`
	Offset   *int     `json:"offset"`
	Length   *int     `json:"length"`
	Message  string   `json:"message"`
	Repair   Repair   `json:"repair"`
}

// A Prognosis is what a device with that firmware does with a slot.
type Prognosis struct {
	Slot     string `json:"slot"`
	Firmware string `json:"firmware"`
	Outcome  string `json:"outcome"`
	Message  string `json:"message"`
}

// A Verdict sums a report up.
type Verdict string

// The verdicts.
const (
	Healthy Verdict = "healthy"   // no error
	Damaged Verdict = "damaged"   // errors, each repairable from the image alone
	Broken  Verdict = "broken"    // an error that needs a source, or has no repair
	NotADCT Verdict = "not-a-dct" // nothing to judge
)

// Judge sets the verdict from the findings. It is called again after their
// repairs have been tried.
func (r *Report) Judge() {
	r.Verdict = Healthy
	for _, f := range r.Findings {
		switch {
		case f.Code == FailedRead || f.Code == NotRecognised:
			r.Verdict = NotADCT
			return
		case f.Severity != SeverityError:
		case f.Repair != RepairAuto:
			r.Verdict = Broken
		case r.Verdict == Healthy:
			r.Verdict = Damaged
		}
	}
}

// Slot returns the report on the slot with that name in the judged copy.
func (r *Report) Slot(name string) (SlotReport, bool) {
	for _, s := range r.Slots {
		if s.Name == name {
			return s, true
		}
	}
	return SlotReport{}, false
}

// Count returns how many findings have that severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}
