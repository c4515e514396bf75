package dct

// DCDChecksum returns the checksum of one 16384-byte DCD sector as v2 computes
// it: CRC-32 (IEEE) over bytes 8 to 16379. It is stored little-endian in the
// last four bytes (containers.md 2.2).
func DCDChecksum(sectorBytes []byte) uint32 { return sector(sectorBytes).computedCRC() }

// WICEDChecksum returns the checksum of one 16384-byte WICED copy as w37
// computes it for a copy that is current. It is stored little-endian at byte 8
// of the version record (containers.md 3.3).
func WICEDChecksum(copyBytes []byte) uint32 { return wicedCopy(copyBytes).computedCRC(1) }
