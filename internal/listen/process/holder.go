package process

// Holder is a process that listens on a port.
type Holder struct {
	PID  int
	Name string // of its program
}
