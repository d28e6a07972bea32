// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/fetch_body.hpp"

#include <anode/error.hpp>
#include <anode/web/authorization.hpp>
#include <anode/web/file_type.hpp>

#include <utility>

namespace anode::web {

fetch_options::fetch_options() noexcept = default;
fetch_options::fetch_options(fetch_options const&) = default;
fetch_options::fetch_options(fetch_options&&) noexcept = default;
fetch_options& fetch_options::operator=(fetch_options const&) = default;
fetch_options& fetch_options::operator=(fetch_options&&) noexcept = default;
fetch_options::~fetch_options() = default;

fetch_options& fetch_options::method(std::string_view name) {
  method_ = name;
  return *this;
}

fetch_options& fetch_options::header(std::string_view name, http::header_value_ref value) {
  // The value may refer to the entry that is replaced.
  http::header_list added;
  added.append(name, value);
  headers_.erase(added[0].name);
  headers_.append(added[0].name, added[0].value);
  return *this;
}

fetch_options& fetch_options::secret(std::string_view name) {
  secrets_.emplace_back(name);
  return *this;
}

fetch_options& fetch_options::basic_auth(std::string_view name, std::string_view password) {
  return header("Authorization", basic_authorization(name, password));
}

fetch_options& fetch_options::bearer(std::string_view token) {
  return header("Authorization", "Bearer " + std::string(token));
}

fetch_options& fetch_options::body(std::string text, std::string_view content_type) {
  auto made = std::make_shared<fetch_body>();
  made->content_type = content_type;
  made->length = text.size();
  made->pieces.emplace_back();
  made->pieces.back().size = text.size();
  made->pieces.back().text = std::move(text);
  set_body(std::move(made));
  return *this;
}

fetch_options& fetch_options::form(form_fields const& fields) {
  return body(fields.to_string(), "application/x-www-form-urlencoded;charset=UTF-8");
}

fetch_options& fetch_options::multipart(multipart_form form) {
  auto made = std::make_shared<fetch_body>();
  made->content_type = form.content_type();
  made->length = form.length();
  made->pieces = form.pieces();
  set_body(std::move(made));
  return *this;
}

fetch_options& fetch_options::file(std::filesystem::path path, std::string_view content_type) {
  auto made = std::make_shared<fetch_body>();
  made->content_type =
      content_type.empty() ? content_type_of(path.filename().string()) : std::string(content_type);
  made->pieces.emplace_back();
  made->pieces.back().file = std::move(path);
  set_body(std::move(made));
  return *this;
}

fetch_options& fetch_options::stream(body_function write, std::string_view content_type,
                                     std::optional<std::uint64_t> length, body_replay replay) {
  if (!write) {
    throw http::exception(http::error::invalid_arg_value, "The function of a body is empty");
  }
  auto made = std::make_shared<fetch_body>();
  made->content_type = content_type;
  made->length = length;
  made->write = std::move(write);
  made->replayable = replay == body_replay::allowed;
  set_body(std::move(made));
  return *this;
}

fetch_options& fetch_options::upload_progress(progress_function f) {
  upload_progress_ = std::move(f);
  return *this;
}

fetch_options& fetch_options::redirects(unsigned most) {
  if (most > 20) {
    throw http::exception(http::error::out_of_range, "At most 20 redirects can be followed");
  }
  redirects_ = most;
  return *this;
}

fetch_options& fetch_options::insecure_redirects(bool on) {
  insecure_redirects_ = on;
  return *this;
}

fetch_options& fetch_options::connect_timeout(std::chrono::milliseconds time) {
  connect_timeout_ = time;
  return *this;
}

fetch_options& fetch_options::head_timeout(std::chrono::milliseconds time) {
  head_timeout_ = time;
  return *this;
}

fetch_options& fetch_options::idle_timeout(std::chrono::milliseconds time) {
  idle_timeout_ = time;
  return *this;
}

fetch_options& fetch_options::timeout(std::chrono::milliseconds time) {
  timeout_ = time;
  return *this;
}

fetch_options& fetch_options::retry(retry_policy policy) {
  retry_ = policy;
  return *this;
}

fetch_options& fetch_options::idempotent(bool on) {
  idempotent_ = on;
  return *this;
}

fetch_options& fetch_options::decode(bool on) {
  decode_ = on;
  return *this;
}

fetch_options& fetch_options::decoding(decoding_limits const& limits) {
  decoding_ = limits;
  return *this;
}

void fetch_options::set_body(std::shared_ptr<fetch_body const> body) noexcept {
  body_ = std::move(body);
}

}  // namespace anode::web
