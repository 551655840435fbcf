/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Feature levels as the x86-64 psABI defines them, from CPUID and XCR0: a
 * level counts only if the operating system saves its registers. On AArch64
 * the kernel says by AT_HWCAP what programs may use.
 */
#include "psr/cpu.h"

#include <stdio.h>
#include <string.h>

#include "psr/site.h"

#if defined(__x86_64__)
#include <cpuid.h>

#define HAS(reg, bits) (((reg) & (bits)) == (bits))

#define V2_ECX1                                                                \
	(bit_SSE3 | bit_SSSE3 | bit_SSE41 | bit_SSE42 | bit_POPCNT |           \
	 bit_CMPXCHG16B)
#define V3_ECX1 (bit_AVX | bit_F16C | bit_FMA | bit_MOVBE | bit_OSXSAVE)
#define V3_EBX7 (bit_AVX2 | bit_BMI | bit_BMI2)
#define V4_EBX7                                                                \
	(bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ |            \
	 bit_AVX512VL)
#define POPCNT_ECX7 (1u << 12 | 1u << 14) /* BITALG, VPOPCNTDQ */
#define LAHF_ECX  (1u << 0)
#define LZCNT_ECX (1u << 5)
#define XCR0_AVX  0x06u
#define XCR0_512  0xe6u

static uint32_t xcr0(void)
{
	uint32_t a, d;

	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return a;
}

uint32_t psr_cpu_isa(void)
{
	uint32_t a, b, c, d, b7 = 0, c7 = 0, c1, cx = 0, saved, isa = 0;

	if (!__get_cpuid(1, &a, &b, &c1, &d))
		return 0;
	if (__get_cpuid(0x80000001, &a, &b, &c, &d))
		cx = c;
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
		b7 = b;
		c7 = c;
	}
	if (!HAS(c1, V2_ECX1) || !HAS(cx, LAHF_ECX))
		return 0;
	isa = PSR_ISA_V2;
	saved = HAS(c1, bit_OSXSAVE) ? xcr0() : 0;
	if (!HAS(c1, V3_ECX1) || !HAS(b7, V3_EBX7) || !HAS(cx, LZCNT_ECX) ||
	    !HAS(saved, XCR0_AVX))
		return isa;
	isa |= PSR_ISA_V3;
	if (HAS(b7, V4_EBX7) && HAS(saved, XCR0_512))
		isa |= PSR_ISA_V4;
	if ((isa & PSR_ISA_V4) && HAS(c7, POPCNT_ECX7))
		isa |= PSR_ISA_POPCNT;
	return isa;
}

static unsigned level(uint32_t isa)
{
	return isa & PSR_ISA_V4   ? 4
	       : isa & PSR_ISA_V3 ? 3
	       : isa & PSR_ISA_V2 ? 2
				  : 1;
}

void psr_cpu_key(char buf[PSR_CPU_KEY])
{
	uint32_t a = 0, b = 0, c = 0, d = 0;
	unsigned family, model;
	char vendor[13] = "";

	if (__get_cpuid(0, &a, &b, &c, &d)) {
		memcpy(vendor, &b, 4);
		memcpy(vendor + 4, &d, 4);
		memcpy(vendor + 8, &c, 4);
	}
	a = 0;
	__get_cpuid(1, &a, &b, &c, &d);
	family = a >> 8 & 15;
	model = a >> 4 & 15;
	if (family == 6 || family == 15)
		model |= a >> 12 & 0xf0;
	if (family == 15)
		family += a >> 20 & 0xff;
	snprintf(buf, PSR_CPU_KEY, "%s-%u-%u-%u-v%u", vendor, family, model,
		 a & 15, level(psr_cpu_isa()));
}

#elif defined(__aarch64__)
#include <sys/auxv.h>

/* Linux, arch/arm64/include/uapi/asm/hwcap.h */
#define CAP_CPUID (1ul << 11) /* MIDR_EL1 may be read */
#define CAP_SVE   (1ul << 22)
#define CAP2_SVE2 (1ul << 1)

uint32_t psr_cpu_isa(void)
{
	uint32_t isa = PSR_ISA_NEON;

	if (getauxval(AT_HWCAP) & CAP_SVE)
		isa |= PSR_ISA_SVE;
	if (isa & PSR_ISA_SVE && getauxval(AT_HWCAP2) & CAP2_SVE2)
		isa |= PSR_ISA_SVE2;
	return isa;
}

/* Implementer, part, variant and revision, and the level. */
void psr_cpu_key(char buf[PSR_CPU_KEY])
{
	uint32_t isa = psr_cpu_isa();
	unsigned long midr = 0;

	if (getauxval(AT_HWCAP) & CAP_CPUID)
		__asm__("mrs %0, midr_el1" : "=r"(midr));
	snprintf(buf, PSR_CPU_KEY, "arm-%02lx-%03lx-%lx-%lx-%s", midr >> 24,
		 midr >> 4 & 0xfff, midr >> 20 & 15, midr & 15,
		 isa & PSR_ISA_SVE2  ? "sve2"
		 : isa & PSR_ISA_SVE ? "sve"
				     : "neon");
}

#else

uint32_t psr_cpu_isa(void)
{
	return 0;
}

void psr_cpu_key(char buf[PSR_CPU_KEY])
{
	snprintf(buf, PSR_CPU_KEY, "generic");
}

#endif
