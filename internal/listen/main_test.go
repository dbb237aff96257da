package listen

import (
	"os"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.RunAndCheckLeaks(m)) }
