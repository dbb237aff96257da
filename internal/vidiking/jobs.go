package vidiking

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// The statuses of a job that has ended (docs: Jobs & Rendering).
const (
	StatusComplete = "COMPLETE"
	StatusFailed   = "FAILED"
)

// Job is a job as the API describes it. Its fields are outside text, and those that a response does not have are empty.
type Job struct {
	ID        string
	Status    string
	CreatedAt string // as in the response
	URL       string // if it is complete
	Error     string // if it failed
}

// Ended reports whether the job is complete or failed.
func (j Job) Ended() bool { return j.Status == StatusComplete || j.Status == StatusFailed }

// SubmitRender submits a render job (docs: Render). The body is sent as it is.
func (c *Client) SubmitRender(ctx context.Context, body json.RawMessage) (Job, error) {
	return c.job(ctx, request{method: http.MethodPost, path: "/render", body: body})
}

// RenderJob returns the current status of a render job (docs: Render).
func (c *Client) RenderJob(ctx context.Context, id string) (Job, error) {
	return c.job(ctx, request{method: http.MethodGet, path: "/render/" + url.PathEscape(id)})
}

// Video asks for an AI video. Empty fields are not sent.
type Video struct {
	Prompt      string  `json:"prompt"`
	Model       string  `json:"model,omitempty"`
	Duration    float64 `json:"duration,omitempty"`
	AspectRatio string  `json:"aspect_ratio,omitempty"`
	ImageURL    string  `json:"image_url,omitempty"`
	Callback    string  `json:"callback,omitempty"`
}

// SubmitVideo submits an AI video job (docs: AI Video Generation). The API documents no way to read its status.
func (c *Client) SubmitVideo(ctx context.Context, v Video) (Job, error) {
	return c.job(ctx, request{method: http.MethodPost, path: "/ai/video", body: v})
}

// job makes a call whose response is a job.
func (c *Client) job(ctx context.Context, r request) (Job, error) {
	a, err := c.call(ctx, r)
	if err != nil {
		return Job{}, err
	}
	var body struct {
		ID        string          `json:"id"`
		Status    string          `json:"status"`
		CreatedAt string          `json:"created_at"`
		URL       string          `json:"url"`
		Error     json.RawMessage `json:"error"` // its form is not documented
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return Job{}, c.malformed(r, a.meta, a.body, "is not the documented JSON")
	}
	if body.ID == "" {
		return Job{}, c.malformed(r, a.meta, a.body, "contains no job id")
	}
	return Job{body.ID, body.Status, body.CreatedAt, body.URL, Text(body.Error)}, nil
}

// Text returns a JSON string as text, and any other JSON value as it is written. It returns "" for null.
func Text(value json.RawMessage) string {
	var text *string
	if err := json.Unmarshal(value, &text); err != nil {
		return string(value)
	}
	if text == nil {
		return ""
	}
	return *text
}

// ImageRequest asks for an AI image. Empty fields are not sent.
type ImageRequest struct {
	Prompt         string `json:"prompt"`
	Model          string `json:"model,omitempty"`
	Width          int    `json:"width,omitempty"`  // in pixels
	Height         int    `json:"height,omitempty"` // in pixels
	Style          string `json:"style,omitempty"`
	NegativePrompt string `json:"negative_prompt,omitempty"`
}

// Image is an AI image. Its fields are outside text.
type Image struct {
	ID          string  `json:"id"`
	URL         string  `json:"url"`
	Model       string  `json:"model"`
	Width       int     `json:"width"`
	Height      int     `json:"height"`
	CreditsUsed float64 `json:"credits_used"`
	CreatedAt   string  `json:"created_at"`
}

// GenerateImage generates an AI image (docs: AI Image Generation). The image is complete when the call returns.
func (c *Client) GenerateImage(ctx context.Context, i ImageRequest) (Image, error) {
	r := request{method: http.MethodPost, path: "/ai/image", body: i}
	a, err := c.call(ctx, r)
	if err != nil {
		return Image{}, err
	}
	var image Image
	switch err := json.Unmarshal(a.body, &image); {
	case err != nil:
		return Image{}, c.malformed(r, a.meta, a.body, "is not the documented JSON")
	case image.URL == "":
		return Image{}, c.malformed(r, a.meta, a.body, "contains no URL")
	}
	return image, nil
}
