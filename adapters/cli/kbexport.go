package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mabsbot/bot"
	"mabsbot/config"
	"mabsbot/kb"
)

func kbExportCommand() *cobra.Command {
	var force bool
	c := command("export DIR", "Write the files that were saved in the console to a folder", exactly("DIR"), func(cmd *cobra.Command, args []string, c *config.Config) (err error) {
		db, err := openExisting(cmd.Context(), c.Store)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		files, err := db.Files(cmd.Context(), 0)
		if err != nil {
			return err
		}
		return exportFiles(cmd.OutOrStdout(), files, args[0], force)
	})
	c.Long = `Write the files of the knowledge base that were saved in the console to a folder, such
as your folder of entries, to review them and to keep them in git. Lines of
_shared/negative.txt are added to those of the folder. Other files that differ are not
overwritten without --force; then nothing is written. The bot may run meanwhile.`
	c.Example = `  mabsbot kb export DIR
  mabsbot kb export DIR --force`
	config.AddKeyFlags(c.Flags(), "store")
	c.Flags().BoolVar(&force, "force", false, "overwrite files that differ")
	return c
}

// exportFiles writes files to a folder.
func exportFiles(out io.Writer, files []bot.FileVersion, folder string, force bool) (err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder) // a link in it does not lead out of it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	write, differ := map[string]string{}, []string(nil)
	for _, f := range files {
		if f.Removed || kb.CheckFileName(f.File) != nil {
			continue
		}
		was, err := fs.ReadFile(root.FS(), f.File)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		content := f.Content
		if f.File == kb.Negative {
			content = withLines(string(was), content)
		}
		if err == nil && string(was) == content {
			continue
		}
		if err == nil && f.File != kb.Negative {
			differ = append(differ, f.File)
		}
		write[f.File] = content
	}
	if len(differ) > 0 && !force {
		return fmt.Errorf("nothing is written, because these files differ: %s: use --force to overwrite them", strings.Join(differ, ", "))
	}
	for name, content := range write {
		if err := errors.Join(root.MkdirAll(path.Dir(name), 0o755), root.WriteFile(name, []byte(content), 0o644)); err != nil {
			return err
		}
	}
	return say(out, "Wrote %d files to %s. Run mabsbot kb lint --kb-overlay %s.\n", len(write), folder, folder)
}

// withLines returns a text with the lines of another one that it lacks.
func withLines(text, more string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	have := strings.Split(text, "\n")
	for line := range strings.Lines(more) {
		if line = strings.TrimRight(line, "\n"); !slices.Contains(have, line) {
			text += line + "\n"
		}
	}
	return text
}
