// Package configcmd implements `config`: the program's own settings, and the webhook that is registered in the account.
package configcmd
