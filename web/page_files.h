// The files of the web page (web/static), embedded at build time by embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace rw::web {

struct PageFile {
  std::string_view name;  // "index.html", "views/search.js"
  std::string_view content;
};

std::span<const PageFile> page_files();

}  // namespace rw::web
