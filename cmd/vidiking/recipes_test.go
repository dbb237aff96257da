package main

import (
	"os"
	"os/exec"
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
		framework: "nestjs", file: "app.cjs", serve: served(nest, "-r", "free_port.cjs"),
		text: `require('reflect-metadata');
const crypto = require('node:crypto');
const { BadRequestException, Controller, HttpCode, Module, Post, Req, UnauthorizedException } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
class Webhooks {
%s
  return { received: payload.event };
}
}
class AppModule {}
Module({ controllers: [Webhooks] })(AppModule);
Controller()(Webhooks);
Req()(Webhooks.prototype, 'handle', 0);
Reflect.decorate([Post('webhooks/vidiking'), HttpCode(200)], Webhooks.prototype, 'handle', Object.getOwnPropertyDescriptor(Webhooks.prototype, 'handle'));
NestFactory.create(AppModule, { rawBody: true, logger: false }).then((app) => {
  app.useBodyParser('json', { limit: '2mb' });
  return app.listen(3000);
});
`,
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
		framework: "go", file: "main.go", serve: serveGo,
		text: `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
)

func main() {
	http.HandleFunc("POST /webhooks/vidiking", func(w http.ResponseWriter, r *http.Request) {
%s
		_, _ = fmt.Fprint(w, payload["event"])
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	panic(http.Serve(l, nil))
}
`,
	},
	{
		framework: "rails", file: "recipe.rb", serve: served(ruby, "with_rails.rb"), skip: []string{"--skip", "http.chunked"}, // Rails before 7.1 can't
		text: "class VidikingController < ActionController::Base\n%s\n  render json: { received: payload[\"event\"] }\nend\nend\n",
	},
}

// nestDirectory has the packages of NestJS, if those of TestFrameworksAnswerAsCaptured are installed.
const nestDirectory = "../../internal/refusal/testdata/apps/node_modules"

// nest finds Node with NestJS, or skips the test.
func nest(t *testing.T, dir string) interpreter {
	t.Helper()
	modules, err := filepath.Abs(nestDirectory)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "@nestjs", "core", "package.json")); err != nil {
		t.Skip("NestJS is not installed. internal/refusal/live_test.go says how to install it.")
	}
	found := node("")(t, dir)
	found.env = append(found.env, "NODE_PATH="+modules)
	return found
}

// serveGo builds a handler and runs it.
func serveGo(t *testing.T, file, secret string) (string, error) {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("There is no go command here.")
	}
	program := filepath.Join(filepath.Dir(file), "handler")
	build := exec.CommandContext(t.Context(), tool, "build", "-o", program, file)
	build.Dir = filepath.Dir(file)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", build.Args, err, said)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(newTestHome(t).environment(), "VIDIKING_WEBHOOK_SECRET="+secret)
	return firstLine(t, cmd)
}

// TestRecipesPassTheBattery runs the lines that reports show as the fix in a handler of each framework that this machine has.
func TestRecipesPassTheBattery(t *testing.T) {
	t.Parallel()
	for _, h := range recipeHandlers {
		t.Run(h.framework, func(t *testing.T) {
			t.Parallel()
			lines := strings.Join(conformance.Recipe(h.framework), "\n")
			if h.framework == "nestjs" { // without TypeScript
				_, lines, _ = strings.Cut(lines, "@Post('webhooks/vidiking') ")
				lines = strings.Replace(lines, "@Req() req: RawBodyRequest<Request>", "req", 1)
			}
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
			args := append([]string{"test", addr, "--strict", "--skip", "time.slow,load.burst"}, h.skip...) // a busy machine is slow, and a test server queues few connections
			code, stdout, stderr := newTestHome(t).run(t, "vidiking", args...)
			if code != 0 || strings.Contains(stdout, "warning") {
				t.Errorf("%q: got exit code %d, want 0 and no warning:\n%s%s", args, code, stdout, stderr)
			}
		})
	}
}
