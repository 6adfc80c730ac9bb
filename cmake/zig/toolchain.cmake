# Static programs on musl and libc++, from the clang that the `ziglang` package carries. MASU_TRIPLE names the target.
set(CMAKE_SYSTEM_NAME Linux)
set(MASU_TRIPLE x86_64-linux-musl CACHE STRING "Target of the musl toolchain")
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR ${MASU_TRIPLE})

set(CMAKE_CXX_COMPILER ${CMAKE_CURRENT_LIST_DIR}/zig-c++)
set(CMAKE_CXX_COMPILER_TARGET ${MASU_TRIPLE})
set(CMAKE_C_COMPILER ${CMAKE_CURRENT_LIST_DIR}/zig-cc)
set(CMAKE_C_COMPILER_TARGET ${MASU_TRIPLE})
set(CMAKE_CXX_COMPILER_AR ${CMAKE_CURRENT_LIST_DIR}/zig-ar CACHE FILEPATH "")
set(CMAKE_C_COMPILER_AR ${CMAKE_CURRENT_LIST_DIR}/zig-ar CACHE FILEPATH "")
set(CMAKE_C_COMPILER_RANLIB ${CMAKE_CURRENT_LIST_DIR}/zig-ranlib CACHE FILEPATH "")
set(CMAKE_CXX_COMPILER_RANLIB ${CMAKE_CURRENT_LIST_DIR}/zig-ranlib CACHE FILEPATH "")
set(CMAKE_AR ${CMAKE_CURRENT_LIST_DIR}/zig-ar CACHE FILEPATH "")
set(CMAKE_RANLIB ${CMAKE_CURRENT_LIST_DIR}/zig-ranlib CACHE FILEPATH "")

# zig instruments unoptimised code with UBSan by default; what ships is what was written.
# The second: libc++ asks memchr for a byte of an empty std::string_view, whose address is null, and link-time optimisation
# takes the call for a promise that there is one.
set(CMAKE_CXX_FLAGS_INIT "-fno-sanitize=undefined -fno-delete-null-pointer-checks")
set(CMAKE_C_FLAGS_INIT "-fno-sanitize=undefined")
# zig compiles libc++ anew for each set of code generation flags (two minutes): the checks of CMake do not link.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MASU_TRIPLE)

# Nothing of the host is on the compiler's path; header-only dependencies are staged one by one (libs/json).
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
