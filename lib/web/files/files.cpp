// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/file_sender.hpp"
#include "web/files/file_server.hpp"
#include "web/vocabulary/hex.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/incoming_message.hpp>
#include <anode/status.hpp>
#include <anode/web/files.hpp>
#include <anode/web/query.hpp>

#include <algorithm>
#include <utility>

namespace anode::web {

namespace {

// The path of a target, also of one in absolute form, without the query and behind its first slash.
std::string_view path_of(std::string_view url) noexcept {
  std::string_view path = url.substr(0, url.find('?'));
  if (!path.starts_with('/')) {
    std::size_t const authority = path.find("://");
    path.remove_prefix(authority == std::string_view::npos ? 0 : authority + 3);
    path.remove_prefix(authority == std::string_view::npos ? 0
                                                           : std::min(path.find('/'), path.size()));
  }
  return path.starts_with('/') ? path.substr(1) : path;
}

// Percent-encodes what an extended value (RFC 8187) must not contain.
std::string encode_extended(std::string_view text) {
  std::string out;
  for (char const c : percent_encode(text)) {
    if (std::string_view("'()*").find(c) != std::string_view::npos) {
      append_escape(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

void respond_plainly(http::server_response& res, int status) {
  res.set_status_code(status);
  res.set_header("Content-Type", "text/plain; charset=utf-8");
  res.end(std::string(http::reason_phrase(status)) + "\n");
}

// Returns the rest of the work; empty if the response is ended.
net::awaitable<void> begin_file(file_server const& server, http::incoming_message& req,
                                http::server_response& res, std::string_view path) {
  net::awaitable<void> rest;
  int const status = server.serve(req, res, path, rest);
  if (status != 0) {
    respond_plainly(res, status);
  }
  return rest;
}

net::awaitable<int> send_chosen(http::incoming_message& req, http::server_response& res,
                                std::filesystem::path path, send_file_options options) {
  net::awaitable<void> rest;
  int const status = file_server::send(req, res, path, options, rest);
  if (rest.valid()) {
    co_await std::move(rest);
  }
  co_return status;
}

}  // namespace

files::files(std::filesystem::path const& root, files_options const& options)
    : server_(std::make_shared<file_server>(root, options)) {}

net::awaitable<void> files::operator()(http::incoming_message& req,
                                       http::server_response& res) const {
  return serve(req, res, path_of(req.url()));
}

net::awaitable<void> files::serve(http::incoming_message& req, http::server_response& res,
                                  std::string_view path) const {
  return awaitable_of(begin_file(*server_, req, res, path));
}

net::awaitable<void> files::start(http::incoming_message& req, http::server_response& res) const {
  return begin_file(*server_, req, res, path_of(req.url()));
}

net::awaitable<int> send_file(http::incoming_message& req, http::server_response& res,
                              std::filesystem::path const& path, send_file_options const& options) {
  return send_chosen(req, res, path, options);
}

net::awaitable<int> send_file(http::incoming_message& req, http::server_response& res,
                              std::filesystem::path const& path) {
  return send_chosen(req, res, path, send_file_options());
}

std::string attachment_disposition(std::string_view file_name) {
  // A name that only ASCII clients see: other bytes and the path separators become `_`.
  std::string plain(file_name);
  std::ranges::replace_if(
      plain,
      [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7f || c == '/' || c == '\\' || c == '"' || c == '%';
      },
      '_');
  std::string value = "attachment; filename=";
  append_quoted(value, plain);
  if (plain != file_name) {
    value += "; filename*=UTF-8''" + encode_extended(utf8_lossy(file_name));
  }
  return value;
}

}  // namespace anode::web
