/*
 * Newton-Schulz for matrices [rows][cols]: five steps of y <- P y, P = a I + b G + c G^2, G the smaller Gram matrix of y, from
 * x / (|x| + epsilon), of a tall matrix y P. Of a long one the steps are made in its Gram matrix, G <- P G P, and the product
 * of all P is applied at the end. The formulas are those of optimizers/baselines/orthogonal.ts.
 */

enum { ORTHOGONAL_STEPS = 5, ORTHOGONAL_PAD = 32, ORTHOGONAL_LONG = 2, ORTHOGONAL_BAND = 16 };

typedef struct {
  long rows, cols, side;
  float *gram, *polynomial, *whole, *spare, *workspace;
  long words;
} Orthogonal;

static Product orthogonal_product(const Orthogonal *o, float *out, long M, long N, long K) {
  return (Product){.out = out, .outRow = N, .M = M, .N = N, .K = K, .workspace = o->workspace, .words = o->words};
}

/* A product that is known to be symmetric: band after band from the diagonal on, and then mirrored. */
static void orthogonal_symmetric(Product p) {
  long n = p.M;
  for (long i = 0; i < n; i += ORTHOGONAL_BAND) {
    Product band = p;
    band.M = n - i < ORTHOGONAL_BAND ? n - i : ORTHOGONAL_BAND;
    band.N = n - i;
    band.a += i * p.aRow;
    band.b += i * p.bCol;
    band.out += i * (n + 1);
    if (band.N == 1) band.bCol = 1;
    matmul_one(band);
  }
  for (long i = ORTHOGONAL_BAND; i < n; i++)
    for (long j = 0; j < i / ORTHOGONAL_BAND * ORTHOGONAL_BAND; j++) p.out[i * n + j] = p.out[j * n + i];
}

/* Of a tall matrix y^T y, else y y^T. */
static void orthogonal_gram(const Orthogonal *o, const float *y) {
  int tall = o->rows > o->cols;
  Product p = orthogonal_product(o, o->gram, o->side, o->side, tall ? o->rows : o->cols);
  p.a = p.b = y;
  p.aRow = p.bCol = tall ? 1 : o->cols;
  p.aCol = p.bRow = tall ? o->cols : 1;
  orthogonal_symmetric(p);
}

/* out = a b of Gram matrices that commute. */
static void orthogonal_square_product(const Orthogonal *o, const float *a, const float *b, float *out) {
  Product p = orthogonal_product(o, out, o->side, o->side, o->side);
  p.a = a;
  p.b = b;
  p.aRow = p.bRow = o->side;
  p.aCol = p.bCol = 1;
  orthogonal_symmetric(p);
}

/* a I + b G + c G^2 */
static void orthogonal_polynomial(const Orthogonal *o) {
  const float a = 3.4445f, b = -4.775f, c = 2.0315f;
  orthogonal_square_product(o, o->gram, o->gram, o->polynomial);
  for (long i = 0; i < o->side * o->side; i += VL) {
    float *at = o->polynomial + i;
    vf value = load(o->gram + i) * splat(b) + load(at) * splat(c);
    store_masked(at, value, tail_mask(o->side * o->side - i));
  }
  for (long i = 0; i < o->side; i++) o->polynomial[i * (o->side + 1)] += a;
}

/* out = polynomial y, of a tall matrix y polynomial. */
static void orthogonal_apply(const Orthogonal *o, const float *polynomial, const float *y, float *out) {
  int tall = o->rows > o->cols;
  Product p = orthogonal_product(o, out, o->rows, o->cols, o->side);
  p.a = tall ? y : polynomial;
  p.b = tall ? polynomial : y;
  p.aRow = tall ? o->cols : o->side;
  p.bRow = o->cols;
  p.aCol = p.bCol = 1;
  matmul_one(p);
}

static void orthogonal_step(const Orthogonal *o, const float *y, float *out) {
  orthogonal_gram(o, y);
  orthogonal_polynomial(o);
  orthogonal_apply(o, o->polynomial, y, out);
}

static void orthogonal_swap(float **a, float **b) {
  float *kept = *a;
  *a = *b;
  *b = kept;
}

/* All steps of a long matrix. */
static void orthogonal_long(Orthogonal o, const float *y, float *out) {
  orthogonal_gram(&o, y);
  for (int step = 0; step < ORTHOGONAL_STEPS; step++) {
    orthogonal_polynomial(&o);
    if (step < ORTHOGONAL_STEPS - 1) {
      orthogonal_square_product(&o, o.polynomial, o.gram, o.spare);
      orthogonal_square_product(&o, o.polynomial, o.spare, o.gram);
    }
    if (step > 0) orthogonal_square_product(&o, o.polynomial, o.whole, o.spare);
    orthogonal_swap(&o.whole, step > 0 ? &o.spare : &o.polynomial);
  }
  orthogonal_apply(&o, o.whole, y, out);
}

static float orthogonal_norm(const float *x, long length) {
  vf sum = splat(0.0f);
  for (long i = 0; i < length; i += VL) {
    vf value = keep(load(x + i), tail_mask(length - i));
    sum = fma(value, value, sum);
  }
  return __builtin_sqrtf(sum_halves(sum));
}

/*
 * args: out and in [batch][rows][cols], batch, rows, cols, epsilon bits, workspace, its words: at least rows * cols and four
 * times the smaller side's square, each padded, and what a product wants.
 */
static void orthogonal_newton_schulz(float *base, const int32_t *args) {
  long batch = args[2], rows = args[3], cols = args[4], size = rows * cols;
  long side = rows < cols ? rows : cols, square = side * side + ORTHOGONAL_PAD;
  int is_long = (rows < cols ? cols : rows) >= ORTHOGONAL_LONG * side;
  float epsilon = __builtin_bit_cast(float, args[5]), *work = base + args[6];
  Orthogonal o = {.rows = rows, .cols = cols, .side = side, .gram = work + size + ORTHOGONAL_PAD};
  o.polynomial = o.gram + square;
  o.whole = o.polynomial + square;
  o.spare = o.whole + square;
  o.workspace = o.spare + square;
  o.words = work + args[7] - o.workspace;
  for (long matrix = 0; matrix < batch; matrix++) {
    float *out = base + args[0] + matrix * size;
    const float *in = base + args[1] + matrix * size;
    vf factor = splat(1.0f / (orthogonal_norm(in, size) + epsilon));
    for (long i = 0; i < size; i += VL) store_masked(work + i, load(in + i) * factor, tail_mask(size - i));
    if (is_long) {
      orthogonal_long(o, work, out);
      continue;
    }
    for (int step = 0; step < ORTHOGONAL_STEPS; step++)
      step % 2 == 0 ? orthogonal_step(&o, work, out) : orthogonal_step(&o, out, work);
  }
}

/*
 * Columns that are orthonormal already, twice: as rows of `columns`, and as columns of `rows`. Both are [stride][stride], and 0
 * where there is no column yet.
 */
typedef struct {
  long side, stride;
  float *columns, *rows, *weights, *rest;
} Basis;

/* The sum of weights[i] * at[i * stride], i below `count`, a multiple of 4: as four sums, for none waits for the one before. */
INLINE vf basis_sum(const float *weights, const float *at, long count, long stride) {
  vf sums[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
  for (long i = 0; i < count; i += 4)
    for (long k = 0; k < 4; k++) sums[k] = fma(splat(weights[i + k]), load(at + (i + k) * stride), sums[k]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* rest -= B (B^T rest), B the first `count` columns. */
static void basis_project(const Basis *o, long count) {
  long side = (o->side + 3) & ~3L;
  for (long j = 0; j < count; j += VL) store(o->weights + j, basis_sum(o->rest, o->rows + j, side, o->stride));
  for (long r = 0; r < o->side; r += VL) {
    vf sum = basis_sum(o->weights, o->columns + r, (count + 3) & ~3L, o->stride);
    store(o->rest + r, load(o->rest + r) - sum);
  }
}

static void gram_schmidt_one(const Basis *o, const float *in, float *out) {
  for (float *at = o->columns; at < o->rest + o->stride; at += VL) store(at, splat(0.0f));
  for (long col = 0; col < o->side; col++) {
    for (long r = 0; r < o->side; r++) o->rest[r] = in[r * o->side + col];
    for (int pass = 0; pass < 2 && col > 0; pass++) basis_project(o, col);
    vf length = splat(orthogonal_norm(o->rest, o->side));
    for (long r = 0; r < o->side; r += VL) store(o->columns + col * o->stride + r, load(o->rest + r) / length);
    for (long r = 0; r < o->side; r++)
      out[r * o->side + col] = o->rows[r * o->stride + col] = o->columns[col * o->stride + r];
  }
}

/*
 * args: out and in [batch][side][side], batch, side, stride: side rounded up to a multiple of 16, workspace of
 * 2 * stride * (stride + 1) words
 */
static void orthogonal_gram_schmidt(float *base, const int32_t *args) {
  long side = args[3], stride = args[4];
  Basis o = {.side = side, .stride = stride, .columns = base + args[5]};
  o.rows = o.columns + stride * stride;
  o.weights = o.rows + stride * stride;
  o.rest = o.weights + stride;
  for (long matrix = 0; matrix < args[2]; matrix++)
    gram_schmidt_one(&o, base + args[1] + matrix * side * side, base + args[0] + matrix * side * side);
}

#define ORTHOGONAL_KERNELS                                  \
  {"orthogonal.newtonSchulz", 8, orthogonal_newton_schulz}, \
  {"orthogonal.gramSchmidt", 6, orthogonal_gram_schmidt},
