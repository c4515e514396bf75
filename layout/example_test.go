package layout_test

import (
	"fmt"

	"github.com/dctkit/dctkit/layout"
)

func ExampleFields() {
	fields, err := layout.Fields(layout.Electron, "0.6.4")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range fields {
		if f.Secret {
			fmt.Println(f.Name, f.Range)
		}
	}
	// Output:
	// device_private_key [34,1250)
	// claim_code [1762,1825)
	// alt_device_private_key [3106,3298)
}

func ExampleSlots() {
	for _, s := range layout.Slots(layout.Photon) {
		fmt.Println(s.Name, s.Offset, s.Length)
	}
	// Output:
	// device_private_key 34 612
	// device_public_key 1250 384
	// server_public_key 2082 384
	// server_address 2466 128
}

func ExampleDifferences() {
	fmt.Println(layout.Differences([]byte("healthy"), []byte("hexlthier")))
	// Output: [[2,3) [6,9)]
}
