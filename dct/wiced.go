package dct

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/dctkit/dctkit/layout"
)

// wicedCopy is one 16 KiB copy of the WICED container of Photon and P1
// (containers.md 3.1).
type wicedCopy []byte

func (c wicedCopy) word(offset int) uint32 { return binary.LittleEndian.Uint32(c[offset:]) }

func (c wicedCopy) magic() bool     { return c.word(layout.WICEDMagicOffset) == layout.WICEDMagic }
func (c wicedCopy) complete() bool  { return c[layout.WICEDWriteIncomplete] == 0 }
func (c wicedCopy) isCurrent() byte { return c[layout.WICEDIsCurrent] }

// record is the version record that w37 keeps in the last 16 bytes.
func (c wicedCopy) record() []byte {
	return c[layout.WICEDRecord : layout.WICEDRecord+layout.WICEDRecordSize]
}

func (c wicedCopy) version() uint16 {
	return binary.LittleEndian.Uint16(c.record()[layout.WICEDRecordVersion:])
}

// hasRecord reports whether w37 takes the version record for one.
func (c wicedCopy) hasRecord() bool {
	return binary.LittleEndian.Uint32(c.record()) == layout.WICEDRecordMagic &&
		c.version() != 0 && c.version() <= layout.WICEDVersion
}

func (c wicedCopy) sequence() int { return int(c.record()[layout.WICEDRecordSequence]) }

func (c wicedCopy) storedCRC() uint32 {
	return binary.LittleEndian.Uint32(c.record()[layout.WICEDRecordCRC:])
}

// register is a raw CRC-32 register: start FFFFFFFF, no final inversion.
type register uint32

const startRegister register = 0xFFFFFFFF

// block returns the register after these bytes.
func (r register) block(b []byte) register {
	return ^register(crc32.Update(uint32(^r), crc32.IEEETable, b))
}

// byte returns the register after n times the byte b.
func (r register) byte(b byte, n int) register {
	for range n {
		r = register(crc32.IEEETable[byte(r)^b]) ^ r>>8
	}
	return r
}

// computedCRC is the checksum of w37 (containers.md 3.3). Blocks are not
// chained but XORed: the header with write_incomplete taken as 0 and the
// is_current flag as given, every 32 bytes up to the record, and the record
// without its checksum and initial_write.
func (c wicedCopy) computedCRC(isCurrent byte) uint32 {
	header := startRegister.block(c[:layout.WICEDWriteIncomplete]).byte(0, 1).byte(isCurrent, 1).
		block(c[layout.WICEDIsCurrent+1 : layout.WICEDHeader])
	record := c.record()
	version := startRegister.block(record[:layout.WICEDRecordCRC]).byte(0, 4+1). // checksum and initial_write
											block(record[layout.WICEDRecordInitial+1:])
	return 0xFFFFFFFF ^ uint32(header) ^ uint32(c.bodyRegister()) ^ uint32(version)
}

// bodyRegister is the XOR of the registers of all 32-byte pieces of the body,
// the last of which is shorter. A register is linear in the block but for a
// constant, which an odd number of blocks leaves in once: so the XOR of 499
// registers is the register of the XOR of 499 blocks.
func (c wicedCopy) bodyRegister() register {
	const (
		piece = 32
		whole = (layout.WICEDRecord - layout.WICEDHeader) / piece // 499
	)
	body := c[layout.WICEDHeader:layout.WICEDRecord]
	var sum [piece / 8]uint64
	for at := 0; at < whole*piece; at += piece {
		for i := range sum {
			sum[i] ^= binary.LittleEndian.Uint64(body[at+8*i:])
		}
	}
	r := startRegister
	for _, word := range sum {
		for range 8 {
			r = r.byte(byte(word), 1)
			word >>= 8
		}
	}
	return r ^ startRegister.block(body[whole*piece:])
}

// chooseW33: the first copy that is complete, current and has the magic;
// there is no checksum and no sequence (containers.md 3.2).
func chooseW33(container []byte) (int, bool) {
	for i := range 2 {
		c := wicedCopy(half(container, i))
		if c.magic() && c.complete() && c.isCurrent() == 1 {
			return i, true
		}
	}
	return 0, false
}

// The initial_write value w37 gives itself for a copy whose checksum is wrong.
const initialBadCRC = 255

// wicedInvalid is the level of a copy that w37 does not accept.
const wicedInvalid = 0x7FFF

// wicedRank is how w37 sees one copy (containers.md 3.3, evaluate).
type wicedRank struct {
	level    int // layout.WICEDVersion, layout.WICEDVersionOld or wicedInvalid
	initial  int // 0, 1 or initialBadCRC
	sequence int // -1 where the checksum is wrong
}

func (c wicedCopy) rank() wicedRank {
	switch {
	case c.word(layout.WICEDUsedSize) > c.word(layout.WICEDFullSize), !c.magic(), !c.complete():
		return wicedRank{level: wicedInvalid}
	case !c.hasRecord():
		return wicedRank{level: layout.WICEDVersionOld}
	case c.record()[layout.WICEDRecordInitial] == 1 && c.storedCRC() == 0:
		return wicedRank{layout.WICEDVersion, 1, c.sequence()}
	case c.storedCRC() == c.computedCRC(c.isCurrent()):
		return wicedRank{layout.WICEDVersion, 0, c.sequence()}
	}
	return wicedRank{layout.WICEDVersion, initialBadCRC, -1}
}

// chooseW37 goes down the table of containers.md 3.3; the first rule that
// applies decides.
func chooseW37(container []byte) (int, bool) {
	copy0 := wicedCopy(half(container, 0))
	a, b := copy0.rank(), wicedCopy(half(container, 1)).rank()
	pick := func(second bool) (int, bool) {
		if second {
			return 1, true
		}
		return 0, true
	}
	switch {
	case a.level == wicedInvalid && b.level == wicedInvalid:
		return 0, false
	case a.level == wicedInvalid || b.level == wicedInvalid:
		return pick(a.level == wicedInvalid)
	case a.level != b.level:
		return pick(b.level > a.level)
	case b.initial == 1:
		return 1, true
	case a.initial == 1:
		return 0, true
	case a.sequence != b.sequence:
		return pick(b.sequence > a.sequence)
	case a.sequence == -1:
		return pick(copy0.isCurrent() == 0) // copy 1's own flag is not looked at
	}
	return 0, true
}
