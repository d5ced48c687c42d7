package crash

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Volume is a file system of the harness's own, mounted in a directory. It needs root.
type Volume struct {
	Dir     string // where it is mounted
	Kind    string // "xfs", "ext4" or "tmpfs"
	image   string // file of the loop device; "" for tmpfs
	mounted bool
}

// NewLoop makes an xfs in a file, ext4 if there is no mkfs.xfs, and mounts it by a loop
// device below dir.
func NewLoop(dir string) (*Volume, error) {
	v := &Volume{Dir: filepath.Join(dir, "volume"), Kind: "xfs", image: filepath.Join(dir, "image")}
	if _, err := exec.LookPath("mkfs.xfs"); err != nil {
		v.Kind = "ext4"
	}
	f, err := os.Create(v.image)
	if err != nil {
		return nil, err
	}
	const size = 320 << 20 // xfs takes nothing smaller
	if err := errors.Join(f.Truncate(size), f.Close(), os.Mkdir(v.Dir, 0o700)); err != nil {
		return nil, err
	}
	if err := run("mkfs."+v.Kind, "-q", v.image); err != nil {
		return nil, err
	}
	return v, v.Mount()
}

// NewMemory makes a tmpfs of some MiB below dir.
func NewMemory(dir string, mebibytes int) (*Volume, error) {
	v := &Volume{Dir: filepath.Join(dir, "volume"), Kind: "tmpfs"}
	if err := os.Mkdir(v.Dir, 0o700); err != nil {
		return nil, err
	}
	err := run("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", mebibytes), "tmpfs", v.Dir)
	v.mounted = err == nil
	return v, err
}

// Mount mounts the file system; its log is recovered.
func (v *Volume) Mount() error {
	err := run("mount", "-o", "loop", v.image, v.Dir)
	v.mounted = err == nil
	return err
}

// goingDown is XFS_IOC_GOINGDOWN and EXT4_IOC_SHUTDOWN, which are one number.
const goingDown = 0x8004587d

// Cut ends the file system as a power cut does: what was not written to the device is
// gone, the file system's own log included.
func (v *Volume) Cut() error {
	dir, err := os.Open(v.Dir)
	if err != nil {
		return fmt.Errorf("cut power: %w", err)
	}
	defer dir.Close()
	noLogFlush := uint32(2)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, dir.Fd(), goingDown, uintptr(unsafe.Pointer(&noLogFlush))); errno != 0 { //nolint:gosec // what the call takes
		return fmt.Errorf("cut power: %w", errno)
	}
	return nil
}

// Enlarge gives a tmpfs more room.
func (v *Volume) Enlarge(mebibytes int) error {
	return run("mount", "-o", fmt.Sprintf("remount,size=%dm", mebibytes), v.Dir)
}

// Unmount unmounts. Nobody uses the file system.
func (v *Volume) Unmount() error {
	if !v.mounted {
		return nil
	}
	if err := run("umount", v.Dir); err != nil {
		return errors.Join(err, run("umount", "-l", v.Dir))
	}
	v.mounted = false
	return nil
}

func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput() //nolint:gosec,noctx // short commands of this file
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
