// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/fetch_choices.hpp"

#include <anode/error.hpp>
#include <anode/web/authorization.hpp>
#include <anode/web/file_type.hpp>

#include <utility>

namespace anode::web {

namespace {

template <class T>
void set_default(std::optional<T>& value, std::optional<T> const& fallback) {
  if (!value) {
    value = fallback;
  }
}

}  // namespace

fetch_options::fetch_options() noexcept = default;
fetch_options::fetch_options(fetch_options const& other)
    : choices_(other.choices_ ? std::make_unique<choices>(*other.choices_) : nullptr) {}
fetch_options::fetch_options(fetch_options&&) noexcept = default;
fetch_options& fetch_options::operator=(fetch_options const& other) {
  return *this = fetch_options(other);
}
fetch_options& fetch_options::operator=(fetch_options&&) noexcept = default;
fetch_options::~fetch_options() = default;

fetch_options::choices& fetch_options::change() {
  if (!choices_) {
    choices_ = std::make_unique<choices>();
  }
  return *choices_;
}

fetch_options::choices const& fetch_options::get() const noexcept {
  static choices const none;
  return choices_ ? *choices_ : none;
}

void fetch_options::complete(fetch_options const& defaults) {
  if (!defaults.choices_) {
    return;
  }
  choices const& from = *defaults.choices_;
  choices& to = change();
  for (auto const& [name, value] : from.headers) {
    if (!to.headers.contains(name)) {
      to.headers.append(name, value);
    }
  }
  to.secrets.insert(to.secrets.end(), from.secrets.begin(), from.secrets.end());
  if (!to.upload_progress) {
    to.upload_progress = from.upload_progress;
  }
  set_default(to.redirects, from.redirects);
  set_default(to.insecure_redirects, from.insecure_redirects);
  set_default(to.connect_timeout, from.connect_timeout);
  set_default(to.head_timeout, from.head_timeout);
  set_default(to.idle_timeout, from.idle_timeout);
  set_default(to.timeout, from.timeout);
  set_default(to.retry, from.retry);
  set_default(to.idempotent, from.idempotent);
  set_default(to.decode, from.decode);
  set_default(to.decoding, from.decoding);
}

fetch_options& fetch_options::method(std::string_view name) {
  change().method = name;
  return *this;
}

fetch_options& fetch_options::header(std::string_view name, http::header_value_ref value) {
  // The value may refer to the entry that is replaced.
  http::header_list added;
  added.append(name, value);
  http::header_list& headers = change().headers;
  headers.erase(added[0].name);
  headers.append(added[0].name, added[0].value);
  return *this;
}

fetch_options& fetch_options::secret(std::string_view name) {
  change().secrets.emplace_back(name);
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
  change().body = std::move(made);
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
  change().body = std::move(made);
  return *this;
}

fetch_options& fetch_options::file(std::filesystem::path path, std::string_view content_type) {
  auto made = std::make_shared<fetch_body>();
  made->content_type =
      content_type.empty() ? content_type_of(path.filename().string()) : std::string(content_type);
  made->pieces.emplace_back();
  made->pieces.back().file = std::move(path);
  change().body = std::move(made);
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
  change().body = std::move(made);
  return *this;
}

fetch_options& fetch_options::upload_progress(progress_function f) {
  change().upload_progress = std::move(f);
  return *this;
}

fetch_options& fetch_options::redirects(unsigned most) {
  if (most > 20) {
    throw http::exception(http::error::out_of_range, "At most 20 redirects can be followed");
  }
  change().redirects = most;
  return *this;
}

fetch_options& fetch_options::insecure_redirects(bool on) {
  change().insecure_redirects = on;
  return *this;
}

fetch_options& fetch_options::connect_timeout(std::chrono::milliseconds time) {
  change().connect_timeout = time;
  return *this;
}

fetch_options& fetch_options::head_timeout(std::chrono::milliseconds time) {
  change().head_timeout = time;
  return *this;
}

fetch_options& fetch_options::idle_timeout(std::chrono::milliseconds time) {
  change().idle_timeout = time;
  return *this;
}

fetch_options& fetch_options::timeout(std::chrono::milliseconds time) {
  change().timeout = time;
  return *this;
}

fetch_options& fetch_options::retry(retry_policy policy) {
  change().retry = policy;
  return *this;
}

fetch_options& fetch_options::idempotent(bool on) {
  change().idempotent = on;
  return *this;
}

fetch_options& fetch_options::decode(bool on) {
  change().decode = on;
  return *this;
}

fetch_options& fetch_options::decoding(decoding_limits const& limits) {
  change().decoding = limits;
  return *this;
}

}  // namespace anode::web
