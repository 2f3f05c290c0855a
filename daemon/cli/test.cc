// regwarden test: the tests that detections bring along, on recorded events.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "daemon/cli/case_report.h"
#include "daemon/cli/case_run.h"
#include "daemon/cli/command.h"
#include "daemon/cli/progress.h"
#include "daemon/scheduler/tick_sieves.h"

namespace rw::cli {
namespace {

struct TestOptions {
  std::string config;
  std::vector<std::string> paths;
  std::string data;
  std::string junit;
  std::string output = "table";
};

core::Result<void> write_junit(const std::string& path, const std::vector<CaseResult>& results) {
  std::ofstream file(path, std::ios::binary);
  file << junit_of(results);
  file.close();
  if (file) return {};
  return core::Error{core::ErrorCode::kIo, path + ": cannot write the file"};
}

int test(const TestOptions& options) {
  auto config = read_config(options.config);
  if (!config) return kFailed;
  config->detections.paths = options.paths;
  config->detections.builtin = false;
  config->detections.overrides.clear();  // the tests are those of the files as they are
  config->detections.tuning_file.clear();
  config->detections.defaults = {};
  core::Problems problems;
  const auto catalogue = load_detections(config->detections, problems);
  const CaseData data = CaseData::below(options.data, problems);
  const std::vector<TestCase> tests = test_cases(*catalogue, data, problems);
  print(problems);
  if (tests.empty()) return fail("there is no detection at these paths");

  std::vector<std::shared_ptr<const detect::Detection>> others;
  for (const auto& detection : catalogue->detections()) {
    if (detection->search && !scheduler::reads_findings(*detection)) others.push_back(detection);
  }
  std::vector<CaseResult> results;
  {
    Progress progress(static_cast<std::int64_t>(tests.size()));
    for (const TestCase& one : tests) {
      results.push_back(run_case(one, {config->time_zone, config->scheduler.limits, others}));
      progress.show(static_cast<std::int64_t>(results.size()));
    }
  }
  if (options.output == "json") {
    print_cases_json(std::cout, results);
  } else {
    print_cases(std::cout, results);
  }
  if (!options.junit.empty()) {
    if (const auto written = write_junit(options.junit, results); !written.ok()) return fail(written.error());
  }
  // A detection that could not even be read has not passed.
  return count_of(results, Verdict::kFail) > 0 || core::has_errors(problems) ? kFailed : kDone;
}

}  // namespace

void add_test(CLI::App& app, int& status) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* command = app.add_subcommand(
      "test",
      "Try the tests of ESCU files and Sigma's regression cases on recorded events, each in a store of its own");
  add_config_option(*command, options->config);
  command->add_option("PATH", options->paths, "Detection files or folders")->required();
  command->add_option("--data", options->data, "Folder of recorded events: ESCU's attack data, Sigma's regression data")
      ->required()
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  command->add_option("--junit", options->junit, "Write the results as JUnit XML, too")->type_name("FILE");
  command->add_option("-o,--output", options->output, "Output format: table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->type_name("FORMAT");
  command->callback([options, &status] { status = test(*options); });
}

}  // namespace rw::cli
