// Package rendercmd has the commands that submit jobs to Vidiking and ask about them: `render`, `ai` and `wallet`. They work in the same way
// with Vidiking and with an emulator.
package rendercmd
