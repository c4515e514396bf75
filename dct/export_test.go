package dct

// What the tests outside the package compare with recorded answers.

// DCDHeader reports whether g accepts the header of copy i.
func DCDHeader(container []byte, i int, g Generation) bool {
	return sector(half(container, i)).header(g)
}

// DCDCRC returns the computed checksum of copy i and whether g takes it for right.
func DCDCRC(container []byte, i int, g Generation) (uint32, bool) {
	s := sector(half(container, i))
	return s.computedCRC(), s.crcOK(g)
}

// DCDCounter returns the footer counter of copy i.
func DCDCounter(container []byte, i int) int { return sector(half(container, i)).counter() }

// W37Rank returns level, initial_write and sequence of copy i as w37 sees them.
func W37Rank(container []byte, i int) (level, initial, sequence int) {
	r := wicedCopy(half(container, i)).rank()
	return r.level, r.initial, r.sequence
}
