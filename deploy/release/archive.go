package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A file is packed under a name.
type file struct {
	name, path string
	mode       fs.FileMode
}

// packTar writes a tar.gz archive with a folder that contains files. It has no
// owners and no times but at, so that equal files make equal archives.
func packTar(w io.Writer, folder string, files []file, at time.Time) error {
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	for _, f := range files {
		if err := addTar(t, folder+"/"+f.name, f, at); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

func addTar(t *tar.Writer, name string, f file, at time.Time) error {
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: int64(f.mode), Size: info.Size(), ModTime: at, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	return copyFile(t, f.path)
}

// packZip writes a zip archive, as packTar does.
func packZip(w io.Writer, folder string, files []file, at time.Time) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		h := &zip.FileHeader{Name: folder + "/" + f.name, Method: zip.Deflate, Modified: at}
		h.SetMode(f.mode)
		part, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if err := copyFile(part, f.path); err != nil {
			return err
		}
	}
	return z.Close()
}

// packFolder writes a tar archive of all files under a folder.
func packFolder(w io.Writer, folder string, at time.Time) error {
	t := tar.NewWriter(w)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return addTar(t, filepath.ToSlash(name), file{path: path, mode: 0o644}, at)
	})
	if err != nil {
		return err
	}
	return t.Close()
}

func copyFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
