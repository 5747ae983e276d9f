package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// user is the user and the group of the process, as in the Dockerfile: the one that
// distroless images call nonroot.
const user = 65532

// writeImage writes one image for all processors as an archive of an OCI layout
// (https://github.com/opencontainers/image-spec/blob/main/image-layout.md), which
// docker load, podman load and skopeo copy read.
func writeImage(o options, binaries []binary, at time.Time, work string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range binaries {
		i, err := image(o, b, at)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: i, Descriptor: v1.Descriptor{
			Platform:    &v1.Platform{OS: b.target.OS, Architecture: b.target.Arch},
			Annotations: map[string]string{"org.opencontainers.image.ref.name": o.Version},
		}})
	}
	folder := filepath.Join(work, "image")
	if _, err := layout.Write(folder, index); err != nil {
		return err
	}
	name := fmt.Sprintf("mabsbot_%s_oci.tar", o.Version[1:])
	return create(filepath.Join(o.Out, name), func(w io.Writer) error { return packFolder(w, folder, at) })
}

// image returns the image of a binary: what the Dockerfile makes on scratch.
func image(o options, b binary, at time.Time) (v1.Image, error) {
	system, err := layer(at, []entry{
		{name: "data", folder: true, owner: user},
		{name: "etc/ssl/certs/ca-certificates.crt", path: o.Certs, mode: 0o644},
		{name: "LICENSE", path: filepath.Join(o.Source, "LICENSE"), mode: 0o644},
		{name: "NOTICE", path: filepath.Join(o.Source, "NOTICE"), mode: 0o644},
	})
	if err != nil {
		return nil, err
	}
	program, err := layer(at, []entry{{name: "mabsbot", path: b.path, mode: 0o755}})
	if err != nil {
		return nil, err
	}
	i, err := mutate.AppendLayers(mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON), system, program)
	if err != nil {
		return nil, err
	}
	i, err = mutate.ConfigFile(i, configFile(i, o, b, at))
	if err != nil {
		return nil, err
	}
	return mutate.Annotations(i, labels(o, at)).(v1.Image), nil
}

// configFile returns how the image is run.
func configFile(i v1.Image, o options, b binary, at time.Time) *v1.ConfigFile {
	c, err := i.ConfigFile()
	if err != nil {
		panic(err) // an image in memory has one
	}
	c = c.DeepCopy()
	c.OS, c.Architecture, c.Created = b.target.OS, b.target.Arch, v1.Time{Time: at}
	c.Config = v1.Config{
		User:         fmt.Sprintf("%d:%d", user, user),
		Env:          []string{"MABSBOT_STORE_PATH=/data/mabsbot.db"},
		Entrypoint:   []string{"/mabsbot"},
		Volumes:      map[string]struct{}{"/data": {}},
		ExposedPorts: map[string]struct{}{"8080/tcp": {}, "8081/tcp": {}, "3000/tcp": {}},
		Healthcheck:  &v1.HealthConfig{Test: []string{"CMD", "/mabsbot", "health"}, Interval: 15 * time.Second, Timeout: 10 * time.Second, StartPeriod: 5 * time.Minute},
		Labels:       labels(o, at),
	}
	return c
}

// labels returns the annotations of
// https://github.com/opencontainers/image-spec/blob/main/annotations.md.
func labels(o options, at time.Time) map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":    "mabsbot",
		"org.opencontainers.image.version":  o.Version,
		"org.opencontainers.image.created":  at.Format(time.RFC3339),
		"org.opencontainers.image.licenses": "Apache-2.0",
	}
}

// An entry is a file or folder of a layer.
type entry struct {
	name, path string
	mode       int64
	folder     bool
	owner      int
}

// layer returns a layer with entries.
func layer(at time.Time, entries []entry) (v1.Layer, error) {
	var out bytes.Buffer
	t := tar.NewWriter(&out)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Uid: e.owner, Gid: e.owner, ModTime: at, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		var text []byte
		if e.folder {
			h.Name, h.Mode, h.Typeflag = e.name+"/", 0o755, tar.TypeDir
		} else {
			var err error
			if text, err = os.ReadFile(e.path); err != nil {
				return nil, err
			}
			h.Size = int64(len(text))
		}
		if err := t.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := t.Write(text); err != nil {
			return nil, err
		}
	}
	if err := t.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(out.Bytes())), nil }, tarball.WithMediaType(types.OCILayer))
}
