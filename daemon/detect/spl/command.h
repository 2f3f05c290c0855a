// A command of the pipeline: parsed by its own file in commands/, printed back, and applied to rows. A new command is
// one file there and one row in commands.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/detect/plan.h"
#include "daemon/detect/spl/ast.h"

namespace rw::detect::spl {

struct Pipeline;

class Command : public RowStep {
 public:
  // The search in [ ] that the command reads, or nullptr.
  virtual const Pipeline* subsearch() const { return nullptr; }
};
using CommandPtr = std::shared_ptr<const Command>;

struct AggregateCall {
  AggregateFunction function = AggregateFunction::kCount;
  std::string written;               // the name as written, lower case: distinct_count
  std::optional<std::string> field;  // none: count of rows
  std::string column;                // AS name, or "written(field)"
  SourceSpan span;
};

// tstats, the command every search begins with: it reads events and not rows, so it is no Command.
struct Tstats {
  struct Option {
    std::string name;
    std::string value;
    SourceSpan at;
  };
  struct By {
    std::string field;
    std::string span;  // of _time, as written ("1h"); may be empty
    SourceSpan at;
  };

  std::vector<Option> options;
  std::vector<AggregateCall> aggregates;
  std::string datamodel;  // Endpoint.Registry
  SourceSpan datamodel_at;
  std::optional<SearchExpression> where;
  std::vector<By> by;
  SourceSpan span;
};

struct Pipeline {
  Tstats source;
  std::vector<CommandPtr> commands;
};

// SPL that parses to the same pipeline: "| tstats … | where …".
std::string print(const Pipeline& pipeline);
std::string print(const Tstats& tstats);
std::string print(const AggregateCall& aggregate);
std::string print(const SearchExpression& expression);
std::string print(const Expression& expression);

// A name or a text as it must be written to be read back: bare where that is unambiguous, else quoted.
std::string print_name(std::string_view name);
std::string print_string(std::string_view text);

}  // namespace rw::detect::spl
