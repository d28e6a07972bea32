// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls_options.hpp"

#if defined(ANODE_SAMPLES_TLS)
#include <anode/https.hpp>
#include <anode/tls.hpp>

#include <fstream>
#include <iterator>
#endif

#include <stdexcept>
#include <utility>

namespace samples {

namespace http = anode::http;
namespace net = boost::asio;

void server_tls::add_to(options& to) {
  to.add("--cert", "FILE", cert_, "use TLS with this certificate chain (PEM)")
      .add("--key", "FILE", key_, "the private key of the certificate (the file of --cert)")
      .add("--client-ca", "FILE", client_ca_, "require certificates of clients, issued by these");
}

void client_tls::add_to(options& to) {
  to.add("--cacert", "FILE", ca_, "trust these certificates (those of the system)");
}

void client_tls::add_own_to(options& to) {
  to.add("-k", trust_all_, "accept every certificate of a server")
      .add("--cert", "FILE", cert_, "own certificate chain for servers that require one")
      .add("--key", "FILE", key_, "the private key of the certificate (the file of --cert)");
}

#if defined(ANODE_SAMPLES_TLS)

namespace {

std::string content_of(std::string const& name) {
  std::ifstream file(name, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(file), {});
  if (!file || content.empty()) {
    throw std::runtime_error(fmt::format("cannot read '{}'", name));
  }
  return content;
}

// Sets the own certificate. As with curl, one file may contain the certificate and its key.
void set_certificate(anode::tls::common_options& to, std::string const& cert,
                     std::string const& key) {
  if (cert.empty() && !key.empty()) {
    throw std::runtime_error("--key needs --cert");
  }
  to.cert_file = cert;
  to.key_file = key.empty() ? cert : key;
}

}  // namespace

http::server server_tls::make_server(net::any_io_executor const& ex,
                                     http::request_handler on_request,
                                     http::server_options options) {
  if (cert_.empty() && key_.empty() && client_ca_.empty()) {
    return http::server(ex, std::move(options), std::move(on_request));
  }
  if (!context_) {
    load();
  }
  anode::https::server server(ex, context_, std::move(options), std::move(on_request));
  if (ticket_keys_.empty()) {
    ticket_keys_ = server.ticket_keys();
  }
  server.set_ticket_keys(ticket_keys_);
  return server;
}

void server_tls::load() {
  anode::tls::server_options settings;
  set_certificate(settings, cert_, key_);
  if (!client_ca_.empty()) {
    settings.ca.push_back(content_of(client_ca_));
    settings.request_cert = true;
  }
  context_ = anode::tls::context(settings);
}

std::unique_ptr<http::server> server_tls::make_renewable_server(net::any_io_executor const& ex,
                                                                http::request_handler on_request,
                                                                http::server_options options) {
  if (cert_.empty() && key_.empty() && client_ca_.empty()) {
    return std::make_unique<http::server>(ex, std::move(options), std::move(on_request));
  }
  load();
  return std::make_unique<anode::https::server>(ex, context_, std::move(options),
                                                std::move(on_request));
}

void server_tls::renew(http::server& of) {
  if (auto* const secure = dynamic_cast<anode::https::server*>(&of)) {
    load();
    secure->set_secure_context(context_);
  }
}

void server_tls::check() {
  if (!cert_.empty()) {
    load();
  }
}

http::agent client_tls::make_agent(net::any_io_executor const& ex, http::agent_options pool) const {
  anode::https::agent_options settings(std::move(pool));
  settings.allow_http = true;
  if (!ca_.empty() || !cert_.empty() || !key_.empty() || trust_all_) {
    anode::tls::client_options tls;
    set_certificate(tls, cert_, key_);
    if (!ca_.empty()) {
      tls.ca.push_back(content_of(ca_));
    }
    tls.reject_unauthorized = !trust_all_;
    settings.secure = anode::tls::context(tls);
    settings.proxy_secure = settings.secure;
  }
  return anode::https::agent(ex, std::move(settings));
}

void client_tls::check(std::string_view) {}

#else

namespace {

void refuse_if(bool given, std::string_view what) {
  if (given) {
    throw std::runtime_error(fmt::format("{} needs TLS, which this build does not have", what));
  }
}

}  // namespace

http::server server_tls::make_server(net::any_io_executor const& ex,
                                     http::request_handler on_request,
                                     http::server_options options) {
  refuse_if(!cert_.empty() || !key_.empty(), "--cert");
  refuse_if(!client_ca_.empty(), "--client-ca");
  return http::server(ex, std::move(options), std::move(on_request));
}

void server_tls::load() {
  refuse_if(!cert_.empty() || !key_.empty(), "--cert");
  refuse_if(!client_ca_.empty(), "--client-ca");
}

std::unique_ptr<http::server> server_tls::make_renewable_server(net::any_io_executor const& ex,
                                                                http::request_handler on_request,
                                                                http::server_options options) {
  load();
  return std::make_unique<http::server>(ex, std::move(options), std::move(on_request));
}

void server_tls::renew(http::server&) {}

void server_tls::check() { load(); }

http::agent client_tls::make_agent(net::any_io_executor const& ex, http::agent_options pool) const {
  refuse_if(!ca_.empty(), "--cacert");
  refuse_if(!cert_.empty() || !key_.empty(), "--cert");
  refuse_if(trust_all_, "-k");
  return http::agent(ex, std::move(pool));
}

void client_tls::check(std::string_view url) {
  refuse_if(url.starts_with("https:") || url.starts_with("wss:"), url);
}

#endif

}  // namespace samples
