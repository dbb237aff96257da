package load_test

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
