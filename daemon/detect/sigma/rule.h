// A rule file's documents: rules, filters and correlations, with the collections of Sigma's first years (`action`) put
// together. Source: the Sigma specification 2.1. What is read here is who a document is and what it says of itself; its
// searches are read when it is compiled. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/sigma/logsource.h"
#include "daemon/yaml/reader.h"

namespace rw::detect::sigma {

// What all three have.
struct Header {
  yaml::Node root;
  std::string title = {};
  std::string id = {};    // empty: the file gives none
  std::string name = {};  // by which correlations and filters may call it; may be empty
};

struct Rule {
  Header header;
  Logsource logsource = {};
  yaml::Node detection = {};  // a map
};

struct Filter {
  Header header;
  Logsource logsource = {};
  bool any_rule = false;
  std::vector<yaml::Node> rules = {};  // ids or names
  yaml::Node filter = {};              // a map
};

enum class CorrelationType { kEventCount, kValueCount, kTemporal, kTemporalOrdered };

// `condition` of a correlation: all of the bounds hold.
struct Bound {
  enum class Op { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual, kNotEqual };
  Op op;
  std::int64_t count;
};

struct Correlation {
  Header header;
  yaml::Node at;  // the `correlation` section
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<yaml::Node> rules;  // ids or names
  std::vector<std::string> group_by;
  std::chrono::seconds timespan{0};
  std::vector<Bound> bounds;        // none, of a temporal one: all of the rules
  std::vector<std::string> fields;  // of a value_count
  bool generate = false;            // its rules make findings of their own too
  // alias → id or name of a rule → field
  struct Alias {
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;
  };
  std::vector<Alias> aliases;
  // A correlation that is well formed but not supported: said when it is compiled.
  std::optional<core::Problem> unsupported;
};

using Document = std::variant<Rule, Filter, Correlation>;

// A document that belongs to Sigma, told by its keys.
bool is_sigma(const yaml::Node& root);

// The documents of one file, `action` resolved; of those with errors nothing but the problems.
std::vector<Document> read_documents(const std::vector<yaml::Node>& roots, core::Problems& problems);

// `reference` is its id (in any case) or its name.
bool is_called(const Header& header, std::string_view reference);

}  // namespace rw::detect::sigma
