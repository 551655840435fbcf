# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The libraries and tools that PSR stands on; each is found once, here.
find_package(LLVM 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/llvm)
find_package(Clang REQUIRED CONFIG HINTS ${LLVM_INSTALL_PREFIX}/lib/cmake/clang)
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_INSTALL_PREFIX}")

find_package(SQLite3 3.40 REQUIRED)
# Linked statically: inside a user's program our SQLite must neither be
# replaced by the program's own nor share its state.
find_library(PSR_SQLITE_STATIC NAMES libsqlite3.a REQUIRED)

find_program(PSR_CLANG NAMES clang-22 PATHS ${LLVM_TOOLS_BINARY_DIR} REQUIRED)
find_program(PSR_OPT NAMES opt-22 opt HINTS ${LLVM_TOOLS_BINARY_DIR} REQUIRED)
find_program(PSR_LIT NAMES lit-22 lit)
find_program(PSR_FILECHECK NAMES FileCheck-22 FileCheck HINTS ${LLVM_TOOLS_BINARY_DIR})
