package app

import "runtime/debug"

const library = "go.mau.fi/whatsmeow"

// commit is the revision that this binary was built from; "" when the build did not note it.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

// libraryVersion is the version of WhatsApp's library in this binary; "" inside tests, which list no modules.
func libraryVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == library {
			return m.Version
		}
	}
	return ""
}
