package layout

// Geometry common to both containers (containers.md 1).
const (
	// SectorSize is the size in bytes of one copy, a sector of the STM32F2.
	SectorSize = 16384
	// ContainerSize is both copies, copy 0 first.
	ContainerSize = 2 * SectorSize
	// FlashOffset is where a whole-flash dump holds the container.
	FlashOffset = 0x4000
	// FlashAddress is the CPU address of the container.
	FlashAddress = 0x08004000

	// AppSize is the size of the application DCT since 0.7.0, AppSizeOld
	// before (fields.md 1).
	AppSize    = 8391
	AppSizeOld = 4258
)

// The Electron's DCD sector (containers.md 2.2).
const (
	DCDApp       = 8      // offset of the application DCT in a sector
	DCDWatermark = 0x0000 // u32, DCDMagic
	DCDSeal      = 0x0004 // u32
	DCDHeader    = 8      // bytes of watermark and seal
	DCDFooter    = 0x3FE0 // v2: first of 32 footer bytes
	DCDCounter   = 0x3FF0 // v2: bits 0-1 are a counter modulo 4
	DCDSizeField = 0x3FF6 // v2: u16, written as 4, never read
	DCDFootMagic = 0x3FF8 // v2: u32, DCDMagic again
	DCDCRC       = 0x3FFC // v2: u32, CRC-32 (IEEE) of DCDChecked

	DCDMagic         = 0x1E1C279A
	DCDSealErased    = 0xFFFFFFFF
	DCDSealValid     = 0xEDA15E00
	DCDSealInvalidV2 = 0x69A00C00
	DCDSealCleared   = 0
	// DCDFooterSize is the constant value of the size field.
	DCDFooterSize = 4
)

// DCDChecked is what the v2 checksum covers: data and footer up to the
// checksum, not the header (containers.md 2.2).
var DCDChecked = Range{DCDHeader, DCDCRC - DCDHeader}

// The WICED copy of Photon and P1 (containers.md 3.1).
const (
	WICEDFullSize        = 0     // u32
	WICEDUsedSize        = 4     // u32
	WICEDWriteIncomplete = 8     // u8, 0 when the copy is complete
	WICEDIsCurrent       = 9     // u8
	WICEDAppValid        = 10    // u8
	WICEDMagicOffset     = 12    // "BRCM"
	WICEDHeader          = 0x184 // bytes of the header
	WICEDApp             = 0x1D7C
	WICEDRecord          = 0x3FF0 // w37: 16 bytes, the last of the copy
	WICEDRecordVersion   = 6      // in the record: u16
	WICEDRecordCRC       = 8      // in the record: u32
	WICEDRecordInitial   = 12     // in the record: u8, initial_write
	WICEDRecordSequence  = 13     // in the record: u8
	WICEDRecordSize      = 16

	WICEDMagic       = 0x4D435242 // "BRCM" read little-endian
	WICEDRecordMagic = 0xDC0200CD
	// WICEDVersion is the version that w37 writes and the highest it accepts.
	WICEDVersion = 0x0370
	// WICEDVersionOld is the level of a copy without an acceptable record.
	WICEDVersionOld = 0x0330
)

// A Section is a part of a WICED copy.
type Section struct {
	Name string
	Range
	Secret bool // holds keys or credentials
}

// WICEDSections tiles one copy as w37 sees it; w33 takes everything from
// WICEDApp on as application space (containers.md 3.1).
var wicedSections = []Section{
	{"header", Range{0x0000, 0x184}, false},
	{"manufacturing", Range{0x0184, 0x9C}, false},
	{"security", Range{0x0220, 0x1810}, true},
	{"wifi", Range{0x1A30, 0x34C}, true},
	{"application", Range{WICEDApp, AppSize}, true},
	{"unused", Range{0x3E43, 393}, false},
	{"network_record", Range{0x3FCC, 36}, false},
	{"version_record", Range{WICEDRecord, WICEDRecordSize}, false},
}

// WICEDSections returns the parts of one WICED copy, by rising offset, without
// gap or overlap.
func WICEDSections() []Section { return append([]Section(nil), wicedSections...) }
