package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dct": main})
}

// TestScripts runs the command as users do; each script is one verb or one
// kind of refusal.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"image": scriptImage, "exits": scriptExits, "sparse": scriptSparse, "mode": scriptMode,
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// images are what scripts can ask for by name.
var images = map[string]func() []byte{
	"electron-factory": fuzz.ElectronFactory,
	"photon-factory":   func() []byte { return fuzz.PhotonFactory(true) },
	"electron":         func() []byte { return electron(nil) },
	"photon":           func() []byte { return fuzz.NewDevice(layout.Photon, 1).Container(dct.W37) },
	"boron":            func() []byte { return fuzz.NewDevice(layout.Boron, 1).App() },
	// The server address lost, which the image itself brings back.
	"no-address": func() []byte { return electron(func(app []byte) { erase(app[3490:3618]) }) },
	// The private key lost, which needs a backup.
	"no-key": func() []byte { return electron(func(app []byte) { clear(app[3106:3298]) }) },
	"no-key-no-address": func() []byte {
		return electron(func(app []byte) {
			clear(app[3106:3298])
			erase(app[3490:3618])
		})
	},
	"private-cloud": func() []byte { return electron(func(app []byte) { copy(app[3492:], "$id.udp.example.test") }) },
	// D damaged, which the device's reader does not look at: a warning.
	"tolerated": func() []byte { return photon(func(app []byte) { app[34+200] ^= 4 }) },
	"tolerated-null-address": func() []byte {
		return photon(func(app []byte) {
			app[34+200] ^= 4
			clear(app[2466:2594])
		})
	},
	"names": func() []byte {
		return electron(func(app []byte) {
			copy(app[1762:], "CLAIMCODE9\x00")
			copy(app[1826:], "\x06MySSID")
			copy(app[8119:], "DEVICE-SECRET-1")
		})
	},
	"truncated": func() []byte { return electron(nil)[:16000] },
	"zeros":     func() []byte { return make([]byte, layout.ContainerSize) },
	"noise":     func() []byte { return bytes.Repeat([]byte{0x81, 0x02, 0x9F, 0xE3}, layout.ContainerSize/4) },
	"key":       func() []byte { return fuzz.ECKey(1).DeviceDER() },
	"other-key": func() []byte { return fuzz.ECKey(2).DeviceDER() },
}

// electron is a container with one damage, in both copies.
func electron(damage func(app []byte)) []byte {
	app := fuzz.NewDevice(layout.Electron, 1).App()
	if damage != nil {
		damage(app)
	}
	return fuzz.Container(dct.V2b, app, app)
}

// photon is the same of a Photon.
func photon(damage func(app []byte)) []byte {
	app := fuzz.NewDevice(layout.Photon, 1).App()
	damage(app)
	return fuzz.Container(dct.W37, app, app)
}

func erase(b []byte) {
	for i := range b {
		b[i] = 0xFF
	}
}

// scriptImage: image NAME FILE
func scriptImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || images[args[0]] == nil {
		ts.Fatalf("usage: image NAME FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), images[args[0]](), 0o600))
}

// scriptSparse: sparse BYTES FILE
func scriptSparse(ts *testscript.TestScript, neg bool, args []string) {
	size, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Check(errors.Join(f.Truncate(size), f.Close()))
}

// scriptMode: mode OCTAL FILE
func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("mode of %s = %s, want %s", args[1], got, args[0])
	}
}

// scriptExits: exits STATUS COMMAND ARGS…
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if neg || got != want {
		ts.Fatalf("%v exits with %d, want %d", args[1:], got, want)
	}
}
