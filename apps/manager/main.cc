// SPDX-License-Identifier: Apache-2.0
//
// masu: the container manager. Commands are in cmd_<name>.cc, their common way in program.cc.
#include "program.h"

#include <unistd.h>

int main(int argc, char** argv) {
  return masu::manager::run_program({.words = {argv, static_cast<std::size_t>(argc)}, .variables = environ});
}
