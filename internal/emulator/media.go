package emulator

import (
	_ "embed" // for the files
	"io"
	"net/http"
	"strconv"
	"strings"
)

// The files that every job and image leads to: a video of one second (H.264, one frame) and an image, both of 16 by 16 pixels.
var (
	//go:embed media/video.mp4
	video string
	//go:embed media/image.png
	image string
)

// fileURL returns where the file of a job is served. The path is that of the documented example, with this server in place of the CDN.
func fileURL(base string, j *job) string {
	switch j.Kind {
	case kindImage:
		return base + "/images/" + j.ID + ".png"
	case kindVideo:
		return base + "/videos/" + j.ID + ".mp4"
	default:
		return base + "/renders/" + j.ID + ".mp4"
	}
}

// serveFile serves the file of a finished job.
func (a *api) serveFile(w http.ResponseWriter, r *http.Request) {
	id, extension, _ := strings.Cut(r.PathValue("file"), ".")
	j, err := a.jobs.ledger.job(r.Context(), id)
	if err != nil || j == nil || j.Status != StatusComplete || !strings.HasSuffix(fileURL("", j), r.URL.Path) {
		http.NotFound(w, r)
		return
	}
	content, kind := video, "video/mp4"
	if extension == "png" {
		content, kind = image, "image/png"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = io.WriteString(w, content) // the caller may have left
}
