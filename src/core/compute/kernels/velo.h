/*
 * What the stages of a fused VeLO update share: how a tensor is described and the sums gathered on the way.
 * A tensor is [groups][rows][cols] in memory: the two factored axes last, in their order of position, all other
 * axes together in front. Vectors and scalars are one row without a row factor.
 */
#ifndef VELO_H
#define VELO_H

#include "simd.h"

enum {
  HIDDEN_UNITS = 4,
  /* Floats of one tensor's effective network: w0 [30][4], b0 [4], w1 [4][4], b1 [4], w2 [4][3], b2 [3], 1 free. */
  W0 = 0,
  B0 = 120,
  W1 = 124,
  B1 = 140,
  W2 = 144,
  B2 = 156
};

/* Which side of a tensor carries which average. */
enum {
  /* The reference's rows (averaged over the longest axis) belong to our rows. */
  ROWS_LEAD = 0,
  /* They belong to our columns: the longest axis comes first. */
  COLS_LEAD = 1,
  /* Below rank 2: the columns hold the diagonal; there is no row side. */
  DIAGONAL = 2
};

/* Arguments of the kernels that work on one tensor; arrays are word offsets. */
typedef struct {
  int32_t groups, rows, cols, kind;
  int32_t params, grads;
  /* Three planes of groups * rows * cols, `momentumStride` apart, and one. */
  int32_t momentum, momentumStride, secondMoment;
  /* Averages of g^2 over the columns [3][groups * rows] and over the rows [3][groups * cols], planes `rowStride` and
     `colStride` apart. */
  int32_t rowMeans, rowStride, colMeans, colStride;
  /* Working planes with the same strides: ROW_PLANES and COL_PLANES of them. */
  int32_t rowWork, colWork;
  int32_t sums, network, stepMultiplier;
  /* For velo_apply: its rows (of groups * rows), and whether it also makes the shares that rows and columns have. */
  int32_t fromRow, toRow, foldsSides;
} VeloTensor;

#define VELO_TENSOR_WORDS ((int32_t)(sizeof(VeloTensor) / sizeof(int32_t)))

/* Planes of the working arrays; HIDDEN planes hold a side's share of the hidden units. */
enum { FACTOR = 0, SQUARE = 3, HIDDEN = 6, ROW_PLANES = 10, MOMENTUM_FACTOR = 10, MOMENTUM_SQUARE = 13, COL_PLANES = 16 };

/* Gathered in double over blocks of float lanes. The first group is about the state before this update. */
typedef struct {
  double count;
  double paramSquares;
  /* Mean and summed squared deviation of the three momenta and the second moment. */
  double mean[4], deviation[4];
  /* From here on about the state after it: sums of squares of the features that vary by element. */
  double grad, clippedGrad, momentum[3], secondMoment, scaledMomentum[3], scale, scaledGrad;
  double factoredGrad[3], factoredMomentum[3];
  /* Sums over a side of x^2 and of 1 / (x + 1e-8), x the averages of g^2. */
  double rowSquares[3], rowInverses[3], colSquares[3], colInverses[3];
} VeloSums;

/* Words that each tensor's VeloSums takes in the arena. */
enum { VELO_SUMS_WORDS = 96 };
_Static_assert(sizeof(VeloSums) <= VELO_SUMS_WORDS * sizeof(float), "room for the sums");

static const float MOMENTUM_DECAY[3] = {0.9f, 0.99f, 0.999f};
static const float SECOND_MOMENT_DECAY = 0.999f;

#endif
