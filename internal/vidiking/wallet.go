package vidiking

import (
	"context"
	"encoding/json"
	"net/http"
)

// Balance is the balance of the account's wallet. Amounts are text, as in the API.
type Balance struct {
	Balance        string `json:"balance"`
	Currency       string `json:"currency"`
	TotalDeposited string `json:"totalDeposited"`
}

// Balance returns the wallet's balance (docs: Wallet & Pricing). The call is free.
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
		return Balance{}, a.meta, c.malformed(r, a.meta, a.body, "is not the documented JSON")
	case !body.Success || body.Data == nil || body.Data.Balance == "":
		return Balance{}, a.meta, c.malformed(r, a.meta, a.body, "contains no balance")
	}
	return *body.Data, a.meta, nil
}
