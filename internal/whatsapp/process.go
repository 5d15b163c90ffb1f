package whatsapp

import (
	"errors"
	"sync"

	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/store"
	"google.golang.org/protobuf/proto"
)

// process guards what the library keeps in variables of the whole process: two gateways in one process share it, so it is set
// once, before the first client, and a second, different wish is an error. (The one place where a package variable cannot be
// avoided: the variables it guards are the library's.)
var process struct {
	sync.Mutex
	done bool
	root [32]byte
}

var errSecondRoot = errors.New("this process already trusts another root key; a second simulator needs a process of its own")

// setUp sets the library's globals. root nil = WhatsApp's own.
func setUp(root *[32]byte) error {
	process.Lock()
	defer process.Unlock()
	want := whatsmeow.WACertPubKey
	if root != nil {
		want = *root
	}
	if process.done {
		if want != process.root {
			return errSecondRoot
		}
		return nil
	}
	process.done, process.root = true, want
	whatsmeow.WACertPubKey = want
	store.DeviceProps.Os = proto.String("wapost")
	store.DeviceProps.PlatformType = waCompanionReg.DeviceProps_CHROME.Enum()
	var quiet logger.Loggable = silent{}
	logger.Setup(&quiet)
	return nil
}

// silent takes what libsignal would print to standard output. Each redelivered copy of a message makes such a line, and what
// matters of it comes back as an error.
type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}
