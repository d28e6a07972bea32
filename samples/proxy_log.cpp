// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy_log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace samples {

bool proxy_log::open(std::string const& path) {
  if (path == "-") {
    file_ = std::shared_ptr<std::FILE>(stdout, [](std::FILE*) {});
  } else if (std::FILE* const file = std::fopen(path.c_str(), "ae")) {
    file_ = std::shared_ptr<std::FILE>(file, [](std::FILE* f) { std::fclose(f); });
  }
  return is_open();
}

void proxy_log::write(anode::proxy::exchange_record const& record,
                      anode::http::incoming_message const& req, std::string_view client,
                      std::string_view pool) const {
  if (!is_open()) {
    return;
  }
  anode::proxy::log_entry entry;
  std::string const version = req.http_version();
  entry.client = client;
  entry.pool = pool;
  entry.method = req.method();
  entry.target = req.url();
  entry.host = req.headers().get("Host").value_or("");
  entry.version = version;
  write(record, entry);
}

void proxy_log::write(anode::proxy::exchange_record const& record,
                      anode::proxy::log_entry entry) const {
  if (is_open()) {
    entry.time = std::chrono::system_clock::now();
    fmt::print(file_.get(), "{}\n", anode::proxy::format_record(record, entry));
    std::fflush(file_.get());
  }
}

namespace {

// Returns the status of the automatic response to an invalid or late head; 0 for other errors, of
// which the exchange itself tells.
int refused_with(anode::error_code ec) {
  using anode::http::error;
  if (ec == error::request_timeout) {
    return 408;
  }
  if (ec == error::header_overflow) {
    return 431;
  }
  for (error const head :
       {error::invalid_method, error::invalid_url, error::invalid_version, error::invalid_constant,
        error::invalid_header_token, error::invalid_content_length,
        error::unexpected_content_length, error::invalid_transfer_encoding, error::cr_expected,
        error::lf_expected, error::unexpected_space}) {
    if (ec == head) {
      return 400;
    }
  }
  return 0;
}

}  // namespace

void proxy_log::watch(anode::http::server& server) const {
  if (!is_open()) {
    return;
  }
  anode::http::server_trace trace;
  trace.client_error = [log = *this](anode::http::client_error const& e,
                                     anode::socket const& from) {
    anode::proxy::exchange_record record;
    record.status = refused_with(e.code);
    if (record.status == 0) {
      return;
    }
    record.side = anode::proxy::failure_side::client;
    record.phase = anode::proxy::exchange_phase::request_head;
    record.timed_out = record.status == 408;
    record.cause = e.code;
    record.detail = "the head is invalid or late";
    std::string const client = from.remote_endpoint().address;
    anode::proxy::log_entry entry;
    entry.client = client;
    log.write(record, entry);
  };
  server.set_trace(std::move(trace));
}

}  // namespace samples
