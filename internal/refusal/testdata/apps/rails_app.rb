# Mistakes that Rails answers for a handler. Arguments: port, and development, production or https.
PORT, MODE = ARGV
ENV["RAILS_ENV"] = MODE == "development" ? "development" : "production"
require "logger"
require "action_controller/railtie"
require "rack/handler/webrick"

class Application < Rails::Application
  config.root = __dir__
  config.load_defaults Rails::VERSION::STRING.to_f
  config.eager_load = false
  config.logger = Logger.new(File::NULL)
  config.secret_key_base = "of the test"
  config.hosts = ["127.0.0.1"]
  config.force_ssl = MODE == "https"
  config.consider_all_requests_local = MODE == "development"
  config.action_controller.allow_forgery_protection = true
  config.action_controller.default_protect_from_forgery = true
  routes.append do
    post "/csrf", to: "hooks#create"
    post "/secret", to: "open#secret"
    post "/head", to: "open#unauthorized"
    %w[right bare written other].each { |name| post "/#{name}", to: "open##{name}" }
  end
end

Application.initialize!

class HooksController < ActionController::Base
  def create = head(:ok)
end

class OpenController < ActionController::Base
  skip_forgery_protection
  def secret = render(plain: ENV.fetch("VIDIKING_WEBHOOK_SECRET"))
  def unauthorized = head(:unauthorized)

  # Handlers that check the signature, each but the first with one mistake.
  def right = check("sha256=" + digest(ENV["HOOK_SECRET"], request.raw_post))
  def bare = check(digest(ENV["HOOK_SECRET"], request.raw_post))
  def written = check("sha256=" + digest(ENV["HOOK_SECRET"], JSON.generate(JSON.parse(request.raw_post))))
  def other = check("sha256=" + digest("whsec_other", request.raw_post))

  private

  def digest(key, body) = OpenSSL::HMAC.hexdigest("SHA256", key, body)
  def check(expected) = head(request.headers["X-Vidiking-Signature"] == expected ? :ok : :unauthorized)
end

Rack::Handler::WEBrick.run(
  Application, Host: "127.0.0.1", Port: PORT.to_i, AccessLog: [], Logger: WEBrick::Log.new(File::NULL)
)
