// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Records that no friendly client sends: early data, empty records and padding.

#include "support/tls/fixture.hpp"
#include "support/tls/peer.hpp"
#include "tls/context/context_impl.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace behaviour_tls_records {

using support::tls_fixture;
using support::tls_peer;
namespace tls = anode::tls;

namespace {

using session_ptr = std::shared_ptr<SSL_SESSION>;

// Returns a session of the server that says, falsely, that it accepts early data.
session_ptr session_with_early_data(tls_fixture& f, std::uint32_t most) {
  tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client, TLS1_3_VERSION);
  p.handshake();
  p.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  p.read();
  session_ptr const first(SSL_get1_session(p.native()), SSL_SESSION_free);
  CHECK(SSL_SESSION_get_max_early_data(first.get()) == 0);
  session_ptr copy(SSL_SESSION_dup(first.get()), SSL_SESSION_free);
  REQUIRE(SSL_SESSION_set_max_early_data(copy.get(), most) == 1);
  return copy;
}

// The line of the key log with the secret of a client's records.
thread_local std::string secret_line;

void keep_secret(SSL const*, char const* line) {
  constexpr std::string_view wanted = "CLIENT_TRAFFIC_SECRET_0 ";
  if (std::string_view const text = line; text.starts_with(wanted)) {
    secret_line = text.substr(wanted.size());
  }
}

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// HKDF-Expand-Label of RFC 8446 section 7.1 with SHA-256, for at most 32 bytes.
std::string expand(std::string const& secret, std::string const& label, std::size_t size) {
  std::string info{'\0', static_cast<char>(size)};
  info += static_cast<char>(6 + label.size());
  info += "tls13 " + label;
  info += '\0';
  info += '\1';
  std::array<unsigned char, 32> out;
  unsigned int out_size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<unsigned char const*>(info.data()), info.size(), out.data(), &out_size);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

// A client that makes its records itself after the handshake.
class forger {
public:
  explicit forger(tls_fixture& f)
      : peer_(f.loop, anode::socket(f.connect()), tls::side::client, TLS1_3_VERSION) {
    SSL_set_ciphersuites(peer_.native(), "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_keylog_callback(SSL_get_SSL_CTX(peer_.native()), &keep_secret);
    peer_.handshake();
    std::string const secret = from_hex(secret_line.substr(secret_line.find(' ') + 1));
    REQUIRE(secret.size() == 32);
    key_ = expand(secret, "key", 16);
    iv_ = expand(secret, "iv", 12);
  }

  // Sends a record of application data with padding.
  void send(std::string_view text, std::size_t padding = 0) {
    send_inner(std::string(text) + '\x17' + std::string(padding, '\0'));
  }

  // Sends a record with this content before its encryption.
  void send_inner(std::string const& inner) { send_records(record_of(inner)); }

  void send_records(std::string_view records) { peer_.peer.send(records); }

  std::string record_of(std::string const& inner) {
    constexpr std::size_t tag = 16;
    std::size_t const size = inner.size() + tag;
    std::string record{'\x17', '\x03', '\x03', static_cast<char>(size >> 8U),
                       static_cast<char>(size & 0xffU)};
    std::string nonce = iv_;
    for (std::size_t i = 0; i < 8; ++i) {
      nonce[11 - i] = static_cast<char>(nonce[11 - i] ^ static_cast<char>(sequence_ >> (8 * i)));
    }
    ++sequence_;
    std::shared_ptr<EVP_CIPHER_CTX> const c(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    std::string out(inner.size() + tag, '\0');
    int n = 0;
    auto const bytes = [](std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); };
    std::string plain = inner;
    EVP_EncryptInit_ex(c.get(), EVP_aes_128_gcm(), nullptr, bytes(key_), bytes(nonce));
    EVP_EncryptUpdate(c.get(), nullptr, &n, bytes(record), 5);
    EVP_EncryptUpdate(c.get(), bytes(out), &n, bytes(plain), static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(c.get(), bytes(out) + n, &n);
    EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_GET_TAG, tag, bytes(out) + inner.size());
    return record + out;
  }

  std::string read() { return peer_.read(); }

private:
  tls_peer peer_;
  std::string key_;
  std::string iv_;
  std::uint64_t sequence_ = 0;
};

constexpr std::string_view request = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

void refused(tls_fixture& f, std::string const& code) {
  CHECK(f.client_errors == std::vector<std::string>{code});
  CHECK(f.server.connection_count() == 0);
}

}  // namespace

TEST_CASE("early data: it is skipped, and the handshake completes") {
  tls_fixture f;
  std::size_t const size = GENERATE(std::size_t{100}, std::size_t{16'000});
  CAPTURE(size);
  session_ptr const session = session_with_early_data(f, 1'000'000);
  f.seen.clear();
  tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client, TLS1_3_VERSION);
  SSL_set_session(p.native(), session.get());
  std::string early = "GET /early HTTP/1.1\r\nHost: a\r\nX: ";
  early.append(size - early.size() - 4, 'x').append("\r\n\r\n");
  std::size_t written = 0;
  REQUIRE(SSL_write_early_data(p.native(), early.data(), early.size(), &written) == 1);
  p.handshake();
  CHECK(SSL_get_early_data_status(p.native()) == SSL_EARLY_DATA_REJECTED);
  CHECK(f.seen.empty());
  p.write(request);
  CHECK(p.read().ends_with("GET /x "));
  REQUIRE(f.seen.size() == 1);
  CHECK(f.seen[0].session_reused);
  CHECK(f.client_errors.empty());
}

TEST_CASE("early data: more than one record of it closes the connection") {
  tls_fixture f;
  session_ptr const session = session_with_early_data(f, 1'000'000);
  f.seen.clear();
  tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client, TLS1_3_VERSION);
  SSL_set_session(p.native(), session.get());
  std::string const early(8000, 'x');
  std::size_t written = 0;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(SSL_write_early_data(p.native(), early.data(), early.size(), &written) == 1);
    p.flush();
  }
  f.loop.settle();
  CHECK(f.seen.empty());
  refused(f, "ERR_SSL_TOO_MUCH_EARLY_DATA");
}

TEST_CASE("early data: an agent never sends it") {
  anode::https::agent_options o;
  tls_fixture f({}, {}, o);
  CHECK(f.get().status == 200);
  CHECK(f.get().info->session_reused);
  CHECK(SSL_CTX_get_max_early_data(f.client_context().impl()->native()) == 0);
}

TEST_CASE("records: some empty ones are skipped, too many in a row close the connection") {
  tls_fixture f;
  std::size_t const padding = GENERATE(std::size_t{0}, std::size_t{16'383});
  CAPTURE(padding);
  forger c(f);
  for (int i = 0; i < 30; ++i) {
    c.send("", padding);
  }
  c.send(request);
  CHECK(c.read().ends_with("GET /x "));
  for (int i = 0; i < 100 && f.client_errors.empty(); ++i) {
    c.send("", padding);
  }
  refused(f, "ERR_SSL_RECORD_TOO_SMALL");
}

TEST_CASE("records: padding of any size is removed, and data in small pieces arrives") {
  tls_fixture f;
  forger c(f);
  std::size_t const padding = GENERATE(std::size_t{1}, std::size_t{1000}, std::size_t{16'383});
  CAPTURE(padding);
  // More than 1 MiB of padding in total; each record has data.
  for (int i = 0; i < 5; ++i) {
    for (char const byte : request) {
      c.send(std::string_view(&byte, 1), padding);
    }
    CHECK(c.read().ends_with("GET /x "));
  }
  CHECK(f.client_errors.empty());
}

TEST_CASE("records: one that is too long, or has no type, closes the connection") {
  tls_fixture f;
  forger c(f);
  SECTION("the longest one") {
    c.send(std::string(request) + std::string(16'384 - request.size(), '\n'));
    CHECK(c.read().find("GET /x ") != std::string::npos);
    CHECK(f.client_errors.empty());
  }
  SECTION("one byte more") {
    c.send(std::string(16'385, 'x'));
    refused(f, "ERR_SSL_DATA_LENGTH_TOO_LONG");
  }
  SECTION("nothing but padding") {
    c.send_inner(std::string(1000, '\0'));
    refused(f, "ERR_SSL_BAD_RECORD_TYPE");
  }
}

TEST_CASE("records: a fatal alert behind a request closes the connection") {
  tls_fixture f;
  bool const long_request = GENERATE(false, true);
  CAPTURE(long_request);
  f.server.on_request([](anode::http::incoming_message& req,
                         anode::http::server_response& res) -> boost::asio::awaitable<void> {
    std::string const body = co_await req.text();
    co_await res.end(std::string(40'000, 'r') + body);
  });
  forger c(f);
  std::string records;
  if (long_request) {
    std::string const body(8000, 'b');
    records = c.record_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n\x17");
    for (int i = 0; i < 5; ++i) {
      records += c.record_of(body + '\x17');
    }
  } else {
    records = c.record_of(std::string(request) + '\x17');
  }
  c.send_records(records + c.record_of("\x02\x50\x15"));
  CHECK(f.server.connection_count() == 0);
}

}  // namespace behaviour_tls_records
