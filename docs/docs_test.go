// Package docs holds the pages for people. The tests keep what they say about commands and files.
package docs

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The reference of settings names every flag and every variable of the commands.
func TestConfigurationNamesEverySetting(t *testing.T) {
	page, err := os.ReadFile("configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "wapost")
	if out, err := exec.Command("go", "build", "-o", binary, "wapost/cmd/wapost").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	setting := regexp.MustCompile(`--[a-z][a-z0-9-]+|\$WAPOST_[A-Z0-9_]+`)
	for _, command := range []string{"serve", "sandbox", "simulator", "health"} {
		help, err := exec.Command(binary, command, "--help").Output()
		if err != nil {
			t.Fatalf("%s --help: %v", command, err)
		}
		found := setting.FindAllString(string(help), -1)
		if len(found) < 3 {
			t.Errorf("%s --help shows no settings:\n%s", command, help)
		}
		for _, name := range found {
			if name != "--help" && !strings.Contains(string(page), "`"+strings.TrimPrefix(name, "$")) {
				t.Errorf("configuration.md says nothing about %s of %s", name, command)
			}
		}
	}
}

// Links between pages lead somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	links := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "node_modules" { // pages of other people
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		page, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(page), -1) {
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", path, m[1], err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if links == 0 {
		t.Error("no links were found")
	}
}
