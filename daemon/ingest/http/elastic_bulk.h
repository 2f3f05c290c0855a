// The body of Elasticsearch's _bulk (elastic.co "Bulk API"): an action a line and, except after delete, its document on
// the next one.
//
//   body   = *( action LF [ document LF ] )         action = { index | create | update | delete : { meta } }
//
// As lenient as clients need it: empty lines (omelasticsearch), CR LF, no LF after the last line. Pure; one object per
// body, used on one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/ingest/fallback.h"

namespace rw::ingest {

enum class BulkAction { kIndex, kCreate, kUpdate, kDelete };
std::string_view name_of(BulkAction action);

struct BulkItem {
  BulkAction action = BulkAction::kIndex;
  std::string index;          // "_index"; empty: the path has it
  std::string id;             // "_id"; may be empty
  std::string_view line;      // the action as it was sent, of the body
  std::string_view document;  // of the body; empty: none came
};

class ElasticBulkReader {
 public:
  // The body must outlive the reader.
  explicit ElasticBulkReader(std::string_view body);
  ~ElasticBulkReader();
  ElasticBulkReader(const ElasticBulkReader&) = delete;
  ElasticBulkReader& operator=(const ElasticBulkReader&) = delete;

  // The next item; nullopt: the end. Errors: InvalidInput (a line that should be an action is none; worded as
  // Elasticsearch does): what comes later cannot be told apart, do not go on.
  core::Result<std::optional<BulkItem>> next();
  // The action that next() has read last, or found to be none; of the body.
  std::string_view action_line() const { return action_line_; }

 private:
  struct Json;  // simdjson's parser

  // Without its end; empty lines are skipped, empty: the end of the body.
  std::string_view next_line();
  core::Result<void> read_action(BulkItem& item);

  std::string_view rest_;
  std::string_view action_line_;
  std::size_t line_number_ = 0;
  std::unique_ptr<Json> json_;
};

// What a document says about its event beside the event's own fields: "@timestamp" (ISO 8601, or milliseconds since the
// epoch); "host", "host.name", "host": {"name" or "hostname"}.
class DocumentFallbackReader : public FallbackReader {
 public:
  DocumentFallbackReader();
  ~DocumentFallbackReader() override;
  DocumentFallbackReader(const DocumentFallbackReader&) = delete;
  DocumentFallbackReader& operator=(const DocumentFallbackReader&) = delete;

  // The document to read, as BulkItem has it, once it is asked for; what was told of the last is gone.
  void start(std::string_view document);
  // Nothing, for what is no JSON object.
  Fallback fallback() override;

 private:
  struct Json;

  Fallback read();

  std::string_view document_;
  std::optional<Fallback> known_;  // of document_
  std::unique_ptr<Json> json_;
};

}  // namespace rw::ingest
