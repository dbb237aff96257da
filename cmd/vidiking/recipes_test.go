package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/conformance"
)

// recipeHandlers complete the lines of conformance.Recipe to handlers that can be served: %s stands for the lines.
var recipeHandlers = []struct {
	framework, file, text string
	serve                 func(t *testing.T, file, secret string) (addr string, err error)
	skip                  []string
}{
	{
		framework: "express", file: "app.cjs", serve: served(node("express"), "-r", "free_port.cjs"),
		text: "const crypto = require('node:crypto');\nconst express = require('express');\nconst app = express();\n%s\n  res.json({ received: payload.event });\n});\napp.use(express.json());\napp.listen(3000);\n",
	},
	{
		framework: "fastify", file: "app.cjs", serve: served(node("fastify"), "-r", "free_port.cjs"),
		text: "const crypto = require('node:crypto');\nconst app = require('fastify')();\n%s\n  return { received: payload.event };\n});\napp.listen({ port: 3000 });\n",
	},
	{
		framework: "nextjs", file: "route.mjs", serve: served(node(""), "-r", "free_port.cjs", "with_next.mjs"),
		text: "import crypto from 'node:crypto';\n%s\n  return Response.json({ received: payload.event });\n}\n",
	},
	{
		framework: "flask", file: "recipe_flask.py", serve: served(python("flask"), "with_flask.py"),
		text: "import hashlib\nimport hmac\nimport os\nfrom flask import Flask, abort, request\napp = Flask(__name__)\n@app.post('/webhooks/vidiking')\ndef vidiking():\n    %s\n    return {'received': payload['event']}\n",
	},
	{
		framework: "fastapi", file: "recipe_fastapi.py", serve: served(python("fastapi", "uvicorn"), "with_fastapi.py"),
		text: "import hashlib\nimport hmac\nimport json\nimport os\nfrom fastapi import FastAPI, HTTPException, Request\napp = FastAPI()\n@app.post('/webhooks/vidiking')\nasync def vidiking(request: Request):\n    %s\n    return {'received': payload['event']}\n",
	},
	{
		framework: "django", file: "recipe_django.py", serve: served(python("django"), "with_django.py"), skip: []string{"--skip", "http.chunked"}, // wsgiref can't
		text: "import hashlib\nimport hmac\nimport json\nimport os\nfrom django.http import HttpResponse\nfrom django.views.decorators.csrf import csrf_exempt\nfrom django.views.decorators.http import require_POST\n%s\n    return HttpResponse(payload['event'])\n",
	},
	{
		framework: "rails", file: "recipe.rb", serve: served(ruby, "with_rails.rb"), skip: []string{"--skip", "http.chunked"}, // Rails before 7.1 can't
		text: "class VidikingController < ActionController::Base\n%s\n  render json: { received: payload[\"event\"] }\nend\nend\n",
	},
}

// TestRecipesPassTheBattery runs the lines that reports show as the fix in a handler of each framework that this machine has.
func TestRecipesPassTheBattery(t *testing.T) {
	t.Parallel()
	for _, h := range recipeHandlers {
		t.Run(h.framework, func(t *testing.T) {
			t.Parallel()
			lines := strings.Join(conformance.Recipe(h.framework), "\n")
			if strings.Contains(h.text, "\n    %s") {
				lines = strings.ReplaceAll(lines, "\n", "\n    ")
			}
			file := filepath.Join(t.TempDir(), h.file)
			if err := os.WriteFile(file, []byte(strings.Replace(h.text, "%s", lines, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			addr, err := h.serve(t, file, processSecret)
			if err != nil {
				t.Fatal(err)
			}
			args := append([]string{"test", addr, "--strict", "--skip", "time.slow"}, h.skip...) // a busy machine is slow
			code, stdout, stderr := newWorld(t).run(t, "vidiking", args...)
			if code != 0 || strings.Contains(stdout, "warning") {
				t.Errorf("%q: got exit code %d, want 0 and no warning:\n%s%s", args, code, stdout, stderr)
			}
		})
	}
}
