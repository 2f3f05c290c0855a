// A command of the pipeline: parsed by its own file in commands/, printed back, and applied to rows. A new command is
// one file there and one row in commands.cc.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/core/text_test.h"
#include "daemon/detect/plan.h"
#include "daemon/detect/spl/ast.h"

namespace rw::detect::spl {

struct Pipeline;

struct Definition {
  std::string column;
  const Expression* value;
};
// Columns whose values follow from others, by their names.
using Definitions = std::map<std::string, const Expression*, std::less<>>;

// The column is not null, and its text passes.
struct ColumnTest {
  std::string column;
  core::TextTest test;
};

class Command : public RowStep {
 public:
  // The searches in [ ] that the command reads, in the order of their results in StepContext.
  virtual std::vector<const Pipeline*> subsearches() const { return {}; }
  // The test that every row must pass, of the command `search`; else nullptr.
  virtual const SearchExpression* search() const { return nullptr; }

  // Columns that it sets from others of the same row, in order (`eval`).
  virtual std::vector<Definition> definitions() const { return {}; }
  // What every row that it keeps passes; it may ask more. What an event cannot pass need not be read.
  virtual std::vector<ColumnTest> column_tests(const Definitions&) const { return {}; }
};
using CommandPtr = std::shared_ptr<const Command>;

struct AggregateCall {
  AggregateFunction function = AggregateFunction::kCount;
  std::string written;               // the name as written, lower case: distinct_count
  std::optional<std::string> field;  // none: count of rows
  ExpressionPtr expression;          // eval(…) instead of a field; a test counts where it is true
  double percent = 0;                // of a percentile
  std::string column;                // AS name, or "written(field)"
  SourceSpan span;
};

// What a search begins with. It reads events and not rows, so it is no Command.

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

// Events as rows: `| from datamodel:"Endpoint.Registry"`, `| datamodel Endpoint Registry search` (columns carry the
// dataset's prefix), `index=risk …`.
struct EventRows {
  enum class Form { kFrom, kDatamodel, kIndex } form = Form::kFrom;
  std::string datamodel;
  SourceSpan at;
  std::optional<SearchExpression> where;  // of an index search
};

// The first command makes the rows: `| inputlookup x`, `| makeresults`.
struct NoEvents {};

struct Pipeline {
  std::variant<Tstats, EventRows, NoEvents> source;
  std::vector<CommandPtr> commands;
};

CommandPtr make_search(SearchExpression expression);

// SPL that parses to the same pipeline: "| tstats … | where …".
std::string print(const Pipeline& pipeline);
std::string print(const Tstats& tstats);
std::string print(const EventRows& rows);
std::string print(const AggregateCall& aggregate);
std::string print(const SearchExpression& expression);
// With "[…]" for subsearches.
std::string print_title(const SearchExpression& expression);
std::string print(const Expression& expression);

// A name or a text as it must be written to be read back: bare where that is unambiguous, else quoted.
std::string print_name(std::string_view name);
std::string print_string(std::string_view text);

}  // namespace rw::detect::spl
