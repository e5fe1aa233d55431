/*
 * Newton-Schulz for matrices [rows][cols]: five steps of y <- a y + (b G + c G^2) y, G the smaller Gram matrix of y, from
 * x / (|x| + epsilon); the formula is that of optimizers/baselines/orthogonal.ts. The three terms are one product, a on the
 * diagonal of its left (or, of a tall matrix, right) side.
 */

enum { ORTHOGONAL_STEPS = 5, ORTHOGONAL_PAD = 32 };

typedef struct {
  long rows, cols, side;
  float *gram, *polynomial, *workspace;
  long words;
} Orthogonal;

static Product orthogonal_product(const Orthogonal *o, float *out, long M, long N, long K) {
  return (Product){.out = out, .outRow = N, .M = M, .N = N, .K = K, .workspace = o->workspace, .words = o->words};
}

/* Of a tall matrix y^T y, else y y^T. */
static void orthogonal_gram(const Orthogonal *o, const float *y) {
  int tall = o->rows > o->cols;
  Product p = orthogonal_product(o, o->gram, o->side, o->side, tall ? o->rows : o->cols);
  p.a = p.b = y;
  p.aRow = p.bCol = tall ? 1 : o->cols;
  p.aCol = p.bRow = tall ? o->cols : 1;
  if (p.N == 1) p.bCol = 1;
  matmul_one(p);
}

/* a I + b G + c G^2 */
static void orthogonal_polynomial(const Orthogonal *o) {
  const float a = 3.4445f, b = -4.775f, c = 2.0315f;
  Product p = orthogonal_product(o, o->polynomial, o->side, o->side, o->side);
  p.a = p.b = o->gram;
  p.aRow = p.bRow = o->side;
  p.aCol = p.bCol = 1;
  matmul_one(p);
  for (long i = 0; i < o->side * o->side; i += VL) {
    float *at = o->polynomial + i;
    vf value = load(o->gram + i) * splat(b) + load(at) * splat(c);
    store_masked(at, value, tail_mask(o->side * o->side - i));
  }
  for (long i = 0; i < o->side; i++) o->polynomial[i * (o->side + 1)] += a;
}

/* out = polynomial y, of a tall matrix y polynomial. */
static void orthogonal_step(const Orthogonal *o, const float *y, float *out) {
  int tall = o->rows > o->cols;
  orthogonal_gram(o, y);
  orthogonal_polynomial(o);
  Product p = orthogonal_product(o, out, o->rows, o->cols, o->side);
  p.a = tall ? y : o->polynomial;
  p.b = tall ? o->polynomial : y;
  p.aRow = tall ? o->cols : o->side;
  p.bRow = o->cols;
  p.aCol = p.bCol = 1;
  matmul_one(p);
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
 * args: out and in [batch][rows][cols], batch, rows, cols, epsilon bits, workspace, its words: at least rows * cols and twice
 * the smaller side's square, each padded, and what a product wants.
 */
static void orthogonal_newton_schulz(float *base, const int32_t *args) {
  long batch = args[2], rows = args[3], cols = args[4], size = rows * cols;
  long side = rows < cols ? rows : cols, square = side * side + ORTHOGONAL_PAD;
  float epsilon = __builtin_bit_cast(float, args[5]), *work = base + args[6];
  Orthogonal o = {.rows = rows, .cols = cols, .side = side, .gram = work + size + ORTHOGONAL_PAD};
  o.polynomial = o.gram + square;
  o.workspace = o.polynomial + square;
  o.words = work + args[7] - o.workspace;
  for (long matrix = 0; matrix < batch; matrix++) {
    float *out = base + args[0] + matrix * size;
    const float *in = base + args[1] + matrix * size;
    vf factor = splat(1.0f / (orthogonal_norm(in, size) + epsilon));
    for (long i = 0; i < size; i += VL) store_masked(work + i, load(in + i) * factor, tail_mask(size - i));
    for (int step = 0; step < ORTHOGONAL_STEPS; step++)
      step % 2 == 0 ? orthogonal_step(&o, work, out) : orthogonal_step(&o, out, work);
  }
}

#define ORTHOGONAL_KERNELS {"orthogonal.newtonSchulz", 8, orthogonal_newton_schulz},
