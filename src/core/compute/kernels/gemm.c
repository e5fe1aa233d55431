/*
 * Register blocks of a matrix product, and the product with a right side that is packed once and used many times
 * (weights): panels of NR columns, each [K][NR], so that one step streams through the weights once.
 */
#include "simd.h"

/* Register block: MR rows times NV vectors; MR * NV sums + NV + 1 have to fit the registers. */
#if VL == 16
#define MR 12
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

/*
 * out[i][j] = from[i][j] + sum over k of a[i * aRow + k * aCol] * b[k * bRow + j] for `blocks` blocks one below the
 * other, added up in the order of k. Without `from` the sums start at 0. Lanes behind the columns may be garbage in b
 * and from.
 */
typedef struct {
  const float *a, *b, *from;
  float *out;
  long depth, aRow, aCol, bRow, fromRow, outRow, columns;
  /* aBlock: from one block's a to that of the next. */
  long blocks, aBlock;
} GemmBlocks;

enum { WIDEST = 8 };

INLINE void gemm_store(int rows, int vectors, long columns, float *out, long outRow, vf sum[MR][WIDEST]) {
  long full = columns / VL, rest = columns % VL;
  if (full == vectors) {
    UNROLL for (int i = 0; i < rows; i++, out += outRow)
      UNROLL for (int v = 0; v < vectors; v++) store(out + v * VL, sum[i][v]);
    return;
  }
  UNROLL for (int i = 0; i < rows; i++, out += outRow)
    UNROLL for (int v = 0; v < vectors; v++) {
      if (v < full)
        store(out + v * VL, sum[i][v]);
      else if (v == full)
        store_first(out + v * VL, sum[i][v], rest);
    }
}

/*
 * Rows of a that share an address: x86 reaches the second and third by its index, WebAssembly would have to add each
 * time.
 */
#ifdef __wasm__
enum { GROUP = 1 };
#else
enum { GROUP = 3 };
#endif

INLINE void gemm_sums(int rows, int vectors, const GemmBlocks *g, const float *left, vf sum[MR][WIDEST]) {
  long aRow = g->aRow, aCol = g->aCol, bRow = g->bRow;
  const float *a[MR], *b = g->b;
  UNROLL for (int i = 0; i < rows; i += GROUP) a[i / GROUP] = left + i * aRow;
  for (long k = g->depth; k > 0; k--, b += bRow) {
    vf right[WIDEST];
    UNROLL for (int v = 0; v < vectors; v++) right[v] = load(b + v * VL);
    UNROLL for (int i = 0; i < rows; i++) {
      vf x = splat(a[i / GROUP][i % GROUP * aRow]);
      UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = fma(x, right[v], sum[i][v]);
    }
    UNROLL for (int i = 0; i < rows; i += GROUP) {
      a[i / GROUP] += aCol;
      /* Hides how these are related: clang would compute one from the other each time. */
      __asm__("" : "+r"(a[i / GROUP]));
    }
  }
}

INLINE void gemm_blocks(int rows, int vectors, const GemmBlocks *g) {
  const float *a = g->a, *from = g->from;
  float *out = g->out;
  for (long n = g->blocks; n > 0; n--) {
    vf sum[MR][WIDEST];
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
      sum[i][v] = from ? load(from + i * g->fromRow + v * VL) : splat(0.0f);
    gemm_sums(rows, vectors, g, a, sum);
    gemm_store(rows, vectors, g->columns, out, g->outRow, sum);
    a += g->aBlock;
    out += rows * g->outRow;
    if (from) from += rows * g->fromRow;
  }
}

#define GEMM_BLOCK(rows, vectors) \
  static void gemm_##rows##x##vectors(const GemmBlocks *g) { gemm_blocks(rows, vectors, g); }
#if NV == 4
#define GEMM_ROWS(rows) GEMM_BLOCK(rows, 1) GEMM_BLOCK(rows, 2) GEMM_BLOCK(rows, 3) GEMM_BLOCK(rows, 4)
#define GEMM_NAMES(rows) {gemm_##rows##x1, gemm_##rows##x2, gemm_##rows##x3, gemm_##rows##x4},
#else
#define GEMM_ROWS(rows) GEMM_BLOCK(rows, 1) GEMM_BLOCK(rows, 2)
#define GEMM_NAMES(rows) {gemm_##rows##x1, gemm_##rows##x2},
#endif
#define UP_TO_4(X) X(1) X(2) X(3) X(4)
#define UP_TO_6(X) UP_TO_4(X) X(5) X(6)
#define UP_TO_12(X) UP_TO_6(X) X(7) X(8) X(9) X(10) X(11) X(12)
#if MR == 12
#define EACH_ROWS UP_TO_12
#elif MR == 6
#define EACH_ROWS UP_TO_6
#else
#define EACH_ROWS UP_TO_4
#endif
EACH_ROWS(GEMM_ROWS)
/* One row has too few sums to be fast in the usual width. */
GEMM_BLOCK(1, 8)

/* The block of `rows` rows and `vectors` vectors is at [rows - 1][vectors - 1]. */
static void (*const GEMM_BLOCKS[MR][NV])(const GemmBlocks *) = {EACH_ROWS(GEMM_NAMES)};

INLINE long gemm_min(long a, long b) { return a < b ? a : b; }

/* How many parts of at most `most` there are in `count`; one where there is nothing. */
INLINE long gemm_parts(long count, long most) { return count <= most ? 1 : (count + most - 1) / most; }

/* First element of part `part` when `count` are shared out evenly over `parts`. */
INLINE long gemm_part_start(long part, long parts, long count) { return (long)((int64_t)part * count / parts); }

/* Rows of each of the blocks that `count` rows are cut into; the first `longer` blocks have one more. */
typedef struct {
  long blocks, rows, longer;
} GemmCut;

INLINE GemmCut gemm_cut(long count) {
  long blocks = gemm_parts(count, MR);
  return (GemmCut){.blocks = blocks, .rows = count / blocks, .longer = count % blocks};
}

/* `g.blocks` blocks of so many rows. Packed, each block of a is [depth][rows], one behind the other. */
INLINE void gemm_run(long rows, int packed, GemmBlocks *g) {
  if (packed) g->aRow = 1, g->aCol = rows;
  g->aBlock = packed ? rows * g->depth : rows * g->aRow;
  GEMM_BLOCKS[rows - 1][(g->columns + VL - 1) / VL - 1](g);
  g->a += g->blocks * g->aBlock;
  g->out += g->blocks * rows * g->outRow;
  if (g->from) g->from += g->blocks * rows * g->fromRow;
}

/* All rows times one panel of at most NR columns. */
static void gemm_panel(GemmCut cut, int packed, GemmBlocks g) {
  g.blocks = cut.longer;
  if (g.blocks > 0) gemm_run(cut.rows + 1, packed, &g);
  g.blocks = cut.blocks - cut.longer;
  gemm_run(cut.rows, packed, &g);
}

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
      for (int32_t i = 0; i < NR; i += VL, out += VL) {
        vf row = load(in + k * stride + j + i);
        store(out, columns - j - i >= VL ? row : select(tail_mask(columns - j - i), row, splat(0.0f)));
      }
}

/*
 * out = bias + left times packed.
 * args: out, out row stride, left, left row stride, packed, bias [N], M, N, K
 */
static void gemm_packed(float *base, const int32_t *args) {
  float *out = base + args[0];
  const float *left = base + args[2], *packed = base + args[4], *bias = base + args[5];
  long outRow = args[1], leftRow = args[3], count = args[6], columns = args[7], depth = args[8];
  if (count <= 0) return;
  GemmCut cut = gemm_cut(count);
  for (long j = 0; j < columns; j += NR)
    gemm_panel(cut, 0, (GemmBlocks){.a = left, .b = packed + j * depth, .from = bias + j, .out = out + j,
                                    .depth = depth, .aRow = leftRow, .aCol = 1, .bRow = NR, .outRow = outRow,
                                    .columns = gemm_min(columns - j, NR)});
}
