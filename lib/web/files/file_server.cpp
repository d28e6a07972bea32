// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/file_server.hpp"

#include "web/files/file_plan.hpp"
#include "web/files/file_sender.hpp"
#include "web/files/request_path.hpp"

#include <anode/web/file_type.hpp>
#include <anode/web/media_type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace anode::web {

namespace {

struct sibling {
  std::string_view coding;
  std::string_view extension;
};

// In the order of preference.
constexpr std::array<sibling, 3> siblings{{{"zstd", ".zst"}, {"br", ".br"}, {"gzip", ".gz"}}};

int status_of(opened_file::kind kind) noexcept {
  switch (kind) {
    case opened_file::kind::file:
      return 0;
    case opened_file::kind::forbidden:
      return 403;
    case opened_file::kind::unavailable:
      return 503;
    case opened_file::kind::failed:
      return 500;
    default:
      return 404;
  }
}

bool is_read(std::string_view method) noexcept { return method == "GET" || method == "HEAD"; }

// The last segment of the path of a request, with a slash, as a relative reference. It begins with
// "./", because a segment can contain a colon.
std::string directory_location(http::incoming_message const& req, std::string_view encoded) {
  std::string_view const url = req.url();
  std::size_t const query = std::min(url.find('?'), url.size());
  std::string location = "./";
  location.append(encoded.substr(encoded.rfind('/') + 1)).append("/");
  return location.append(url.substr(query));
}

bool is_older(opened_file const& a, opened_file const& b) noexcept {
  return std::pair(a.modified, a.modified_ns) < std::pair(b.modified, b.modified_ns);
}

}  // namespace

file_server::file_server(std::filesystem::path const& root, files_options const& options)
    : root_(root, options.links_), options_(options) {}

int file_server::serve(http::incoming_message& req, http::server_response& res,
                       std::string_view encoded, net::awaitable<void>& rest) const {
  if (!is_read(req.method())) {
    res.set_header("Allow", "GET, HEAD");
    return 405;
  }
  request_path where = decode_request_path(encoded, options_.dots_);
  if (where.result != request_path::verdict::good) {
    return where.result == request_path::verdict::hidden ? 404 : 400;
  }
  opened_file file = root_.open(where.path);
  if (file.result == opened_file::kind::directory) {
    if (!where.is_directory_url) {
      if (!options_.redirect_directories_) {
        return 404;
      }
      res.set_status_code(301);
      res.set_header("Location", directory_location(req, encoded));
      res.end();
      return 0;
    }
    if (options_.index_.empty()) {
      return 404;
    }
    where.path.append(where.path.empty() ? "" : "/").append(options_.index_);
    file = root_.open(where.path);
  } else if (where.is_directory_url) {
    return 404;
  }
  int const status = status_of(file.result);
  if (status != 0) {
    return status;
  }

  file_facts facts;
  facts.content_type = content_type_of(where.path);
  facts.cache_control = options_.cache_control_;
  if (options_.precompressed_ && is_compressible(facts.content_type)) {
    facts.varies = true;
    file = choose_coding(req.headers().get("accept-encoding").value_or(""), where.path,
                         std::move(file), facts);
  }
  res.set_header("X-Content-Type-Options", "nosniff");
  rest = send_opened(req, res, std::move(file), std::move(facts));
  return 0;
}

// Opens the best precompressed file that the client accepts, and returns it or the plain one.
opened_file file_server::choose_coding(std::string_view accept, std::string const& path,
                                       opened_file plain, file_facts& facts) const {
  std::array<std::string_view, siblings.size()> offers{};
  std::ranges::transform(siblings, offers.begin(), &sibling::coding);
  std::size_t count = offers.size();
  while (count != 0) {
    auto const chosen = accept_encoding(accept, std::span(offers).first(count));
    auto const row = std::ranges::find(siblings, chosen.value_or(""), &sibling::coding);
    if (row == siblings.end()) {
      break;
    }
    opened_file file = root_.open(path + std::string(row->extension));
    if (file.result == opened_file::kind::file && !is_older(file, plain)) {
      facts.content_encoding = row->coding;
      return file;
    }
    auto const last =
        std::remove(offers.begin(), offers.begin() + static_cast<std::ptrdiff_t>(count), *chosen);
    count = static_cast<std::size_t>(last - offers.begin());
  }
  return plain;
}

int file_server::send(http::incoming_message& req, http::server_response& res,
                      std::filesystem::path const& path, send_file_options const& options,
                      net::awaitable<void>& rest) {
  opened_file file = open_file(path);
  int const status = status_of(file.result);
  if (status != 0) {
    return status;
  }
  file_facts facts;
  facts.content_type = options.content_type_.value_or(content_type_of(path.native()));
  facts.cache_control = options.cache_control_;
  if (options.attachment_) {
    res.set_header("Content-Disposition", attachment_disposition(*options.attachment_));
  }
  res.set_header("X-Content-Type-Options", "nosniff");
  rest = send_opened(req, res, std::move(file), std::move(facts));
  return 0;
}

}  // namespace anode::web
