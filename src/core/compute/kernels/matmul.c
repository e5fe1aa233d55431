/*
 * The general matrix product, out (+)= a b with any strides of a and b, for two batch dimensions.
 *
 * An element of out is added up in the order of k, starting from what is there or from a bias, so its
 * bits depend neither on the blocks nor on the workspace. Only where one side has at most FEW rows (or columns)
 * and k runs along memory on both sides it is the sum of VL partial sums.
 *
 * Workspace: `matmulWorkspace` of plan/matmulWorkspace.ts is how many words the kernel wants; the minimum is 0.
 * With fewer than it wants, sums are interrupted more often and less is packed; below MATMUL_STACK words a piece of
 * the stack is used.
 */

enum {
  /* Depth of one block: a panel of b stays near the L1 cache, and out is not visited often. */
  MATMUL_DEPTH = 384,
  /* Words of a that are packed at a time, to stay in the L2 cache. */
  MATMUL_LEFT = 1 << 16,
  MATMUL_STACK = 1024,
  FEW = 4
};

typedef struct {
  float *out;
  const float *a, *b;
  long M, N, K, outRow, aRow, aCol, bRow, bCol;
  int add, relu;
  const float *bias;
  float *workspace;
  long words;
} Product;

/* Transposing copy of at most VL rows: out[k * width + i] = in[i * across + k] for i < rows, k < depth. */
static void matmul_pack_rows(const float *in, long rows, long across, long depth, float *out, long width) {
  for (long k = 0; k < depth; k += VL) {
    vf square[VL];
    UNROLL for (int i = 0; i < VL; i++) square[i] = i < rows ? load(in + i * across + k) : splat(0.0f);
    transpose(square);
    UNROLL for (int i = 0; i < VL; i++)
      if (k + i < depth) store(out + (k + i) * width, square[i]);
  }
}

/*
 * out[k * width + i] = in[i * across + k * along] for i < count <= width, k < depth. The rest of each row is garbage,
 * and so are VL words behind the last one.
 */
static void matmul_pack(const float *in, long count, long across, long along, long depth, float *out, long width) {
  if (across == 1 && count == NR) {
    for (long k = 0; k < depth; k++)
      UNROLL for (int v = 0; v < NV; v++) store(out + k * NR + v * VL, load(in + k * along + v * VL));
  } else if (across == 1) {
    for (long k = 0; k < depth; k++)
      for (long i = 0; i < count; i += VL) store(out + k * width + i, load(in + k * along + i));
  } else if (along == 1) {
    /* From the last group to the first, since each writes garbage over the beginning of the next row. */
    for (long i = (count - 1) / VL * VL; i >= 0; i -= VL)
      matmul_pack_rows(in + i * across, count - i, across, depth, out + i, width);
  } else {
    for (long k = 0; k < depth; k++)
      for (long i = 0; i < count; i++) out[k * width + i] = in[i * across + k * along];
  }
}

/* How a product is cut up and where its parts are packed. */
typedef struct {
  int packLeft, packRight;
  long depth, rows;
  float *left, *right;
} Blocking;

/*
 * The register blocks take a as it lies. Packing it pays where many panels of b meet it and it either is large or
 * goes through memory in steps that the caches and their address tables cope with badly.
 */
INLINE int wants_left_packed(const Product *p, long depth) {
  if (p->aCol == 1) return p->N >= 8 * NR && (int64_t)(p->N / NR) * p->M * p->K >= 1 << 21;
  return p->N >= 4 * NR && ((p->aCol >= 512 && p->aCol % 256 == 0) || (int64_t)p->aCol * depth > 1 << 17);
}

/* The same for b, whose rows already lie in memory as the blocks need them. Narrow panels use half of each line. */
INLINE int wants_right_packed(const Product *p) {
  return p->M >= 4 * MR && (int64_t)(p->M / MR) * p->K * p->N >= NR << 16;
}

static Blocking matmul_blocking(const Product *p) {
  Blocking cut = {.depth = gemm_min(p->K, MATMUL_DEPTH), .rows = p->M, .left = p->workspace, .right = p->workspace};
  long words = p->words - VL;
  cut.packRight = p->bCol != 1 || (wants_right_packed(p) && words >= NR * cut.depth);
  if (cut.packRight) {
    cut.depth = gemm_min(cut.depth, words / NR);
    cut.left += NR * cut.depth;
    words -= NR * cut.depth;
  }
  long room = cut.depth > 0 ? words / cut.depth : 0;
  /* With few rows at a time b would be packed over and over. */
  cut.packLeft = room >= gemm_min(p->M, 8 * MR) && wants_left_packed(p, cut.depth);
  if (cut.packLeft) cut.rows = gemm_min(room, MATMUL_LEFT / cut.depth);
  return cut;
}

/* Packs rows of a into blocks, one behind the other. */
static void matmul_pack_left(const Product *p, const float *a, GemmCut rows, long depth, float *out) {
  for (long i = 0; i < rows.blocks; i++) {
    long count = rows.rows + (i < rows.longer);
    matmul_pack(a, count, p->aRow, p->aCol, depth, out, count);
    a += count * p->aRow;
    out += count * depth;
  }
}

/* The first columns of a single row. Returns how many. */
static long matmul_row(long columns, GemmBlocks g) {
  long j = 0;
  g.columns = WIDEST * VL;
  g.blocks = 1;
  for (; columns - j >= g.columns; j += g.columns) {
    gemm_1x8(&g);
    g.b += g.columns;
    g.out += g.columns;
    if (g.from) g.from += g.columns;
  }
  return j;
}

/* `count` rows, `g.depth` of their sums. */
static void matmul_part(const Product *p, const Blocking *cut, long count, GemmBlocks g) {
  GemmCut rows = gemm_cut(count);
  const float *b = g.b, *from = g.from;
  float *out = g.out;
  long j = p->M == 1 && !cut->packRight ? matmul_row(p->N, g) : 0;
  if (cut->packLeft) matmul_pack_left(p, g.a, rows, g.depth, cut->left), g.a = cut->left;
  for (; j < p->N; j += NR) {
    g.columns = gemm_min(p->N - j, NR);
    g.out = out + j;
    g.b = b + j * p->bCol;
    if (from) g.from = from + j;
    if (cut->packRight) {
      g.bRow = (g.columns + VL - 1) / VL * VL;
      matmul_pack(g.b, g.columns, p->bCol, p->bRow, g.depth, cut->right, g.bRow);
      g.b = cut->right;
    }
    gemm_panel(rows, cut->packLeft, g);
  }
}

static void matmul_blocked(const Product *p) {
  Blocking cut = matmul_blocking(p);
  long depths = gemm_parts(p->K, cut.depth), parts = gemm_parts(p->M, cut.rows);
  GemmBlocks g = {.aRow = p->aRow, .aCol = p->aCol, .bRow = p->bRow, .outRow = p->outRow};
  for (long d = 0; d < depths; d++) {
    long k = gemm_part_start(d, depths, p->K);
    g.depth = gemm_part_start(d + 1, depths, p->K) - k;
    g.b = p->b + k * p->bRow;
    int more = p->add || d > 0;
    g.fromRow = more ? p->outRow : 0;
    for (long part = 0; part < parts; part++) {
      long i = gemm_part_start(part, parts, p->M);
      g.a = p->a + i * p->aRow + k * p->aCol;
      g.out = p->out + i * p->outRow;
      g.from = more ? g.out : p->bias;
      matmul_part(p, &cut, gemm_part_start(part + 1, parts, p->M) - i, g);
    }
  }
}

/* out[i * outMany + j * outFew] (+)= sum over k of many[i * manyRow + k] * few[j * fewRow + k] */
typedef struct {
  const float *many, *few;
  float *out;
  long K, manyRow, fewRow, outMany, outFew;
  int add;
} Dots;

enum { MOST_MANY = 8, MOST_FEW = 2 };

INLINE void dots_store(int many, int few, const Dots *d, vf sum[MOST_MANY][MOST_FEW]) {
  UNROLL for (int i = 0; i < many; i++) UNROLL for (int j = 0; j < few; j++) {
    float *at = d->out + i * d->outMany + j * d->outFew, value = sum_halves(sum[i][j]);
    *at = d->add ? *at + value : value;
  }
}

INLINE void dots_block(int many, int few, const Dots *d) {
  vf sum[MOST_MANY][MOST_FEW];
  UNROLL for (int i = 0; i < many; i++) UNROLL for (int j = 0; j < few; j++) sum[i][j] = splat(0.0f);
  long k = 0;
  for (; k + VL <= d->K; k += VL) {
    vf right[MOST_FEW];
    UNROLL for (int j = 0; j < few; j++) right[j] = load(d->few + j * d->fewRow + k);
    UNROLL for (int i = 0; i < many; i++) {
      vf left = load(d->many + i * d->manyRow + k);
      UNROLL for (int j = 0; j < few; j++) sum[i][j] = fma(left, right[j], sum[i][j]);
    }
  }
  if (k < d->K) {
    vi mask = tail_mask(d->K - k);
    UNROLL for (int i = 0; i < many; i++) {
      vf left = keep(load(d->many + i * d->manyRow + k), mask);
      UNROLL for (int j = 0; j < few; j++)
        sum[i][j] = fma(left, keep(load(d->few + j * d->fewRow + k), mask), sum[i][j]);
    }
  }
  dots_store(many, few, d, sum);
}

static void dots_8x1(const Dots *d) { dots_block(8, 1, d); }
static void dots_1x1(const Dots *d) { dots_block(1, 1, d); }
static void dots_4x2(const Dots *d) { dots_block(4, 2, d); }
static void dots_1x2(const Dots *d) { dots_block(1, 2, d); }

/* One or two of the few with all of the many. */
static void dots_with(int few, Dots d, long count) {
  long most = few == 1 ? 8 : 4;
  while (count > 0) {
    long many = count >= most ? most : 1;
    if (few == 1)
      many > 1 ? dots_8x1(&d) : dots_1x1(&d);
    else
      many > 1 ? dots_4x2(&d) : dots_1x2(&d);
    count -= many;
    d.many += many * d.manyRow;
    d.out += many * d.outMany;
  }
}

static void matmul_dots(const Product *p) {
  Dots rows = {.many = p->a, .few = p->b, .out = p->out, .K = p->K, .manyRow = p->aRow, .fewRow = p->bCol,
               .outMany = p->outRow, .outFew = 1, .add = p->add};
  Dots columns = {.many = p->b, .few = p->a, .out = p->out, .K = p->K, .manyRow = p->bCol, .fewRow = p->aRow,
                  .outMany = 1, .outFew = p->outRow, .add = p->add};
  Dots d = p->M < p->N ? columns : rows;
  long few = p->M < p->N ? p->M : p->N, many = p->M < p->N ? p->N : p->M;
  for (long j = 0; j < few; j += 2) {
    dots_with(few - j > 1 ? 2 : 1, d, many);
    d.few += 2 * d.fewRow;
    d.out += 2 * d.outFew;
  }
}

/* Whether vectors along k are the way: then either packing or empty lanes would be most of the work. */
INLINE int has_few(const Product *p) {
  return (p->M <= FEW || p->N <= FEW) && p->aCol == 1 && p->bRow == 1 && p->K >= VL;
}

/* A single column of a b, where columns of a lie along memory, is the row b^T a^T. */
static void matmul_column_as_row(Product *p) {
  const float *a = p->a;
  long aCol = p->aCol;
  p->a = p->b;
  p->aCol = p->bRow;
  p->b = a;
  p->bRow = aCol;
  p->N = p->M;
  p->M = 1;
}

/* Brings the bias to out, for what can only add to that. */
static void matmul_begin(Product *p) {
  if (!p->bias) return;
  for (long i = 0; i < p->M; i++)
    for (long j = 0; j < p->N; j++) p->out[i * p->outRow + j] = p->bias[j];
  p->bias = 0;
  p->add = 1;
}

/* A pass of its own: within the register blocks it takes registers from WebAssembly's loops. */
static void matmul_relu(const Product *p) {
  for (long i = 0; i < p->M; i++) {
    float *row = p->out + i * p->outRow;
    long j = 0;
    for (; j + VL <= p->N; j += VL) store(row + j, at_least(load(row + j), splat(0.0f)));
    if (j < p->N) store_first(row + j, at_least(load(row + j), splat(0.0f)), p->N - j);
  }
}

static void matmul_one(Product p) {
  if (p.N == 1 && p.aRow == 1 && p.outRow == 1) {
    matmul_begin(&p);
    matmul_column_as_row(&p);
  }
  if (has_few(&p)) {
    matmul_begin(&p);
    matmul_dots(&p);
  } else {
    matmul_blocked(&p);
  }
  if (p.relu) matmul_relu(&p);
}

/*
 * args: out, outRow, a, aRow, aCol, b, bRow, bCol, M, N, K, batch0, batch1, out0, out1, a0, a1, b0, b1, accumulate,
 * workspace, workspace words, bias [N] or -1, relu. Element (i, k) of a is at i * aRow + k * aCol; columns of out are
 * adjacent; batch (p, q) starts at p * out0 + q * out1, and so on. Strides of a and b may be 0 or negative. Where out is
 * accumulated there is no bias.
 */
static void matmul(float *base, const int32_t *args) {
  float small[MATMUL_STACK];
  Product p = {.M = args[8], .N = args[9], .K = args[10], .outRow = args[1], .aRow = args[3], .aCol = args[4],
               .bRow = args[6], .bCol = args[7], .add = args[19], .relu = args[23],
               .bias = args[22] < 0 ? 0 : base + args[22], .workspace = base + args[20], .words = args[21]};
  long batch0 = args[11], batch1 = args[12], out0 = args[13], out1 = args[14];
  long a0 = args[15], a1 = args[16], b0 = args[17], b1 = args[18];
  if (batch0 <= 0 || batch1 <= 0 || p.M <= 0 || p.N <= 0 || (p.K <= 0 && p.add && !p.relu)) return;
  if (p.words < MATMUL_STACK) p.workspace = small, p.words = MATMUL_STACK;
  if (p.N == 1) p.bCol = 1;
  /* Where all meet the same b a batch is one product with more rows. */
  if (b1 == 0 && a1 == p.M * p.aRow && out1 == p.M * p.outRow) p.M *= batch1, batch1 = 1;
  if (batch1 == 1 && b0 == 0 && a0 == p.M * p.aRow && out0 == p.M * p.outRow) p.M *= batch0, batch0 = 1;
  for (long i = 0; i < batch0; i++)
    for (long j = 0; j < batch1; j++) {
      p.out = base + args[0] + i * out0 + j * out1;
      p.a = base + args[2] + i * a0 + j * a1;
      p.b = base + args[5] + i * b0 + j * b1;
      matmul_one(p);
    }
}

#define MATMUL_KERNELS {"matmul", 24, matmul},
