// A SQLite store in a folder of its own that goes away with it.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "storage/sqlite/store.h"

namespace rw::scheduler::test {

class TemporaryStore {
 public:
  TemporaryStore() {
    std::string path = (std::filesystem::temp_directory_path() / "regwarden-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    dir_ = path;
    open();
  }
  ~TemporaryStore() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;

  storage::Store& store() { return *store_; }

  std::unique_ptr<storage::Reader> open_reader() {
    auto reader = store_->open_reader();
    REQUIRE(reader.ok());
    return std::move(reader).value();
  }
  std::unique_ptr<storage::WriteSession> open_writer() {
    auto writer = store_->open_writer();
    REQUIRE(writer.ok());
    return std::move(writer).value();
  }

 private:
  void open() {
    auto store = storage::sqlite::open({.data_dir = dir_.string()});
    INFO((store.ok() ? "" : store.error().message));
    REQUIRE(store.ok());
    store_ = std::move(store).value();
  }

  std::filesystem::path dir_;
  std::unique_ptr<storage::Store> store_;
};

}  // namespace rw::scheduler::test
