// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Serves the files of a folder.

#include "serve_app.hpp"

#include <anode/web/files.hpp>

int main(int argc, char** argv) {
  std::string folder;
  samples::options line{"files", "Serves the files of a folder."};
  return samples::serve_app(line.argument("FOLDER", folder), argc, argv,
                            [&](auto& app) { app.get("/{path...}", anode::web::files(folder)); });
}
