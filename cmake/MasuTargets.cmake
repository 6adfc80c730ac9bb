# The project's own target functions: every library, program and unit test is declared through these, so that
# the language level, the warnings and the layering are said once.
include_guard()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON) # TRY is a GNU statement expression
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(MASU_WERROR "Treat warnings as errors" OFF)
option(MASU_TESTS "Build unit tests (needs GoogleTest)" ON)
option(MASU_STATIC "Link programs statically, optimise them as a whole and harden them" OFF)
option(MASU_FUZZ "Build fuzz targets (needs clang's libFuzzer)" OFF)
option(MASU_IMAGE "Build masu-image (needs libcurl, OpenSSL, libarchive, ISA-L, zlib, zstd and toml++)" ON)
option(MASU_TIDY "Run clang-tidy instead of the compiler" OFF)

include(MasuInstall)

# Nothing unwinds across clone, and the throwing half of the library is banned by the build (ARCHITECTURE.md).
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers
                    $<$<BOOL:${MASU_WERROR}>:-Werror>)

# Line tables are enough for CI, whose debugger is a stack trace.
if(DEFINED ENV{MASU_LINE_TABLES})
  add_compile_options($<$<CONFIG:RelWithDebInfo>:-g1>)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # False alarms of g++ 12: on std::string (gcc.gnu.org/PR105651), and on the unique_ptr in the Error of a Result.
  add_compile_options(-Wno-restrict -Wno-free-nonheap-object -Wno-array-bounds)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_compile_options(-Wno-deprecated-declarations) # libstdc++ 12 on itself, in its stable sorts
endif()

# Static in each preset, for where there are no libraries; but the sanitizers' own are for dynamic programs.
function(masu_link_statically target)
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_link_options(${target} PRIVATE -static)
  endif()
endfunction()

if(MASU_STATIC)
  # Not position-independent: a static PIE relocates itself at each start, and a start is what we are measured by.
  add_compile_options(-fno-pie -ffunction-sections -fdata-sections -fstack-protector-strong -fstack-clash-protection)
  add_link_options(-static -no-pie -s -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    add_compile_options(-flto) # CMake would ask for -flto=thin, which makes larger programs
    add_link_options(-flto)
  else()
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endif()

if(MASU_TIDY)
  # clang-tidy stands in the compiler's place and nothing is linked: what it refuses does not compile either. The digest
  # makes each file be checked anew when the rules change; the preprocessor writes the dependencies, so that a second run
  # checks only what was touched.
  set(MASU_CLANG_TIDY clang-tidy CACHE STRING "clang-tidy 22 or later, which leaves the headers of the system out")
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS .clang-tidy)
  file(SHA256 ${PROJECT_SOURCE_DIR}/.clang-tidy rules)
  add_compile_definitions(MASU_TIDY_RULES=${rules})
  set(CMAKE_CXX_COMPILE_OBJECT
      "${MASU_CLANG_TIDY} --quiet <SOURCE> -- <DEFINES> <INCLUDES> <FLAGS>"
      "<CMAKE_CXX_COMPILER> <DEFINES> <INCLUDES> <FLAGS> -E -o <OBJECT> <SOURCE>")
  set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_COMMAND> -E touch <TARGET>")
  set(CMAKE_CXX_ARCHIVE_APPEND ${CMAKE_CXX_ARCHIVE_CREATE})
  set(CMAKE_CXX_ARCHIVE_FINISH ${CMAKE_CXX_ARCHIVE_CREATE})
  set(CMAKE_CXX_CREATE_SHARED_LIBRARY ${CMAKE_CXX_ARCHIVE_CREATE})
  set(CMAKE_CXX_LINK_EXECUTABLE ${CMAKE_CXX_ARCHIVE_CREATE})
endif()

# The layers, lowest first. A target may link only targets of a lower layer.
set(MASU_LAYER_base 0)
set(MASU_LAYER_sys 1)
set(MASU_LAYER_json 1)
set(MASU_LAYER_cli 1)
set(MASU_LAYER_http 1)
set(MASU_LAYER_protobuf 1)
set(MASU_LAYER_event 2)
set(MASU_LAYER_spec 2)
set(MASU_LAYER_dbus 2)
set(MASU_LAYER_criu 2)
set(MASU_LAYER_ttrpc 3)
set(MASU_LAYER_wasm 2)
set(MASU_LAYER_cgroups 3)
set(MASU_LAYER_seccomp 3)
set(MASU_LAYER_container 4)
set(MASU_LAYER_shim 4)
set(MASU_LAYER_doctor 4)
set(MASU_LAYER_image 2)
set(MASU_LAYER_store 3)
set(MASU_LAYER_transfer 4)
set(MASU_LAYER_network 4)
set(MASU_LAYER_manager 5)
set(MASU_LAYER_capi 5)
set(MASU_LAYER_containerd 5)
set(MASU_LAYER_apps 6)

function(masu_check_layers target layer)
  foreach(dependency IN LISTS ARGN)
    if(dependency MATCHES "^masu::(.+)$")
      set(name ${CMAKE_MATCH_1})
      if(NOT DEFINED MASU_LAYER_${name})
        message(FATAL_ERROR "${target} links ${dependency}, which has no layer in cmake/MasuTargets.cmake")
      endif()
      if(NOT MASU_LAYER_${name} LESS ${layer})
        message(FATAL_ERROR "${target} (layer ${layer}) links ${dependency} (layer ${MASU_LAYER_${name}}): "
                            "a library uses only what lies below it")
      endif()
    endif()
  endforeach()
endfunction()

# Compiles each public header alone: a header that leans on what its user happened to include fails here.
add_custom_target(check-headers)

# masu_library(<name> [INTERNAL] SOURCES … [DEPENDS masu::…] [PRIVATE_DEPENDS …] [TESTS src/…_test.cc …] [TEST_DEPENDS …])
# INTERNAL: a part of our programs alone, which is not installed.
function(masu_library name)
  cmake_parse_arguments(ARG "INTERNAL" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS;TESTS;TEST_DEPENDS" ${ARGN})
  masu_check_layers(masu::${name} ${MASU_LAYER_${name}} ${ARG_DEPENDS} ${ARG_PRIVATE_DEPENDS})
  add_library(masu_${name} STATIC ${ARG_SOURCES})
  add_library(masu::${name} ALIAS masu_${name})
  set_target_properties(masu_${name} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME masu-${name})
  target_compile_options(masu_${name} PRIVATE -fno-exceptions -fno-rtti)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/*.h)
  if(headers)
    target_sources(masu_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
    set_target_properties(masu_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    add_dependencies(check-headers masu_${name}_verify_interface_header_sets)
  endif()
  target_compile_features(masu_${name} PUBLIC cxx_std_23)
  target_include_directories(masu_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(masu_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  if(NOT ARG_INTERNAL)
    masu_install_library(${name} ${ARG_DEPENDS} ${ARG_PRIVATE_DEPENDS})
  endif()
  if(MASU_TESTS AND ARG_TESTS)
    masu_unit_test(${name}_test SOURCES ${ARG_TESTS} DEPENDS masu::${name} ${ARG_TEST_DEPENDS})
    target_include_directories(${name}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  endif()
endfunction()

# masu_runs_after_clone(<source>…): what runs between clone and exec too. The runtime of the thread sanitizer takes locks,
# which in the fork of a program with threads nobody may be there to release.
function(masu_runs_after_clone)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -fno-sanitize=thread)
  endif()
endfunction()

# masu_program(<name> SOURCES … DEPENDS …)
function(masu_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  masu_check_layers(${name} ${MASU_LAYER_apps} ${ARG_DEPENDS})
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
endfunction()

# masu_unit_test(<name> SOURCES … DEPENDS …): GoogleTest, one CTest entry a case.
function(masu_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gtest GTest::gtest_main)
  # Not for clang-tidy: GoogleTest's macros cost most of the time and find nothing.
  set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ${MASU_TIDY})
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60)
endfunction()

# masu_fuzzer(<name> SOURCES … DEPENDS …): a libFuzzer target, run by tests/fuzz/run on top of the corpus in
# tests/fuzz/corpus/<name>, where finds are kept as regression cases.
function(masu_fuzzer name)
  if(NOT MASU_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${name})
endfunction()
