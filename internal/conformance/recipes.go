package conformance

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Frameworks returns the frameworks that Recipe knows, as --framework accepts them.
func Frameworks() []string {
	return []string{"django", "express", "fastapi", "fastify", "flask", "go", "laravel", "nestjs", "nextjs", "php", "rails", "sinatra"}
}

// FrameworkOf returns the name of a framework for Recipe by the name in a finding, or "" if it has no recipe.
func FrameworkOf(name string) string {
	switch name {
	case refusal.Go:
		return "go"
	case refusal.Next:
		return "nextjs"
	}
	if name = strings.ToLower(name); slices.Contains(Frameworks(), name) {
		return name
	}
	return ""
}

// The checks of each language. RAW, HEADER, REFUSE and INVALID stand for what its frameworks call them.
const (
	nodeCheck = `const expected = crypto.createHmac('sha256', process.env.VIDIKING_WEBHOOK_SECRET).update(RAW).digest();
const given = Buffer.from(String(HEADER).replace(/^sha256=/, ''), 'hex');
if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) REFUSE
let payload;
try {
  payload = JSON.parse(RAW);
} catch {
  INVALID
}`
	pythonCheck = `expected = hmac.new(os.environ["VIDIKING_WEBHOOK_SECRET"].encode(), RAW, hashlib.sha256).hexdigest()
given = HEADER.removeprefix("sha256=")
if not hmac.compare_digest(given.encode(), expected.encode()):
    REFUSE
`
	pythonParse = `try:
    payload = json.loads(RAW)
except ValueError:
    INVALID`
	rubyCheck = `raw = RAW
expected = OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("VIDIKING_WEBHOOK_SECRET"), raw)
given = HEADER.to_s.delete_prefix("sha256=")
REFUSE unless Rack::Utils.secure_compare(expected, given)
payload = begin
  JSON.parse(raw)
rescue JSON::ParserError
  INVALID
end`
	phpCheck = `$raw = RAW;
$expected = hash_hmac('sha256', $raw, getenv('VIDIKING_WEBHOOK_SECRET'));
$given = preg_replace('/^sha256=/', '', HEADER);
if (!hash_equals($expected, $given)) REFUSE
$payload = json_decode($raw, true);
if (!is_array($payload)) INVALID`
)

// Recipe returns the lines of a handler that check the signature: over the raw bytes, with the whole secret, in both forms of the header.
// They end with the parsed payload. It returns nil if the framework is unknown.
func Recipe(framework string) []string {
	fill := func(text, raw, header, refuse, invalid string) string {
		return strings.NewReplacer("RAW", raw, "HEADER", header, "REFUSE", refuse, "INVALID", invalid).Replace(text)
	}
	const node, rack = "req.headers['x-vidiking-signature']", `request.env["HTTP_X_VIDIKING_SIGNATURE"]`
	var text string
	switch framework {
	case "express":
		text = "// before app.use(express.json())\n" +
			"app.post('/webhooks/vidiking', express.raw({ type: () => true, limit: '2mb' }), (req, res) => {\n" +
			indent("const raw = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);\n"+fill(nodeCheck, "raw", node, "return res.sendStatus(401);", "return res.sendStatus(400);"))
	case "fastify":
		text = "app.removeAllContentTypeParsers();\n" +
			"app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 2 << 20 }, (req, body, done) => done(null, body));\n" +
			"app.post('/webhooks/vidiking', async (req, reply) => {\n" +
			indent("const raw = req.body ?? Buffer.alloc(0);\n"+fill(nodeCheck, "raw", node, "return reply.code(401).send();", "return reply.code(400).send();"))
	case "nestjs":
		text = "// main.ts: const app = await NestFactory.create<NestExpressApplication>(AppModule, { rawBody: true });\n" +
			"//          app.useBodyParser('json', { limit: '2mb' });\n" +
			"@Post('webhooks/vidiking') handle(@Req() req: RawBodyRequest<Request>) {\n" +
			indent("const raw = req.rawBody ?? Buffer.alloc(0);\n"+fill(nodeCheck, "raw", node, "throw new UnauthorizedException();", "throw new BadRequestException();"))
	case "nextjs":
		text = "export async function POST(request) {\n" +
			indent("const raw = Buffer.from(await request.arrayBuffer());\n"+
				fill(nodeCheck, "raw", "request.headers.get('x-vidiking-signature')", "return new Response(null, { status: 401 });", "return new Response(null, { status: 400 });"))
	case "flask":
		text = fill(pythonCheck, "request.get_data()", `request.headers.get("X-Vidiking-Signature", "")`, "abort(401)", "") + "payload = request.get_json(force=True)"
	case "fastapi":
		text = "raw = await request.body()\n" + fill(pythonCheck+pythonParse, "raw", `request.headers.get("x-vidiking-signature", "")`, "raise HTTPException(401)", "raise HTTPException(400)")
	case "django":
		text = "# settings.py: DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20\n@csrf_exempt\n@require_POST\ndef vidiking(request):\n" +
			indent2(fill(pythonCheck+pythonParse, "request.body", `request.headers.get("X-Vidiking-Signature", "")`, "return HttpResponse(status=401)", "return HttpResponse(status=400)"))
	case "rails":
		text = "skip_forgery_protection\ndef create\n" + indent(fill(rubyCheck, "request.raw_post", `request.headers["X-Vidiking-Signature"]`, "return head(:unauthorized)", "return head(:bad_request)"))
	case "sinatra":
		text = "post '/webhooks/vidiking' do\n" + indent(fill(rubyCheck, "request.body.read", rack, "halt 401", "halt 400"))
	case "laravel":
		text = fill(phpCheck, "$request->getContent()", "$request->header('X-Vidiking-Signature', '')", "abort(401);", "abort(400);")
	case "php":
		text = "if ($_SERVER['REQUEST_METHOD'] !== 'POST') { http_response_code(405); exit; }\n" +
			fill(phpCheck, "file_get_contents('php://input')", "$_SERVER['HTTP_X_VIDIKING_SIGNATURE'] ?? ''", "{ http_response_code(401); exit; }", "{ http_response_code(400); exit; }")
	case "go":
		text = `// http.HandleFunc("POST /webhooks/vidiking", …)
raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 10<<20))
mac := hmac.New(sha256.New, []byte(os.Getenv("VIDIKING_WEBHOOK_SECRET")))
mac.Write(raw)
given, _ := hex.DecodeString(strings.TrimPrefix(r.Header.Get("X-Vidiking-Signature"), "sha256="))
if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
	http.Error(w, "invalid signature", http.StatusUnauthorized)
	return
}
var payload map[string]any
if err := json.Unmarshal(raw, &payload); err != nil {
	http.Error(w, "not JSON", http.StatusBadRequest)
	return
}`
	default:
		return nil
	}
	return strings.Split(text, "\n")
}

// Replaced returns the lines that a handler probably has in place of those of Recipe, according to what was found out about it.
func Replaced(framework string, found []webhook.Finding) []string {
	var hashed, compared string
	switch framework {
	case "express", "fastify", "nestjs":
		hashed, compared = "crypto.createHmac('sha256', secret).update(JSON.stringify(req.body)).digest('hex')", "signature !== expected"
	case "nextjs":
		hashed, compared = "crypto.createHmac('sha256', secret).update(JSON.stringify(await request.json())).digest('hex')", "signature !== expected"
	case "flask", "fastapi", "django":
		hashed, compared = "hmac.new(secret, json.dumps(payload).encode(), hashlib.sha256).hexdigest()", "signature != expected"
	case "rails", "sinatra":
		hashed, compared = `OpenSSL::HMAC.hexdigest("SHA256", secret, params.to_json)`, "signature != expected"
	case "laravel", "php":
		hashed, compared = "hash_hmac('sha256', json_encode($payload), $secret)", "$signature !== $expected"
	case "go":
		hashed, compared = "body, _ := json.Marshal(payload); mac.Write(body)", "signature != expected"
	default:
		return nil
	}
	var lines []string
	for _, f := range found {
		switch f.Code {
		case refusal.CodeReserialized, refusal.CodeBodyParsedFirst:
			lines = append(lines, hashed)
		case refusal.CodeBareExpected, refusal.CodePrefixExpected, refusal.CodeSignatureLength:
			lines = append(lines, compared)
		}
	}
	return slices.Compact(lines)
}

func indent(text string) string  { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
func indent2(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

// FrameworkFix returns what to change in a framework so that a handler passes a case, or "" if there is nothing to say beyond Case.Fix.
func FrameworkFix(framework, caseID string) string {
	switch framework + " " + caseID {
	case "express body.large":
		return "Raise the limit for this route: express.raw({ type: () => true, limit: '2mb' })."
	case "fastify body.large":
		return "Raise the limit of the content type parser: { parseAs: 'buffer', bodyLimit: 2 << 20 }."
	case "nestjs body.large":
		return "Raise the limit: app.useBodyParser('json', { limit: '2mb' })."
	case "flask body.large":
		return "Raise the limit: app.config['MAX_CONTENT_LENGTH'] = 2 << 20."
	case "django body.large":
		return "Raise the limit: DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20."
	case "django http.get-head":
		return "Use @require_POST of django.views.decorators.http on the view."
	case "express body.not-json", "fastify body.not-json", "nextjs body.not-json", "express body.empty", "fastify body.empty", "nextjs body.empty":
		return "Put JSON.parse into try and catch, and respond 400 if it throws."
	case "django body.not-json", "fastapi body.not-json", "django body.empty", "fastapi body.empty":
		return "Catch ValueError around json.loads, and respond 400."
	case "flask body.not-json", "flask body.empty":
		return "Use request.get_json(force=True), which responds 400 by itself, after the signature is verified."
	}
	return ""
}
