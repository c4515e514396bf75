package asn1check

import "fmt"

// The identifier octets that occur in keys.
const (
	tagInteger     = 0x02
	tagBitString   = 0x03
	tagOctetString = 0x04
	tagNull        = 0x05
	tagOID         = 0x06
	tagSequence    = 0x30
	tagContext0    = 0xA0
	tagContext1    = 0xA1
)

// A fault is the first thing wrong with a key, and where. Its text names places and rules, never contents: even a
// length or a tag may be a byte of the key, once an encoding has slipped.
type fault struct {
	at  int // slot offset, -1 where there is none to point at
	why string
	cut bool // nothing is wrong as far as it goes, but the bytes end before the encoding does
}

func (f *fault) Error() string {
	if f.at < 0 {
		return f.why
	}
	return fmt.Sprintf("%s (at byte %d)", f.why, f.at)
}

// A reader is a run of DER that shrinks as it is read, as cryptobyte.String is. It also knows where in the slot it
// stands, and how many bytes its header promised that are not there: a key that runs past its slot is still to be
// recognised by its beginning.
type reader struct {
	b        []byte
	at       int // slot offset of b[0]
	missing  int
	lengthAt int // slot offset of the length octets of what b is the contents of
}

// open begins to read the DER at the front of b, which stands at offset at; what follows that DER is left out.
func open(b []byte, at int) (r reader, total int, f *fault) {
	r = reader{b: b, at: at}
	if len(b) == 0 || b[0] != tagSequence {
		return r, 0, &fault{at: at, why: "does not begin with a SEQUENCE"}
	}
	head, length, f := r.header("key")
	if f != nil {
		return r, 0, f
	}
	total = head + length
	r.b = b[:min(total, len(b))]
	r.missing = total - len(r.b)
	return r, total, nil
}

// declared is the length of r as its header gives it.
func (r reader) declared() int { return len(r.b) + r.missing }

// element takes the next element, which must have that tag. Its contents may be cut short if r is.
func (r *reader) element(tag byte, name string) (reader, *fault) {
	if len(r.b) == 0 {
		return reader{}, r.short(name)
	}
	if r.b[0] != tag {
		return reader{}, &fault{at: r.at, why: name + ": wrong tag"}
	}
	head, length, f := r.header(name)
	if f != nil {
		return reader{}, f
	}
	if length > r.declared()-head {
		return reader{}, &fault{at: r.at + 1, why: name + ": runs past what holds it"}
	}
	have := min(length, len(r.b)-head)
	body := reader{b: r.b[head : head+have], at: r.at + head, missing: length - have, lengthAt: r.at + 1}
	r.b, r.at, r.missing = r.b[head+have:], body.at+have, r.missing-body.missing
	return body, nil
}

// primitive takes the next element, which must have that tag and be there to its end.
func (r *reader) primitive(tag byte, name string) (reader, *fault) {
	body, f := r.element(tag, name)
	if f != nil {
		return body, f
	}
	return body, body.whole(name)
}

// bitString takes the next element, a BIT STRING of whole octets, and gives these.
func (r *reader) bitString(name string) (reader, *fault) {
	body, f := r.element(tagBitString, name)
	if f != nil {
		return body, f
	}
	if len(body.b) == 0 {
		return body, body.short(name)
	}
	if body.b[0] != 0 {
		return body, &fault{at: body.at, why: name + ": has unused bits"}
	}
	body.b, body.at = body.b[1:], body.at+1
	return body, nil
}

// version takes the INTEGER that most keys begin with; it must be want.
func (r *reader) version(want byte) *fault {
	body, f := r.primitive(tagInteger, "version")
	if f != nil {
		return f
	}
	if len(body.b) != 1 || body.b[0] != want {
		return &fault{at: body.at, why: fmt.Sprintf("version: not %d", want)}
	}
	return nil
}

// end makes sure that nothing is left. It blames the length of the container: behind a key in a slot there is always
// something, so a length that grew by damage lets strangers in.
func (r reader) end(name string) *fault {
	if r.declared() > 0 {
		return &fault{at: r.lengthAt, why: name + ": longer than its elements"}
	}
	return nil
}

// whole makes sure that r is there to its end.
func (r reader) whole(name string) *fault {
	if r.missing > 0 {
		return &fault{at: r.lengthAt, why: name + ": runs past the end", cut: true}
	}
	return nil
}

// short is the fault of finding fewer bytes in r than name needs.
func (r reader) short(name string) *fault {
	return &fault{at: r.at, why: name + ": missing", cut: r.missing > 0}
}

// maxLength bounds lengths so that sums of them fit an int everywhere. No input is as large.
const maxLength = 1 << 30

// header reads identifier and length octets: definite, and as few as possible.
func (r reader) header(name string) (head, length int, f *fault) {
	if len(r.b) < 2 {
		return 0, 0, r.short(name)
	}
	if r.b[1] < 0x80 {
		return 2, int(r.b[1]), nil
	}
	octets := int(r.b[1]) - 0x80
	if octets < 1 || octets > 4 {
		return 0, 0, &fault{at: r.at + 1, why: name + ": no definite length of reasonable size"}
	}
	head = 2 + octets
	if len(r.b) < head {
		return 0, 0, r.short(name)
	}
	var n uint64
	for _, o := range r.b[2:head] {
		n = n<<8 | uint64(o)
	}
	if n < 0x80 || r.b[2] == 0 {
		return 0, 0, &fault{at: r.at + 1, why: name + ": length not in its shortest form"}
	}
	if n > maxLength {
		return 0, 0, &fault{at: r.at + 1, why: name + ": no definite length of reasonable size"}
	}
	return head, int(n), nil
}
