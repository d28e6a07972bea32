// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/files/root_directory.hpp"

#include <anode/incoming_message.hpp>
#include <anode/server_response.hpp>
#include <anode/web/files.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace anode::web {

struct file_facts;

/// Serves the files beneath a root. The part of `files` that its copies share.
class file_server {
public:
  /// Opens the root.
  /// @throws std::system_error if it is no directory.
  file_server(std::filesystem::path const& root, files_options const& options);

  /// Serves a file.
  /// @param encoded its path beneath the root, as received.
  /// @param rest is set to the work that has to wait, if there is any.
  /// @return 0, or the status to respond with.
  int serve(http::incoming_message& req, http::server_response& res, std::string_view encoded,
            net::awaitable<void>& rest) const;

  /// Sends a file of the program. Sets `rest` and returns as `serve`.
  static int send(http::incoming_message& req, http::server_response& res,
                  std::filesystem::path const& path, send_file_options const& options,
                  net::awaitable<void>& rest);

private:
  opened_file choose_coding(std::string_view accept, std::string const& path, opened_file plain,
                            file_facts& facts) const;

  root_directory root_;
  files_options options_;
};

}  // namespace anode::web
