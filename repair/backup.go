package repair

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// backupKey returns the private key that a backup holds for a slot, and what
// the backup was recognised as.
func backupKey(b Backup, slot layout.Slot) (key *asn1check.PrivateKey, kind string, err error) {
	data := b.Data
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		key, err := pemKey(data, slot)
		return key, "a PEM file", err
	}
	if key, err := asn1check.ParsePrivateKey(data); err == nil {
		return key, "a DER file", fits(key, slot)
	}
	if m := dct.Recognise(data, dct.Hint{}); m.Copies() > 0 {
		key, err := dumpKey(m, slot)
		return key, fmt.Sprintf("a dump (%s, %s)", m.Container, m.Platform), err
	}
	if key, kind, err := helperKeyIn(data); kind != "" {
		if err == nil {
			err = fits(key, slot)
		}
		return key, kind, err
	}
	return nil, "unknown", errors.New("neither a sound key in DER or PEM, nor a DeviceKeyHelper record, nor a dump")
}

// fits gives the reason why a key is none for a slot.
func fits(key *asn1check.PrivateKey, slot layout.Slot) error {
	if key.Algorithm().String() != slot.Algorithm {
		return fmt.Errorf("it holds a key of kind %s, and %s needs %s", key.Algorithm(), slot.Name, slot.Algorithm)
	}
	return nil
}

// pemKey returns the first private key of a PEM file that fits the slot; other
// blocks, such as EC PARAMETERS, are passed over.
func pemKey(data []byte, slot layout.Slot) (*asn1check.PrivateKey, error) {
	last := errors.New("no private key in it")
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			last = errors.New("the key in it is encrypted; decrypt it first, with 'openssl pkey -in FILE -out NEW'")
			continue
		}
		key, err := asn1check.ParsePrivateKey(block.Bytes)
		if err == nil {
			err = fits(key, slot)
		}
		if err == nil {
			return key, nil
		}
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			last = err
		}
	}
	return nil, last
}

// dumpKey returns the key of another dump: of its current copy, or of the
// other one where that is not sound.
func dumpKey(m dct.Image, slot layout.Slot) (*asn1check.PrivateKey, error) {
	current, _ := m.Current()
	for _, i := range []int{current, 1 - current} {
		if key := soundKey(m.AppBytes(i), slot); key != nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("no copy in it has a sound key in %s", slot.Name)
}

// soundKey returns the key of a slot where it is sound, else nil.
func soundKey(app []byte, slot layout.Slot) *asn1check.PrivateKey {
	v, ok := dct.JudgeSlot(layout.Unknown, app, slot, dct.Options{})
	if !ok || v.State != asn1check.OK {
		return nil
	}
	b, _ := slot.Of(app)
	key, err := asn1check.ParsePrivateKey(b)
	if err != nil {
		return nil
	}
	return key
}

// A DeviceKeyHelperRK record (behaviour.md 7): magic, number of key bytes, the
// plain sum of them modulo 65536, then the bytes; all little-endian.
const helperHeader = 8

var helperMagic = []byte{0x63, 0x5C, 0xA6, 0x75}

// helperKeyIn returns the key of the first sound record in the data, at
// whatever offset; kind is "" where there is no trace of a record.
func helperKeyIn(data []byte) (key *asn1check.PrivateKey, kind string, err error) {
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], helperMagic)
		if i < 0 {
			return nil, kind, err
		}
		at += i
		kind = fmt.Sprintf("a DeviceKeyHelper record at %d", at)
		if key, err = helperKey(data[at:]); err == nil {
			return key, kind, nil
		}
	}
}

// helperKey returns the private key of a record. The sum proves little (it
// holds for a record of zeros, and for swapped bytes), so the key is verified
// by its arithmetic; behind an Electron's private key come 128 bytes of the
// server's key, which are not used.
func helperKey(record []byte) (*asn1check.PrivateKey, error) {
	if len(record) < helperHeader {
		return nil, errors.New("the record is cut short")
	}
	count := int(binary.LittleEndian.Uint16(record[4:]))
	role, ok := map[int]layout.Transport{320: layout.UDP, 1600: layout.TCP}[count]
	if !ok {
		return nil, fmt.Errorf("the record claims %d key bytes; 320 and 1600 exist", count)
	}
	keys := record[helperHeader:]
	if len(keys) < count {
		return nil, errors.New("the record is cut short")
	}
	var sum uint16
	for _, b := range keys[:count] {
		sum += uint16(b)
	}
	if stored := binary.LittleEndian.Uint16(record[6:]); sum != stored {
		return nil, fmt.Errorf("the record's sum is %04X, its bytes add up to %04X", stored, sum)
	}
	slot, _ := layout.FindSlot(layout.DevicePrivateKey, role)
	return asn1check.ParsePrivateKey(keys[:slot.Length])
}
