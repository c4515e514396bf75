package dct

import (
	"fmt"

	"github.com/dctkit/dctkit/layout"
)

// A FieldValue is one field of an application DCT as a person reads it. It
// holds no secret: see [Image.Fields].
type FieldValue struct {
	Name       string `json:"name"`
	AppOffset  int    `json:"app_offset"`  // in the application DCT
	FileOffset int    `json:"file_offset"` // in the dump
	Size       int    `json:"size"`        // bytes
	Kind       string `json:"kind"`
	Value      string `json:"value"`
	Redacted   bool   `json:"redacted"` // something is there that is not shown
	Note       string `json:"note"`     // what is odd about the value, "" where nothing is
}

// Fields decodes every field that copy copyIndex holds whole, by rising
// offset, with the field table of that firmware version; "" is the newest that
// the platform has. An unknown platform is read as an Electron, whose fields
// every other shares. It is an error to ask for a copy that is not there or a
// version that the platform never had.
//
// Private keys, Wi-Fi and EAP credentials and the device secret are never
// shown, nor is any field into which a key has run or leaked, nor the bytes of
// a field without a meaning. Names, SSIDs and the claim code are shown with
// reveal only.
func (m Image) Fields(copyIndex int, v layout.Version, reveal bool) ([]FieldValue, error) {
	if copyIndex < 0 || copyIndex >= m.Copies() {
		return nil, fmt.Errorf("no copy %d: the image has %d", copyIndex, m.Copies())
	}
	fields, err := m.fieldTable(v)
	if err != nil {
		return nil, err
	}
	app := m.AppBytes(copyIndex)
	runs := keyRuns(app)
	out := []FieldValue{}
	for _, field := range fields {
		b, ok := field.Of(app)
		if !ok {
			continue
		}
		value := FieldValue{
			Name: field.Name, AppOffset: field.Offset, FileOffset: m.AppOffset(copyIndex) + field.Offset,
			Size: field.Length, Kind: field.Kind.String(),
		}
		if covered(field, runs) {
			value.Redacted, value.Value = true, "redacted: a key runs or has leaked into this field"
		} else {
			in := fieldInput{field, b, app, m.Platform, reveal}
			in.decode(&value)
		}
		out = append(out, value)
	}
	return out, nil
}

// fieldTable returns the table to read the image with.
func (m Image) fieldTable(v layout.Version) ([]layout.Field, error) {
	p := m.Platform
	if p == layout.Unknown {
		p = layout.Electron
	}
	if v == "" {
		var err error
		if v, err = layout.Newest(p); err != nil {
			return nil, err
		}
	}
	fields, err := layout.Fields(p, v)
	if err != nil {
		return nil, err
	}
	return withServerAddress(fields), nil
}

// withServerAddress adds the one slot that is no field: firmware keeps the TCP
// server's address inside server_public_key (fields.md 5.1).
func withServerAddress(fields []layout.Field) []layout.Field {
	slot, _ := layout.FindSlot(layout.ServerAddress, layout.TCP)
	var out []layout.Field
	for _, f := range fields {
		out = append(out, f)
		if f.Contains(slot.Range) {
			out = append(out, layout.Field{Name: slot.Name, Range: slot.Range, Kind: layout.Struct, Within: f.Name})
		}
	}
	return out
}
