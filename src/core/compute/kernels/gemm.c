/*
 * Matrix product with a right side that is packed once and used many times (weights): panels of NR columns,
 * each [K][NR], so that one step streams through the weights once. The left side is packed per call into blocks
 * of at most MR rows.
 */
#include "simd.h"

/* Register block: MR rows times NV vectors; MR * NV sums + NV + 1 have to fit the registers. */
#if VL == 16
#define MR 8
#define NV 2
#elif VL == 8
#define MR 6
#define NV 2
#elif defined(__aarch64__)
#define MR 6
#define NV 4
#else
#define MR 4
#define NV 2
#endif
#define NR (NV * VL)

/* Panels are laid out for groups of this many columns, whatever NR is. */
enum { PACK_COLUMNS = 32 };
_Static_assert(PACK_COLUMNS % NR == 0, "a strip must hold whole panels");

/*
 * Packs one strip of PACK_COLUMNS columns.
 * args: out [K * PACK_COLUMNS], in, in row stride, K, columns that exist (the others become 0)
 */
static void gemm_pack(float *base, const int32_t *args) {
  float *out = base + args[0];
  const float *in = base + args[1];
  long stride = args[2], depth = args[3];
  int32_t columns = args[4];
  for (int32_t j = 0; j < PACK_COLUMNS; j += NR)
    for (long k = 0; k < depth; k++)
      for (int32_t i = 0; i < NR; i++, out++) *out = j + i < columns ? in[k * stride + j + i] : 0.0f;
}

/* One block: out[rows][NR] = packed rows [K][rows] times panel [K][NR] + bias. */
INLINE void gemm_block(int rows, long depth, const float *left, const float *panel, const float *bias, float *out,
                       long stride, long columns) {
  vf sum[MR][NV];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < NV; v++) sum[i][v] = splat(0.0f);
  for (long k = 0; k < depth; k++, left += rows, panel += NR) {
    vf b[NV];
    UNROLL for (int v = 0; v < NV; v++) b[v] = load(panel + v * VL);
    UNROLL for (int i = 0; i < rows; i++) {
      vf a = splat(left[i]);
      UNROLL for (int v = 0; v < NV; v++) sum[i][v] = fma(a, b[v], sum[i][v]);
    }
  }
  UNROLL for (int v = 0; v < NV; v++) {
    if (v * VL >= columns) break;
    vi mask = tail_mask(columns - v * VL);
    vf shift = load(bias + v * VL);
    UNROLL for (int i = 0; i < rows; i++) store_masked(out + i * stride + v * VL, sum[i][v] + shift, mask);
  }
}

static void gemm_rows(int rows, long depth, const float *left, const float *panel, const float *bias, float *out,
                      long stride, long columns) {
  switch (rows) {
#define CASE(n) \
  case n: gemm_block(n, depth, left, panel, bias, out, stride, columns); break;
    CASE(1) CASE(2) CASE(3) CASE(4)
#if MR > 4
    CASE(5) CASE(6)
#endif
#if MR > 6
    CASE(7) CASE(8)
#endif
#undef CASE
  }
}

/* First row of block `block` when `count` rows are shared out evenly over `blocks`. */
INLINE long block_start(long block, long blocks, long count) { return block * count / blocks; }

/*
 * out = left times packed + bias.
 * args: out, out row stride, left, left row stride, packed, bias [N], M, N, K, workspace [M * K]
 */
static void gemm_packed(float *base, const int32_t *args) {
  float *out = base + args[0];
  const float *left = base + args[2], *packed = base + args[4], *bias = base + args[5];
  long outStride = args[1], leftStride = args[3], count = args[6], columns = args[7], depth = args[8];
  float *workspace = base + args[9];
  long blocks = (count + MR - 1) / MR;
  for (long block = 0; block < blocks; block++) {
    long start = block_start(block, blocks, count), rows = block_start(block + 1, blocks, count) - start;
    for (long k = 0; k < depth; k++)
      for (long i = 0; i < rows; i++) workspace[start * depth + k * rows + i] = left[(start + i) * leftStride + k];
  }
  for (long j = 0; j < columns; j += NR)
    for (long block = 0; block < blocks; block++) {
      long start = block_start(block, blocks, count), rows = block_start(block + 1, blocks, count) - start;
      gemm_rows((int)rows, depth, workspace + start * depth, packed + j * depth, bias + j,
                out + start * outStride + j, outStride, columns - j);
    }
}
