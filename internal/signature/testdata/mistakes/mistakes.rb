# frozen_string_literal: true

# Signs bodies with the mistakes that Ruby programs make. Prints one JSON object per line.
require 'base64'
require 'json'
require 'openssl'

SECRET = 'whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4'
REST = SECRET.delete_prefix('whsec_')

def read(name)
  File.read(File.join(__dir__, name), encoding: 'UTF-8')
end

def hexed(body, key: SECRET, algorithm: 'sha256')
  OpenSSL::HMAC.hexdigest(algorithm, key, body)
end

def emit(mistake, input, header, written = nil)
  out = { language: 'ruby', version: "#{RUBY_VERSION}, json #{JSON::VERSION}", mistake: mistake, input: input, header: header }
  out[:written_base64] = Base64.strict_encode64(written) if written
  puts JSON.generate(out)
end

WRITERS = {
  'JSON.generate' => ->(v) { JSON.generate(v) },
  'JSON.pretty_generate' => ->(v) { JSON.pretty_generate(v) },
  'to_json' => ->(v) { v.to_json }
}.freeze
%w[documented.json pretty.json rich.json].each do |input|
  WRITERS.each do |mistake, write|
    written = write.call(JSON.parse(read(input)))
    emit(mistake, input, "sha256=#{hexed(written)}", written)
  end
end

INPUT = 'documented.json'
body = read(INPUT)
emit('bare', INPUT, hexed(body))
emit('base64', INPUT, Base64.strict_encode64(OpenSSL::HMAC.digest('sha256', SECRET, body)))
emit('base64, line feed', INPUT, Base64.encode64(OpenSSL::HMAC.digest('sha256', SECRET, body)))
%w[sha1 sha224 sha384 sha512 md5].each { |a| emit(a, INPUT, "#{a}=#{hexed(body, algorithm: a)}") }
emit('plain hash', INPUT, "sha256=#{OpenSSL::Digest::SHA256.hexdigest(body)}")
emit('secret and body', INPUT, "sha256=#{OpenSSL::Digest::SHA256.hexdigest(SECRET + body)}")
emit('body and secret', INPUT, "sha256=#{OpenSSL::Digest::SHA256.hexdigest(body + SECRET)}")
emit('swapped', INPUT, "sha256=#{hexed(SECRET, key: body)}")
emit('without whsec_', INPUT, "sha256=#{hexed(body, key: REST)}")
emit('secret decoded', INPUT, "sha256=#{hexed(body, key: Base64.decode64(REST))}")
emit('secret with line feed', INPUT, "sha256=#{hexed(body, key: "#{SECRET}\n")}")
emit('secret empty', INPUT, "sha256=#{hexed(body, key: ENV['NO_SUCH_SECRET'].to_s)}")
emit('body encoded twice', INPUT, "sha256=#{hexed(JSON.generate(body))}")
emit('body empty', INPUT, "sha256=#{hexed('')}")
emit('body without line feed', 'pretty.json', "sha256=#{hexed(read('pretty.json').chomp)}")
emit('pretty_generate, base64', INPUT, Base64.strict_encode64(OpenSSL::HMAC.digest('sha256', SECRET, JSON.pretty_generate(JSON.parse(body)))))
emit('pretty_generate, without whsec_', INPUT, "sha256=#{hexed(JSON.pretty_generate(JSON.parse(body)), key: REST)}")
