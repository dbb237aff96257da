// Package doctor checks everything that deliveries need in order to arrive, and says how to fix each problem.
//
// It changes nothing, except for the permissions of the program's files if asked to. It sends one free request to Vidiking's API and, if
// the handler is on this machine, one signed sample event, which is not recorded.
package doctor
