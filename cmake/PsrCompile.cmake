# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Warnings, sanitizers and definitions shared by all of PSR's own targets.
#
# psr_compile(TARGET [NO_SANITIZE])
#   NO_SANITIZE: code that is loaded into programs that have no sanitizer.
function(psr_compile target)
	cmake_parse_arguments(ARG "NO_SANITIZE" "" "" ${ARGN})
	target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
	target_compile_options(${target} PRIVATE
		-Wall -Wextra -Wshadow -Wvla -Wformat=2
		$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
		$<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
		$<$<BOOL:${PSR_WERROR}>:-Werror>)
	if(PSR_SANITIZE AND NOT ARG_NO_SANITIZE)
		target_compile_options(${target} PRIVATE
			-fsanitize=${PSR_SANITIZE} -fno-sanitize-recover=all
			-fno-omit-frame-pointer)
		target_link_options(${target} PRIVATE
			-fsanitize=${PSR_SANITIZE})
	endif()
endfunction()
