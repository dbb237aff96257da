# Serves the controller of a Rails handler on a free port of loopback; the first line printed is where.
require "logger"
require "action_controller/railtie"
require "rack/handler/webrick"

class Application < Rails::Application
  config.load_defaults Rails::VERSION::STRING.to_f
  config.eager_load = false
  config.logger = Logger.new(File::NULL)
  config.secret_key_base = "of the test"
  config.hosts = ["127.0.0.1"]
  routes.append { post "/webhooks/vidiking", to: "vidiking#create" }
end

Application.initialize!
require File.expand_path(ARGV[0])

Rack::Handler::WEBrick.run(
  Application, Host: "127.0.0.1", Port: 0, AccessLog: [], Logger: WEBrick::Log.new(File::NULL)
) do |server|
  puts "127.0.0.1:#{server.listeners.first.addr[1]}"
  $stdout.flush
end
