package dct

import (
	"testing"
)

// The check values of containers.md 2.2.
func TestDCDChecksumGolden(t *testing.T) {
	for fill, want := range map[byte]uint32{0xFF: 0x830D1C42, 0x00: 0x66337A37} {
		s := make(sector, 16384)
		for i := range s {
			s[i] = fill
		}
		if got := s.computedCRC(); got != want {
			t.Errorf("checksum over %02X = %08X, want %08X", fill, got, want)
		}
	}
}
