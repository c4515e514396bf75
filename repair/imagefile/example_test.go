package imagefile_test

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/afero"

	"github.com/dctkit/dctkit/repair/imagefile"
)

func ExampleCreate() {
	files := afero.NewMemMapFs()
	fmt.Println(imagefile.Create(files, "repaired.bin", []byte("image"), imagefile.Options{Inputs: []string{"dump.bin"}}))
	err := imagefile.Create(files, "repaired.bin", []byte("another"), imagefile.Options{})
	fmt.Println(errors.Is(err, fs.ErrExist))
	data, err := imagefile.Read(files, "repaired.bin", nil)
	fmt.Printf("%s %v\n", data, err)
	// Output:
	// <nil>
	// true
	// image <nil>
}
