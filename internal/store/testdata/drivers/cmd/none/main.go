// Command none is a command line program without SQLite.
package main

import "drivers/harness"

func main() { harness.Main(nil) }
