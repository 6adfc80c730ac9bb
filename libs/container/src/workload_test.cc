// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace masu::container {
namespace {

const Workload kWorkload;

class WorkloadTest : public testing::Test {
 protected:
  WorkloadTest() {
    config_.process.emplace();
    config_.process->args = {"/program"};
    context_.find_workload = [this](std::string_view engine) -> Result<const Workload*> {
      asked_ = engine;
      return &kWorkload;
    };
  }

  // The engine that is asked for; nothing for a program of the kernel's.
  std::optional<std::string> engine_for(const spec::Annotations& annotations,
                                        const char* program = "/program") {
    asked_.reset();
    config_.annotations = annotations;
    config_.process->args.front() = program;
    const auto chosen = choose_workload(context_, config_);
    EXPECT_TRUE(chosen);
    EXPECT_EQ(chosen && *chosen != nullptr, asked_.has_value());
    return asked_;
  }

  std::string refusal_of(const spec::Annotations& annotations) {
    config_.annotations = annotations;
    const auto chosen = choose_workload(context_, config_);
    return chosen ? "" : chosen.error().path();
  }

  Context context_;
  spec::Config config_;
  std::optional<std::string> asked_;
};

TEST_F(WorkloadTest, AnnotationsChoose) {
  EXPECT_EQ(engine_for({}), std::nullopt);
  EXPECT_EQ(engine_for({{"run.oci.handler", "wasm"}}), "");
  EXPECT_EQ(engine_for({{"run.oci.handler", "wasmtime"}}), "wasmtime");
  EXPECT_EQ(engine_for({{"run.oci.handler", "wamr"}}), "wamr");
  EXPECT_EQ(engine_for({{"module.wasm.image/variant", "compat"}}), "");
}

TEST_F(WorkloadTest, SmartOnesGoByTheName) {
  for (const spec::Annotations& smart : {spec::Annotations{{"run.oci.handler", "wasm-smart"}},
                                         {{"module.wasm.image/variant", "compat-smart"}}}) {
    EXPECT_EQ(engine_for(smart), std::nullopt);
    EXPECT_EQ(engine_for(smart, "/a.wasm"), "");
    EXPECT_EQ(engine_for(smart, "a.wat"), "");
    EXPECT_EQ(engine_for(smart, "/a.wasm/b"), std::nullopt);
  }
}

TEST_F(WorkloadTest, OthersAreRefused) {
  EXPECT_EQ(refusal_of({{"run.oci.handler", "krun"}}), "annotations.run.oci.handler");
  EXPECT_EQ(refusal_of({{"module.wasm.image/variant", "x"}}), "annotations.module.wasm.image/variant");
  context_.find_workload = nullptr;
  EXPECT_EQ(refusal_of({{"run.oci.handler", "wasm"}}), "annotations");
}

TEST_F(WorkloadTest, AProgramForWasmAlone) {
  context_.wasm_only = true;
  EXPECT_EQ(engine_for({}), "");
  EXPECT_EQ(engine_for({{"run.oci.handler", "wamr"}}), "wamr");
  EXPECT_EQ(engine_for({{"module.wasm.image/variant", "compat-smart"}}), "");
}

TEST_F(WorkloadTest, ThePlanIsForNoExec) {
  std::string program = "hello.wasm";
  ProcessPlan plan;
  plan.argv = {program.data(), nullptr};
  plan.apparmor = "exec docker-default";
  plan_workload(plan, &kWorkload, config_);
  EXPECT_EQ(plan.workload, &kWorkload);
  EXPECT_EQ(plan.search, std::vector<std::string>{"./hello.wasm"});
  EXPECT_EQ(plan.apparmor, "changeprofile docker-default");
}

}  // namespace
}  // namespace masu::container
