package dct

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/layout"
)

// Version is the version of this tool and library.
const Version = "0.1.0-dev"

// Options change how much Check does; the zero value is what the command uses.
type Options struct {
	// AllCopies judges the slots of every copy, not only of the one that the
	// newest reader chooses. Findings are about the chosen copy either way.
	AllCopies bool
	// SkipPrimality leaves out the primality tests of RSA keys, which take
	// most of the time.
	SkipPrimality bool
}

// Check says everything about an image: its copies, which of them each
// firmware reads, the state of every slot, and what is wrong. Repairs are not
// tried: findings carry the repair that is needed when the image itself does
// not bring it. Input.Name and Input.Format are left to the caller.
func Check(m Image, o Options) Report {
	c := checker{img: m, options: o, copies: copyReports(m), readers: m.Readers()}
	c.copy, _ = m.Current()
	c.transport, c.why = m.Transport(c.copy)
	sum := sha256.Sum256(m.Data)
	r := Report{
		Schema: Schema, Tool: "dct", Version: Version,
		Input:     Input{Size: int64(len(m.Data)), SHA256: hex.EncodeToString(sum[:]), Format: "raw"},
		Image:     ImageReport{m.Container, m.Platform, m.PlatformWhy, m.Base},
		Copies:    c.copies,
		Readers:   []ReaderReport{},
		Transport: TransportReport{Why: c.why},
		Slots:     []SlotReport{},
		Findings:  []Finding{},
		Prognosis: []Prognosis{},
	}
	for _, choice := range c.readers {
		reader := ReaderReport{ID: choice.Generation.String(), Firmware: choice.Generation.Firmware()}
		if choice.OK {
			reader.Current = ptr(choice.Copy)
		}
		r.Readers = append(r.Readers, reader)
	}
	if c.transport != layout.NoTransport {
		r.Transport.Active = ptr(c.transport)
	}
	if m.Copies() > 0 {
		c.slots, c.missing = judgeSlots(m, c.copy, c.transport, o)
	}
	for i := range m.Copies() {
		switch {
		case i == c.copy:
			for _, v := range c.slots {
				r.Slots = append(r.Slots, v.report(m))
			}
		case o.AllCopies:
			others, _ := judgeSlots(m, i, layout.NoTransport, o)
			for _, v := range others {
				r.Slots = append(r.Slots, v.report(m))
			}
		}
	}
	c.run()
	r.Findings = append(r.Findings, c.findings...)
	r.Judge()
	return r
}

// Transport returns the transport whose slots a device with that copy uses,
// and why; none where it cannot be known (behaviour.md 4).
func (m Image) Transport(copyIndex int) (layout.Transport, string) {
	t := m.Platform.Transport()
	switch {
	case m.Copies() == 0:
		return layout.NoTransport, "not a DCT"
	case t == layout.NoTransport:
		return t, "the platform is not known"
	case t != layout.ByByte:
		return t, fmt.Sprintf("%s devices always use %s", m.Platform, strings.ToUpper(string(t)))
	}
	app := m.AppBytes(copyIndex)
	if len(app) <= layout.TransportOffset {
		return layout.NoTransport, "the dump ends before the byte at 2977 that decides"
	}
	if b := app[layout.TransportOffset]; b != layout.TransportUDP {
		return layout.TCP, fmt.Sprintf("byte 2977 is %02X: everything but FF means TCP", b)
	}
	return layout.UDP, "byte 2977 is FF"
}

// checker gathers the findings on one image.
type checker struct {
	img       Image
	options   Options
	copies    []CopyReport
	readers   []Choice
	copy      int // the judged one
	transport layout.Transport
	why       string
	slots     []slotVerdict
	missing   []layout.Slot
	findings  []Finding
}

// run makes every check, one function an invariant.
func (c *checker) run() {
	switch {
	case c.img.FailedRead != "":
		c.add(FailedRead, nil, c.img.FailedRead)
		return
	case c.img.Copies() == 0:
		why := c.img.PlatformWhy
		if why == nothingFound {
			why = "" // the problem's own text says no more
		}
		c.add(NotRecognised, nil, why)
		return
	}
	c.platformFitsTheBytes()
	c.everyActiveSlotIsInTheDump()
	c.newestReaderHasACopy()
	c.readersAgree()
	c.checksumsFit()
	c.transportIsProvisioned()
	for i := range c.slots {
		c.slotIsSound(&c.slots[i])
	}
	c.noReaderWouldReplaceTheKey()
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), cmp.Compare(a.Code, b.Code))
	})
}

// urgency puts what must be done before the next boot first, then errors,
// warnings and the rest.
func urgency(f Finding) int {
	if f.Code == PrivateFirstByte {
		return -1
	}
	return slices.Index([]Severity{SeverityError, SeverityWarning, SeverityInfo}, f.Severity)
}

// add records a finding about a slot, or about the image where v is nil.
func (c *checker) add(code Code, v *slotVerdict, detail string) *Finding {
	p := problem(code)
	f := Finding{Code: code, Name: p.Name, Severity: p.Severity, Message: p.Meaning, Repair: p.Repair}
	if detail != "" {
		f.Message = strings.TrimSuffix(p.Meaning, ".") + " (" + detail + ")."
	}
	if v != nil {
		f.Slot, f.Copy = ptr(v.Name), ptr(v.copy)
		// Of a slot that the dump ends before or in, only what is there.
		inFile := v.Slot.Shift(c.img.AppOffset(v.copy)).Intersect(layout.Range{Length: len(c.img.Data)})
		if !inFile.Empty() {
			f.Offset, f.Length = ptr(inFile.Offset), ptr(inFile.Length)
		}
	}
	c.findings = append(c.findings, f)
	return &c.findings[len(c.findings)-1]
}

func (c *checker) platformFitsTheBytes() {
	if !c.img.Platform.Agrees(c.img.Evidence) {
		c.add(PlatformContradicted, nil, fmt.Sprintf("named %s, the bytes show %s", c.img.Platform, c.img.Evidence))
	}
	if c.img.Platform == layout.Unknown {
		c.add(PlatformUnknown, nil, c.img.PlatformWhy)
	}
}

func (c *checker) everyActiveSlotIsInTheDump() {
	reads := c.img.Platform.Transport()
	for _, slot := range c.missing {
		if slot.Role == layout.DevicePublicKey {
			continue // no connection needs it
		}
		// Without the byte that decides, any slot can be the active one.
		if slot.Transport == c.transport || c.transport == layout.NoTransport && reads == layout.ByByte {
			c.add(SlotMissing, &slotVerdict{Slot: slot, copy: c.copy}, slot.Name)
		}
	}
}

func (c *checker) newestReaderHasACopy() {
	if len(c.readers) == 0 {
		return
	}
	if newest := c.readers[len(c.readers)-1]; !newest.OK {
		c.add(NoCurrentCopy, nil, "firmware "+newest.Generation.Firmware())
	}
}

// readersAgree compares what the generations read: first whether they connect
// alike, then the rest.
func (c *checker) readersAgree() {
	differ, onKeys := false, false
	for _, r := range c.readers {
		first := c.readers[0]
		if r.OK != first.OK {
			onKeys = true
		}
		if r.OK && first.OK && r.Copy != first.Copy {
			differ = differ || !bytes.Equal(c.img.AppBytes(r.Copy), c.img.AppBytes(first.Copy))
			onKeys = onKeys || !bytes.Equal(c.img.connection(r.Copy), c.img.connection(first.Copy))
		}
	}
	switch {
	case onKeys:
		c.add(ReadersDifferOnKeys, nil, choicesText(c.readers))
	case differ:
		c.add(ReadersDiffer, nil, choicesText(c.readers))
	}
}

// choicesText names every reader's copy: "v1 copy 1, v2b none".
func choicesText(readers []Choice) string {
	var parts []string
	for _, r := range readers {
		if r.OK {
			parts = append(parts, fmt.Sprintf("%s copy %d", r.Generation, r.Copy))
		} else {
			parts = append(parts, r.Generation.String()+" none")
		}
	}
	return strings.Join(parts, ", ")
}

// connection returns the bytes that decide how a device with that copy reaches
// the cloud: its transport, and that transport's slots but for the public key,
// which no firmware needs.
func (m Image) connection(copyIndex int) []byte {
	t, _ := m.Transport(copyIndex)
	out := []byte(t)
	for _, slot := range layout.Slots(m.Platform) {
		if slot.Transport == t && slot.Role != layout.DevicePublicKey {
			b, _ := slot.Of(m.AppBytes(copyIndex))
			out = append(out, b...)
		}
	}
	return out
}

func (c *checker) checksumsFit() {
	for _, r := range c.copies {
		if r.CRC == CRCBad && r.Header != HeaderErased {
			f := c.add(ChecksumMismatch, nil, fmt.Sprintf("copy %d", r.Index))
			f.Copy = ptr(r.Index)
		}
	}
}

// transportIsProvisioned: an Electron that reads its TCP slots must have sound
// ones (behaviour.md 2.5).
func (c *checker) transportIsProvisioned() {
	if c.img.Platform != layout.Electron || c.transport != layout.TCP {
		return
	}
	code := TransportTCP
	for _, v := range c.slots {
		if v.active && v.Role != layout.DevicePublicKey && v.problem() != "" && problem(v.problem()).Severity == SeverityError {
			code = TransportSwitched
		}
	}
	f := c.add(code, nil, c.why)
	f.Copy, f.Offset, f.Length = ptr(c.copy), ptr(c.img.AppOffset(c.copy)+layout.TransportOffset), ptr(1)
}

// slotIsSound reports what is wrong with a slot, if anything.
func (c *checker) slotIsSound(v *slotVerdict) {
	switch {
	case v.active:
		if code := v.problem(); code != "" {
			c.add(code, v, v.note())
		}
	case v.State.Sound() || v.State == asn1check.Null || v.State == asn1check.Erased:
	default:
		c.add(InactiveDamaged, v, fmt.Sprintf("%s: %s", v.State, v.note()))
	}
}

// noReaderWouldReplaceTheKey looks into the copies that only older firmware
// reads: one of them can still hold a key that the next boot destroys.
func (c *checker) noReaderWouldReplaceTheKey() {
	seen := map[int]bool{c.copy: true}
	for _, r := range c.readers {
		if !r.OK || seen[r.Copy] {
			continue
		}
		seen[r.Copy] = true
		t, _ := c.img.Transport(r.Copy)
		slot, _ := layout.FindSlot(layout.DevicePrivateKey, t)
		app := c.img.AppBytes(r.Copy)
		verdict, _ := JudgeSlot(c.img.Platform, app, slot, c.options)
		b, _ := slot.Of(app)
		v := slotVerdict{slot, verdict, b, r.Copy, true}
		if v.problem() == PrivateFirstByte {
			c.add(PrivateFirstByte, &v, fmt.Sprintf("in the copy that %s reads, firmware %s", r.Generation, r.Generation.Firmware()))
		}
	}
}

// note is what a finding says of the slot beside the problem's own text.
func (v *slotVerdict) note() string {
	if v.LoadsWhy != "" {
		return strings.TrimPrefix(v.describe()+"; "+v.LoadsWhy, "; ")
	}
	return v.describe()
}

// The problem that a state is, in an active slot of each role. States that are
// missing are none.
var (
	privateProblems = map[asn1check.State]Code{
		asn1check.Null: PrivateNull, asn1check.Erased: PrivateErased, asn1check.Fill: PrivateFill,
		asn1check.WrongAlgorithm: PrivateWrongAlgorithm, asn1check.Truncated: PrivateTruncated,
		asn1check.Malformed: PrivateMalformed, asn1check.Inconsistent: PrivateInconsistent,
	}
	publicProblems = map[asn1check.State]Code{
		asn1check.Fill: PublicDamaged, asn1check.WrongAlgorithm: PublicDamaged, asn1check.Truncated: PublicDamaged,
		asn1check.Malformed: PublicDamaged, asn1check.Inconsistent: PublicDamaged, asn1check.Mismatched: PublicMismatched,
	}
	serverKeyProblems = map[asn1check.State]Code{
		asn1check.Null: ServerKeyNull, asn1check.Erased: ServerKeyErased, asn1check.Fill: ServerKeyFill,
		asn1check.WrongAlgorithm: ServerKeyWrongAlgorithm, asn1check.Truncated: ServerKeyTruncated,
		asn1check.Malformed: ServerKeyMalformed, asn1check.Inconsistent: ServerKeyDamaged,
		asn1check.Unrecognised: ServerKeyUnrecognised,
	}
	addressProblems = map[asn1check.State]Code{
		asn1check.Null: AddressNull, asn1check.Erased: AddressErased, asn1check.Fill: AddressFill,
		asn1check.Malformed: AddressMalformed, asn1check.Unrecognised: AddressUnrecognised,
	}
)

// SlotProblem returns what is wrong with a slot that the device uses, from its
// bytes and their verdict; found is false for nothing.
func SlotProblem(slot layout.Slot, b []byte, v asn1check.Verdict) (p Problem, found bool) {
	code := (&slotVerdict{Slot: slot, Verdict: v, bytes: b}).problem()
	return problem(code), code != ""
}

// problem returns what is wrong with the slot if the device uses it, "" for
// nothing.
func (v *slotVerdict) problem() Code {
	switch v.Role {
	case layout.DevicePublicKey:
		return publicProblems[v.State]
	case layout.ServerPublicKey:
		return serverKeyProblems[v.State]
	case layout.ServerAddress:
		if v.State == asn1check.Erased && v.Slot.Transport == layout.TCP {
			return AddressErasedTCP
		}
		return addressProblems[v.State]
	}
	switch {
	case v.State == asn1check.OK && !v.Loads:
		return PrivateUnloadable
	case v.State != asn1check.OK && v.Loads:
		return PrivateTolerated
	case v.State == asn1check.Malformed && v.bytes[0] == 0xFF:
		return PrivateFirstByte
	}
	return privateProblems[v.State]
}

// SequenceTag opens every DER key. FF in its place is what the firmware takes
// for "no key", whatever follows (behaviour.md 1.1).
const SequenceTag = 0x30
