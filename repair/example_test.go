package repair_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/repair"
)

func ExampleRun() {
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("..", "testdata", "images", name))
		if err != nil {
			fmt.Println(err)
		}
		return b
	}
	img := dct.Recognise(read("electron-keys-garbage.bin"), dct.Hint{})
	result := repair.Run(img, repair.Options{Backups: []repair.Backup{
		{Name: "record", Data: read("electron-keys-garbage.helper")},
	}})
	fmt.Println("before:", result.Report.Verdict)
	for _, s := range result.Report.Steps {
		fmt.Println(s.Action, *s.Slot, "from", s.Source)
	}
	fmt.Println("after:", result.Report.Recheck.Verdict)
	// Output:
	// before: broken
	// restore alt_device_private_key from backup "record" (a DeviceKeyHelper record at 0)
	// default alt_server_public_key from the cloud's known key
	// after: healthy
}

func ExampleDiagnose() {
	dump, err := os.ReadFile(filepath.Join("..", "testdata", "images", "electron-first-byte-erased.bin"))
	if err != nil {
		fmt.Println(err)
		return
	}
	report := repair.Diagnose(dct.Recognise(dump, dct.Hint{}), dct.Options{})
	for _, f := range report.Findings {
		fmt.Println(report.Verdict, f.Severity, f.Name, f.Repair)
	}
	// Output: damaged error private-key-first-byte-erased auto
}
