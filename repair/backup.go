package repair

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// backupKey returns the private key that a backup holds for a slot, and what
// the backup was recognised as.
func backupKey(b Backup, slot layout.Slot) (key *asn1check.PrivateKey, kind string, err error) {
	key, kind, err = anyBackupKey(b.Data, slot)
	if err == nil && key.Algorithm().String() != slot.Algorithm {
		return nil, kind, fmt.Errorf("it holds a key of kind %s, and %s needs %s", key.Algorithm(), slot.Name, slot.Algorithm)
	}
	return key, kind, err
}

func anyBackupKey(data []byte, slot layout.Slot) (*asn1check.PrivateKey, string, error) {
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		key, err := pemKey(data)
		return key, "a PEM file", err
	}
	if len(data) > 0 && data[0] == dct.SequenceTag {
		key, err := asn1check.ParsePrivateKey(data)
		return key, "a DER file", err
	}
	if m := dct.Recognise(data, dct.Hint{}); m.Copies() > 0 {
		key, err := dumpKey(m, slot)
		return key, fmt.Sprintf("a dump (%s, %s)", m.Container, m.Platform), err
	}
	if at := bytes.Index(data, helperMagic); at >= 0 {
		key, err := helperKey(data[at:])
		return key, fmt.Sprintf("a DeviceKeyHelper record at %d", at), err
	}
	return nil, "unknown", errors.New("neither DER, PEM, a DeviceKeyHelper record nor a dump")
}

// pemKey returns the one private key of a PEM file; other blocks, such as EC
// PARAMETERS, are passed over.
func pemKey(data []byte) (*asn1check.PrivateKey, error) {
	last := errors.New("no private key in it")
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		key, err := asn1check.ParsePrivateKey(block.Bytes)
		if err == nil {
			return key, nil
		}
		if bytes.HasSuffix([]byte(block.Type), []byte("PRIVATE KEY")) {
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
	v, ok := dct.JudgeSlot(app, slot, dct.Options{})
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
