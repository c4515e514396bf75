package dct

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/dctkit/dctkit/layout"
)

// sector is one 16 KiB copy of the Electron's DCD container (containers.md 2.2).
type sector []byte

func (s sector) word(offset int) uint32 { return binary.LittleEndian.Uint32(s[offset:]) }

func (s sector) watermark() bool       { return s.word(layout.DCDWatermark) == layout.DCDMagic }
func (s sector) seal() uint32          { return s.word(layout.DCDSeal) }
func (s sector) footerWatermark() bool { return s.word(layout.DCDFootMagic) == layout.DCDMagic }
func (s sector) counter() int          { return int(s[layout.DCDCounter] & 3) }
func (s sector) storedCRC() uint32     { return s.word(layout.DCDCRC) }

// computedCRC is the ordinary CRC-32 over data and footer; the header is
// outside, so a superseded copy still verifies.
func (s sector) computedCRC() uint32 {
	return crc32.ChecksumIEEE(s[layout.DCDChecked.Offset:layout.DCDChecked.End()])
}

// header reports whether the generation accepts the sector's header.
func (s sector) header(g Generation) bool {
	return s.watermark() && (s.seal() == layout.DCDSealValid || g == V2b && s.seal() == layout.DCDSealInvalidV2)
}

// crcOK is the checksum test of v2. V2a has no condition on the footer.
func (s sector) crcOK(g Generation) bool {
	return (g == V2a || s.footerWatermark()) && s.storedCRC() == s.computedCRC()
}

// chooseV1: copy 1 wins where both are valid, and nothing but the header
// counts (containers.md 2.3).
func chooseV1(container []byte) (int, bool) {
	for _, i := range [...]int{1, 0} {
		if sector(half(container, i)).header(V1) {
			return i, true
		}
	}
	return 0, false
}

// chooseV2 is the decision table of containers.md 2.3. The primary is the
// first copy with an acceptable header, by position; what the secondary's seal
// says decides how much else is looked at. The secondary's watermark is not.
func chooseV2(container []byte, g Generation) (int, bool) {
	first := 0
	if !sector(half(container, 0)).header(g) {
		if !sector(half(container, 1)).header(g) {
			return 0, false
		}
		first = 1
	}
	second := 1 - first
	primary, secondary := sector(half(container, first)), sector(half(container, second))
	switch secondary.seal() {
	case layout.DCDSealInvalidV2:
		if primary.crcOK(g) {
			return first, true
		}
		return second, true // its checksum is not looked at
	case layout.DCDSealValid:
		p, s := primary.crcOK(g), secondary.crcOK(g)
		switch {
		case p && !s:
			return first, true
		case s && !p:
			return second, true
		case p && s:
			if secondary.counter() == (primary.counter()+1)&3 {
				return second, true
			}
			return first, true
		}
		return 1, true // both wrong: a constant, whichever role copy 1 has
	}
	return first, true // no checksum is looked at
}
