package output

import (
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// API is the API that a command called.
type API struct {
	URL     string
	Sandbox bool
	Local   bool // it is on this machine
}

// fact prints the API and whether a call costs money.
func (a API) fact(p *textPrinter) {
	note := " (production)"
	switch {
	case a.Local:
		note = " (on this machine)"
	case a.Sandbox:
		note = " (sandbox)"
	}
	p.fact("api", a.URL, note)
}

// JobInfo is a job at Vidiking, as far as it is known. Empty fields are not printed.
type JobInfo struct {
	Done         string // what was just done, such as Submitted
	ID, Status   string
	CreatedAt    string // as the API wrote it
	URL, Error   string
	Callback     string
	CallbackNote string        // follows Callback
	Delivery     string        // the webhook that ended a wait
	Took         time.Duration // of a wait
	API          API
}

type jsonJob struct {
	kind
	ID        string `json:"id"`
	Status    string `json:"status"`
	CreatedAt string `json:"created_at,omitempty"`
	URL       string `json:"url,omitempty"`
	Error     string `json:"error,omitempty"`
	Callback  string `json:"callback,omitempty"`
	Delivery  string `json:"delivery,omitempty"`
	API       string `json:"api_url"`
	Sandbox   bool   `json:"sandbox"`
}

// Job prints a job as labels and values.
func Job(o Options, j JobInfo) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonJob{of("job"), j.ID, j.Status, j.CreatedAt, j.URL, j.Error, j.Callback, j.Delivery, j.API.URL, j.API.Sandbox})
	}
	p := newText(o)
	if j.Done != "" {
		p.done(j.Done)
	}
	p.fact("id", j.ID, "")
	p.fact("status", j.Status, "")
	p.fact("url", j.URL, "")
	p.fact("error", j.Error, "")
	p.fact("callback", j.Callback, j.CallbackNote)
	p.fact("delivery", j.Delivery, "")
	if j.Took > 0 && o.Terminal {
		p.fact("took", display.Duration(j.Took), "")
	}
	j.API.fact(p)
	return p.out.err
}

// ImageInfo is an AI image.
type ImageInfo struct {
	ID, URL, Model string
	Width, Height  int // in pixels
	CreditsUsed    float64
	CreatedAt      string // as the API wrote it
	API            API
}

type jsonImage struct {
	kind
	ID          string  `json:"id"`
	URL         string  `json:"url"`
	Model       string  `json:"model"`
	Width       int     `json:"width"`
	Height      int     `json:"height"`
	CreditsUsed float64 `json:"credits_used"`
	CreatedAt   string  `json:"created_at"`
	API         string  `json:"api_url"`
	Sandbox     bool    `json:"sandbox"`
}

// Image prints an AI image as labels and values.
func Image(o Options, i ImageInfo) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonImage{of("image"), i.ID, i.URL, i.Model, i.Width, i.Height, i.CreditsUsed, i.CreatedAt, i.API.URL, i.API.Sandbox})
	}
	p := newText(o)
	p.done("Complete")
	p.fact("id", i.ID, "")
	p.fact("url", i.URL, "")
	p.fact("model", i.Model, "")
	p.fact("size", fmt.Sprintf("%dx%d", i.Width, i.Height), "")
	p.fact("credits", fmt.Sprint(i.CreditsUsed), "")
	i.API.fact(p)
	return p.out.err
}

// WalletInfo is the balance of a wallet. Amounts are text, as in the API.
type WalletInfo struct {
	Balance, Currency, TotalDeposited string
	API                               API
}

type jsonWallet struct {
	kind
	Balance        string `json:"balance"`
	Currency       string `json:"currency"`
	TotalDeposited string `json:"total_deposited"`
	API            string `json:"api_url"`
	Sandbox        bool   `json:"sandbox"`
}

// Wallet prints the balance of a wallet as labels and values.
func Wallet(o Options, w WalletInfo) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonWallet{of("wallet"), w.Balance, w.Currency, w.TotalDeposited, w.API.URL, w.API.Sandbox})
	}
	p := newText(o)
	p.fact("balance", w.Balance+" "+w.Currency, "")
	p.fact("deposited", w.TotalDeposited, "")
	w.API.fact(p)
	return p.out.err
}
