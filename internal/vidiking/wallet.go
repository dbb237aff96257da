package vidiking

import (
	"context"
	"encoding/json"
	"net/http"
)

// Balance is what is in the account's wallet. Money is text, as the API has it.
type Balance struct {
	Balance        string `json:"balance"`
	Currency       string `json:"currency"`
	TotalDeposited string `json:"totalDeposited"`
}

// Balance asks for the balance of the wallet (docs: Wallet & Pricing). It costs nothing.
func (c *Client) Balance(ctx context.Context) (Balance, Meta, error) {
	r := request{method: http.MethodGet, path: "/wallet/balance"}
	a, err := c.call(ctx, r)
	if err != nil {
		return Balance{}, a.meta, err
	}
	var body struct {
		Success bool     `json:"success"`
		Data    *Balance `json:"data"`
	}
	switch err := json.Unmarshal(a.body, &body); {
	case len(a.body) == 0:
		return Balance{}, a.meta, c.malformed(r, a.meta, a.body, "is empty")
	case err != nil:
		return Balance{}, a.meta, c.malformed(r, a.meta, a.body, "is not the JSON that is documented")
	case !body.Success || body.Data == nil || body.Data.Balance == "":
		return Balance{}, a.meta, c.malformed(r, a.meta, a.body, "has no balance in it")
	}
	return *body.Data, a.meta, nil
}
