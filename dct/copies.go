package dct

import (
	"slices"

	"github.com/dctkit/dctkit/layout"
)

// A HeaderState names the state of a copy's header.
type HeaderState string

// The header states; the contract has their meaning for each container.
const (
	HeaderValid      HeaderState = "valid"
	HeaderSuperseded HeaderState = "superseded"
	HeaderCleared    HeaderState = "cleared"
	HeaderIncomplete HeaderState = "incomplete"
	HeaderErased     HeaderState = "erased"
	HeaderBad        HeaderState = "bad"
	HeaderNone       HeaderState = "none" // an application DCT alone has none
)

// A CRCState names the state of a copy's checksum.
type CRCState string

// The checksum states.
const (
	CRCOK     CRCState = "ok"
	CRCBad    CRCState = "bad"
	CRCAbsent CRCState = "absent"
)

// headerState reads the seal of a sector (containers.md 2.2, 2.6).
func (s sector) headerState() HeaderState {
	if b, same := oneByte(s); same && b == 0xFF {
		return HeaderErased
	}
	if s.watermark() {
		switch s.seal() {
		case layout.DCDSealValid:
			return HeaderValid
		case layout.DCDSealInvalidV2:
			return HeaderSuperseded
		case layout.DCDSealCleared:
			return HeaderCleared
		}
	}
	if halfWritten(s[:layout.DCDHeader]) {
		return HeaderIncomplete
	}
	return HeaderBad
}

// halfWritten reports whether a power loss during one header write can have
// left these 8 bytes: they are written in rising order, over FF when a sector
// is sealed and over the old seal when it is retired.
func halfWritten(header []byte) bool {
	valid := dcdHeader(layout.DCDSealValid)
	for _, write := range [...]struct{ before, after []byte }{
		{[]byte("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), valid},
		{valid, dcdHeader(layout.DCDSealInvalidV2)},
		{valid, dcdHeader(layout.DCDSealCleared)},
	} {
		for n := range len(header) {
			if slices.Equal(header[:n], write.after[:n]) && slices.Equal(header[n:], write.before[n:]) {
				return true
			}
		}
	}
	return false
}

// crcState: a checksum counts as absent where there is neither a footer nor a
// match; a match without a footer is what v2a leaves (containers.md 2.7).
func (s sector) crcState() CRCState {
	switch {
	case s.storedCRC() == s.computedCRC():
		return CRCOK
	case s.footerWatermark():
		return CRCBad
	}
	return CRCAbsent
}

func (c wicedCopy) headerState() HeaderState {
	if b, same := oneByte(c); same && b == 0xFF {
		return HeaderErased
	}
	switch {
	case !c.magic():
		return HeaderBad
	case !c.complete():
		return HeaderIncomplete
	case c.isCurrent() == 1:
		return HeaderValid
	case c.isCurrent() == 0:
		return HeaderSuperseded
	}
	return HeaderBad
}

// crcState takes byte 9 of a superseded copy as the 1 that it was when the
// checksum was made (containers.md 3.3).
func (c wicedCopy) crcState() CRCState {
	if !c.hasRecord() {
		return CRCAbsent
	}
	flag := c.isCurrent()
	if c.headerState() == HeaderSuperseded {
		flag = 1
	}
	if c.storedCRC() == c.computedCRC(flag) {
		return CRCOK
	}
	return CRCBad
}

// copyReports describes every copy of the image.
func copyReports(m Image) []CopyReport {
	out := []CopyReport{}
	for i := range m.Copies() {
		r := CopyReport{
			Index: i, Offset: m.Base + i*layout.SectorSize, AppOffset: m.AppOffset(i),
			Header: HeaderNone, CRC: CRCAbsent,
		}
		switch m.Container {
		case DCD:
			s := sector(half(m.ContainerBytes(), i))
			r.Header, r.CRC = s.headerState(), s.crcState()
			if r.CRC != CRCAbsent {
				r.Counter = ptr(s.counter())
			}
		case WICED:
			c := wicedCopy(half(m.ContainerBytes(), i))
			r.Header, r.CRC = c.headerState(), c.crcState()
			if r.CRC != CRCAbsent {
				r.Counter = ptr(c.sequence())
			}
		}
		out = append(out, r)
	}
	return out
}

func ptr[T any](v T) *T { return &v }
