// Package doctor looks at everything that has to be right for deliveries to arrive, and says what is, what is not, and what to do.
//
// It changes nothing, but for what it is told to mend: who may read the program's files. It sends two things: a question to Vidiking's
// API that costs nothing, and, where the handler is on this machine, one sample event, signed, which is in no log.
package doctor
