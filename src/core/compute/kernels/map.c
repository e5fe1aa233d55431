/*
 * `map`: a program of elementwise operations over arrays of up to MAP_RANK dimensions, with broadcasting, any strides and
 * reductions. It goes through the outer dimensions like an odometer and through the two innermost ones in tiles of up
 * to MAP_BLOCK floats, rows of whole vectors: long rows are cut into pieces, several short rows share a tile. An
 * operation does a whole tile at once from slot to slot, so that choosing it costs little.
 *
 * args: workspace (slots * MAP_BLOCK floats), rank, inputs, constants, operations, outputs; dims[rank];
 *   per input: offset, strides[rank] (any; 0 repeats) -> slot i;  per constant: its bits -> slot inputs + c;
 *   per operation: code, destination slot, operand slots a, b, c;  per output: mode, slot, offset, strides[rank].
 * Modes: enum in map_fold.h. All but MAP_STORE fold the dimensions whose stride is 0; the first value of an element is
 * stored, but for MAP_ADD, which adds to what is there. Folding over the two innermost dimensions (after joining) goes
 * through doubles; over others it adds up in the output, in float. An output may be an input's array with the same
 * strides.
 * Programs beyond the limits below do nothing.
 */
#include "map_fold.h"
#include "map_functions.h"

enum {
  MAP_BLOCK = 256,
  MAP_RANK = 6,
  MAP_INPUTS = 32,
  MAP_OUTPUTS = 16,
  MAP_ARRAYS = MAP_INPUTS + MAP_OUTPUTS,
  MAP_SLOTS = 128,
  MAP_LENGTH = 256,
  /* Outputs that keep totals per column from tile to tile; one more set is shared by all others. */
  MAP_TOTALS = 4,
  MAP_HEADER = 6
};

/* How an input comes into its slot: the slot is the array itself, one value, one value a row, rows, single elements. */
enum { LOAD_NOTHING, LOAD_VALUE, LOAD_COLUMN, LOAD_ROWS, LOAD_ELEMENTS };
/* What an output folds of a tile. */
enum { KEEP_ALL, FOLD_ROWS_AWAY, FOLD_COLUMNS_AWAY, FOLD_ALL };

/* An input or output: where its element of the current outer indices lies, and its strides. */
typedef struct {
  float *at;
  int32_t stride[MAP_RANK];
  /* Of a tile's rows and columns. */
  int32_t row, column;
} MapArray;

typedef struct {
  int kind;
  /* What its slot holds. */
  const float *loaded;
  long rows, columns;
} MapInput;

typedef struct {
  int mode, slot, kind;
  /* Whether the current element holds something that values are combined with. */
  int more;
  /* The operation that writes straight into the array, or -1; where to in this tile. */
  int direct;
  float *target;
  /*
   * What is being folded from tile to tile: an element in lanes (FOLD_ALL, and FOLD_COLUMNS_AWAY of rows in pieces), or a
   * piece of a row in totals (FOLD_ROWS_AWAY). `open` says where it will go, 0 when there is nothing.
   */
  float *open;
  int openMore;
  long openColumns;
  vd lanes;
  double *totals;
} MapOutput;

typedef struct {
  float *base, *workspace;
  int rank, inputs, constants, operations, outputs, arrays;
  const int32_t *operation;
  long dims[MAP_RANK], index[MAP_RANK];
  /* All rows and columns; those of a whole tile; words from row to row in a slot. */
  long allRows, allColumns, tileRows, tileColumns, pitch;
  /* Long rows are finished one by one, else the pieces of all rows together. */
  int rowByRow;
  int anyDirect;
  MapArray array[MAP_ARRAYS];
  MapInput input[MAP_INPUTS];
  MapOutput output[MAP_OUTPUTS];
  float *slot[MAP_SLOTS];
  /* 1 + output that an operation writes straight into memory, or 0. */
  uint8_t direct[MAP_LENGTH];
  double totals[MAP_TOTALS + 1][MAP_BLOCK];
} Map;

INLINE MapArray *map_output_array(Map *m, int o) { return m->array + m->inputs + o; }
INLINE float *map_own_slot(const Map *m, int slot) { return m->workspace + (long)slot * MAP_BLOCK; }
INLINE long map_whole(long columns) { return (columns + VL - 1) / VL * VL; }

/* Drops dimensions of size 1 and joins neighbours that every array runs through as if they were one. */
static void map_join_dims(Map *m, const int32_t *dims, int rank, const int32_t *const *strides) {
  m->rank = 0;
  for (int r = 0; r < rank; r++) {
    if (dims[r] == 1) continue;
    int joined = m->rank > 0, d = m->rank - 1;
    for (int a = 0; joined && a < m->arrays; a++)
      joined = m->array[a].stride[d] == (int64_t)strides[a][r] * dims[r];
    if (!joined) m->dims[d = m->rank++] = 1;
    m->dims[d] *= dims[r];
    for (int a = 0; a < m->arrays; a++) m->array[a].stride[d] = strides[a][r];
  }
  if (m->rank > 0) return;
  m->dims[m->rank++] = 1;
  for (int a = 0; a < m->arrays; a++) m->array[a].stride[0] = a >= m->inputs;
}

/* False when the program is beyond the limits. */
static int map_read(Map *m, float *base, const int32_t *args) {
  int rank = args[1];
  m->base = base;
  m->workspace = base + args[0];
  m->inputs = args[2], m->constants = args[3], m->operations = args[4], m->outputs = args[5];
  m->arrays = m->inputs + m->outputs;
  if (rank > MAP_RANK || m->inputs > MAP_INPUTS || m->outputs > MAP_OUTPUTS || m->operations > MAP_LENGTH ||
      m->inputs + m->constants > MAP_SLOTS)
    return 0;
  const int32_t *strides[MAP_ARRAYS];
  const int32_t *next = args + MAP_HEADER + rank;
  for (int i = 0; i < m->inputs; i++, next += 1 + rank) m->array[i].at = base + next[0], strides[i] = next + 1;
  /* The constants' bits follow the inputs; map_constants reads them from here. */
  m->operation = next + m->constants;
  next = m->operation + 5 * m->operations;
  for (int o = 0; o < m->outputs; o++, next += 3 + rank) {
    m->output[o].mode = next[0], m->output[o].slot = next[1];
    map_output_array(m, o)->at = base + next[2];
    strides[m->inputs + o] = next + 3;
    if (next[1] >= MAP_SLOTS) return 0;
  }
  map_join_dims(m, args + MAP_HEADER, rank, strides);
  return 1;
}

/* A matrix read by its columns: square tiles then, so that what a tile reads lies together. */
static int map_transposes(const Map *m) {
  for (int o = 0; o < m->outputs; o++)
    if (m->output[o].kind == FOLD_COLUMNS_AWAY) return 0;
  for (int i = 0; i < m->inputs; i++) {
    const MapArray *x = m->array + i;
    if (x->row == 1 && x->column != 0 && x->column != 1) return 1;
  }
  return 0;
}

static void map_choose_tile(Map *m) {
  int last = m->rank - 1;
  m->allColumns = m->dims[last];
  m->allRows = last > 0 ? m->dims[last - 1] : 1;
  for (int a = 0; a < m->arrays; a++) {
    m->array[a].column = m->array[a].stride[last];
    m->array[a].row = last > 0 ? m->array[a].stride[last - 1] : 0;
  }
  m->rowByRow = 0;
  for (int o = 0; o < m->outputs; o++) {
    const MapArray *x = map_output_array(m, o);
    int folds = m->output[o].mode != MAP_STORE;
    int rows = folds && m->allRows > 1 && x->row == 0, columns = folds && m->allColumns > 1 && x->column == 0;
    m->output[o].kind = rows ? columns ? FOLD_ALL : FOLD_ROWS_AWAY : columns ? FOLD_COLUMNS_AWAY : KEEP_ALL;
    if (columns && !rows && m->allColumns > MAP_BLOCK) m->rowByRow = 1;
  }
  const long square = 16;
  long most = m->allRows >= 4 && m->allColumns > square && map_transposes(m) ? square : MAP_BLOCK;
  m->tileColumns = m->allColumns < most ? m->allColumns : most;
  m->pitch = map_whole(m->tileColumns);
  m->tileRows = MAP_BLOCK / m->pitch;
  if (m->tileRows > m->allRows) m->tileRows = m->allRows;
}

/* An input that is put out as well is copied when an earlier output might overwrite its array. */
static int map_is_put_out(const Map *m, int slot) {
  if (m->outputs == 1) return 0;
  for (int o = 0; o < m->outputs; o++)
    if (m->output[o].slot == slot) return 1;
  return 0;
}

static void map_prepare_inputs(Map *m) {
  for (int i = 0; i < m->inputs; i++) {
    const MapArray *x = m->array + i;
    int one = m->tileRows == 1;
    m->slot[i] = map_own_slot(m, i);
    m->input[i].loaded = 0;
    if (x->column == 1)
      m->input[i].kind = (one || x->row == m->pitch) && !map_is_put_out(m, i) ? LOAD_NOTHING : LOAD_ROWS;
    else if (x->column == 0)
      m->input[i].kind = one || x->row == 0 ? LOAD_VALUE : LOAD_COLUMN;
    else
      m->input[i].kind = LOAD_ELEMENTS;
  }
}

static void map_prepare_constants(Map *m) {
  const float *bits = (const float *)(m->operation - m->constants);
  long count = m->tileRows * m->pitch;
  for (int c = 0; c < m->constants; c++) {
    float *slot = m->slot[m->inputs + c] = map_own_slot(m, m->inputs + c);
    for (long i = 0; i < count; i += VL) store(slot + i, splat(bits[c]));
  }
}

/* Whether an operation from `k` on reads an input that lies where output `o` does. */
static int map_read_later(const Map *m, int k, int o) {
  const float *at = m->array[m->inputs + o].at;
  for (; k < m->operations; k++)
    for (int operand = 2; operand < 5; operand++) {
      int slot = m->operation[5 * k + operand];
      if (slot < m->inputs && m->array[slot].at == at) return 1;
    }
  return 0;
}

/* The operation that may write output `o` straight into memory: the last one on its slot; -1 where none may. */
static int map_direct_operation(Map *m, int o) {
  const MapArray *x = map_output_array(m, o);
  int slot = m->output[o].slot;
  if (m->output[o].mode != MAP_STORE || x->column != 1 || slot < m->inputs + m->constants) return -1;
  if (m->tileRows > 1 && (x->row != m->pitch || m->tileColumns != m->pitch)) return -1;
  int k = m->operations - 1;
  while (k >= 0 && m->operation[5 * k + 1] != slot) k--;
  return k < 0 || m->direct[k] || map_read_later(m, k + 1, o) ? -1 : k;
}

/* False when the program is beyond the limits. */
static int map_prepare_operations(Map *m) {
  for (int k = 0; k < m->operations; k++) {
    int slot = m->operation[5 * k + 1];
    if (slot >= MAP_SLOTS) return 0;
    m->slot[slot] = map_own_slot(m, slot);
    m->direct[k] = 0;
  }
  return 1;
}

static void map_prepare_outputs(Map *m) {
  int kept = 0;
  m->anyDirect = 0;
  for (int o = 0; o < m->outputs; o++) {
    MapOutput *out = m->output + o;
    out->open = 0;
    out->direct = map_direct_operation(m, o);
    if (out->direct >= 0) m->direct[out->direct] = (uint8_t)(o + 1), m->anyDirect = 1;
    out->totals = 0;
    if (out->kind == FOLD_ROWS_AWAY && !m->rowByRow && kept < MAP_TOTALS) out->totals = m->totals[kept++];
  }
}

/* Whether the current outer indices come to an output's elements for the first time. */
static void map_note_visits(Map *m) {
  for (int o = 0; o < m->outputs; o++) {
    const MapArray *x = map_output_array(m, o);
    int more = m->output[o].mode == MAP_ADD;
    if (m->output[o].mode != MAP_STORE)
      for (int d = 0; d < m->rank - 2; d++) more |= x->stride[d] == 0 && m->index[d] > 0;
    m->output[o].more = more;
  }
}

typedef float MapFour __attribute__((ext_vector_type(4), aligned(4), may_alias));

/* Four rows of four: out[i][j] = in[j][i]. */
INLINE void map_turn_square(float *out, long outRow, const float *in, long inRow) {
  MapFour a = *(const MapFour *)in, b = *(const MapFour *)(in + inRow);
  MapFour c = *(const MapFour *)(in + 2 * inRow), d = *(const MapFour *)(in + 3 * inRow);
  MapFour lowAB = __builtin_shufflevector(a, b, 0, 4, 1, 5), highAB = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  MapFour lowCD = __builtin_shufflevector(c, d, 0, 4, 1, 5), highCD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(MapFour *)out = __builtin_shufflevector(lowAB, lowCD, 0, 1, 4, 5);
  *(MapFour *)(out + outRow) = __builtin_shufflevector(lowAB, lowCD, 2, 3, 6, 7);
  *(MapFour *)(out + 2 * outRow) = __builtin_shufflevector(highAB, highCD, 0, 1, 4, 5);
  *(MapFour *)(out + 3 * outRow) = __builtin_shufflevector(highAB, highCD, 2, 3, 6, 7);
}

/* Columns that lie in memory as rows. */
static void map_load_turned(float *slot, long pitch, const float *at, long column, long rows, long columns) {
  for (long r = 0; r < rows; r += 4) {
    int whole = r + 4 <= rows;
    for (long j = 0; j < columns; j += 4) {
      if (whole && j + 4 <= columns) {
        map_turn_square(slot + r * pitch + j, pitch, at + r + j * column, column);
        continue;
      }
      for (long i = r; i < r + 4 && i < rows; i++)
        for (long k = j; k < j + 4 && k < columns; k++) slot[i * pitch + k] = at[i + k * column];
    }
  }
}

static void map_load_elements(float *slot, long pitch, const float *at, const MapArray *x, long rows, long columns) {
  if (x->row == 1) {
    map_load_turned(slot, pitch, at, x->column, rows, columns);
    return;
  }
  for (long r = 0; r < rows; r++)
    for (long j = 0; j < columns; j++) slot[r * pitch + j] = at[r * x->row + j * x->column];
}

static void map_fill(float *slot, long count, float value) {
  for (long j = 0; j < count; j += VL) store(slot + j, splat(value));
}

/* Brings a tile of input `i` into its slot, unless it is there. */
static void map_load(Map *m, int i, long r0, long c0, long rows, long columns) {
  const MapArray *x = m->array + i;
  MapInput *in = m->input + i;
  float *at = x->at + r0 * x->row + c0 * x->column, *slot = m->slot[i];
  if (in->kind == LOAD_NOTHING) {
    m->slot[i] = at;
    return;
  }
  if (in->loaded == at && rows <= in->rows && columns <= in->columns) return;
  in->loaded = at, in->rows = rows, in->columns = columns;
  long pitch = m->pitch;
  if (in->kind == LOAD_VALUE) {
    map_fill(slot, rows == 1 ? columns : rows * pitch, *at);
  } else if (in->kind == LOAD_COLUMN) {
    for (long r = 0; r < rows; r++) map_fill(slot + r * pitch, columns, at[r * x->row]);
  } else if (in->kind == LOAD_ROWS) {
    for (long r = 0; r < rows; r++)
      for (long j = 0; j < columns; j += VL) store(slot + r * pitch + j, load(at + r * x->row + j));
  } else {
    map_load_elements(slot, pitch, at, x, rows, columns);
  }
}

static void map_run_operations(Map *m, long count, int direct) {
  const int32_t *op = m->operation;
  for (int k = 0; k < m->operations; k++, op += 5) {
    /* The slot's old content may be an operand. */
    const float *a = m->slot[op[2]], *b = m->slot[op[3]], *c = m->slot[op[4]];
    if (direct && m->direct[k]) m->slot[op[1]] = m->output[m->direct[k] - 1].target;
    map_functions[op[0]](m->slot[op[1]], a, b, c, count);
  }
}

static void map_store_row(float *out, long stride, const float *in, long columns) {
  long j = 0;
  if (stride == 1) {
    for (; j + VL <= columns; j += VL) store(out + j, load(in + j));
    if (j < columns) store_first(out + j, load(in + j), columns - j);
    return;
  }
  for (; j < columns; j++) out[j * stride] = in[j];
}

/* Rows that follow each other in memory: whole vectors reach into the next row, which is written after. */
static void map_store_adjacent(float *out, const float *in, long pitch, long rows, long columns) {
  const float *end = out + rows * columns;
  for (long r = 0; r < rows; r++, out += columns, in += pitch)
    for (long j = 0; j < columns; j += VL) {
      if (columns - j >= VL || out + j + VL <= end)
        store(out + j, load(in + j));
      else
        store_first(out + j, load(in + j), columns - j);
    }
}

static void map_keep(const Map *m, const MapOutput *out, const MapArray *x, long rows, long columns) {
  const float *in = m->slot[out->slot];
  if (!out->more && x->column == 1 && x->row == columns) {
    map_store_adjacent(out->target, in, m->pitch, rows, columns);
    return;
  }
  for (long r = 0; r < rows; r++) {
    float *to = out->target + r * x->row;
    const float *from = in + r * m->pitch;
    if (!out->more) {
      map_store_row(to, x->column, from, columns);
    } else {
      MAP_WITH_MODE(out->mode, merge_row, to, x->column, from, columns)
    }
  }
}

static void map_fill_totals(const MapOutput *out, double *totals, long columns) {
  for (long j = 0; j < columns; j++) totals[j] = (double)identity_of(out->mode);
}

/* Puts the totals of columns into memory. */
static void map_put_totals(const MapOutput *out, float *at, long stride, const double *totals, long columns, int more) {
  float rounded[MAP_BLOCK];
  for (long j = 0; j < columns; j += VL) store(rounded + j, narrow(*(const vd_loose *)(totals + j)));
  if (more) {
    MAP_WITH_MODE(out->mode, merge_row, at, stride, rounded, columns)
  } else {
    map_store_row(at, stride, rounded, columns);
  }
}

/* Puts an element's lanes into memory. */
static void map_put_lanes(const MapOutput *out) {
  double value = 0;
#define MAP_LANES(mode, lanes) value = combine_lanes(mode, lanes)
  MAP_WITH_MODE(out->mode, MAP_LANES, out->lanes)
#undef MAP_LANES
  *out->open = out->openMore ? combine_one(out->mode, *out->open, (float)value) : (float)value;
}

static void map_close(Map *m, int o) {
  MapOutput *out = m->output + o;
  if (!out->open) return;
  if (out->totals)
    map_put_totals(out, out->open, map_output_array(m, o)->column, out->totals, out->openColumns, out->openMore);
  else
    map_put_lanes(out);
  out->open = 0;
}

/* From here on values go to `at`; what went there before stays when it is the same. */
static void map_open(Map *m, int o, float *at, long columns) {
  MapOutput *out = m->output + o;
  if (out->open == at) return;
  map_close(m, o);
  out->open = at;
  out->openMore = out->more;
  out->openColumns = columns;
  if (out->totals)
    map_fill_totals(out, out->totals, map_whole(columns));
  else
    out->lanes = (vd)((double)identity_of(out->mode));
}

static void map_fold_rows_away(Map *m, int o, long r0, long rows, long columns) {
  MapOutput *out = m->output + o;
  const float *in = m->slot[out->slot];
  double *totals = out->totals;
  if (!totals) map_fill_totals(out, totals = m->totals[MAP_TOTALS], map_whole(columns));
  MAP_WITH_MODE(out->mode, fold_columns, totals, in, m->pitch, rows, columns)
  if (out->totals) return;
  map_put_totals(out, out->target, map_output_array(m, o)->column, totals, columns, out->more || r0 > 0);
}

static void map_fold_element(Map *m, int o, long rows, long columns) {
  MapOutput *out = m->output + o;
  map_open(m, o, out->target, 1);
  MAP_WITH_MODE(out->mode, fold_tile, &out->lanes, m->slot[out->slot], m->pitch, rows, columns)
}

static void map_put(Map *m, int o, long r0, long rows, long columns, int direct) {
  MapOutput *out = m->output + o;
  const MapArray *x = map_output_array(m, o);
  if (out->kind == KEEP_ALL) {
    if (!direct || out->direct < 0) map_keep(m, out, x, rows, columns);
  } else if (out->kind == FOLD_ROWS_AWAY) {
    map_fold_rows_away(m, o, r0, rows, columns);
  } else if (out->kind == FOLD_COLUMNS_AWAY && m->allColumns <= MAP_BLOCK) {
    const float *in = m->slot[out->slot];
    MAP_WITH_MODE(out->mode, fold_rows, out->target, x->row, in, m->pitch, rows, columns, out->more)
  } else {
    map_fold_element(m, o, rows, columns);
  }
}

static void map_tile(Map *m, long r0, long c0, long rows, long columns) {
  int direct = m->anyDirect && (rows == 1 ? columns % VL == 0 : columns == m->pitch);
  for (int i = 0; i < m->inputs; i++) map_load(m, i, r0, c0, rows, columns);
  for (int o = 0; o < m->outputs; o++) {
    const MapArray *x = map_output_array(m, o);
    m->output[o].target = x->at + r0 * x->row + c0 * x->column;
    if (m->output[o].direct >= 0) m->slot[m->output[o].slot] = map_own_slot(m, m->output[o].slot);
  }
  map_run_operations(m, rows == 1 ? map_whole(columns) : rows * m->pitch, direct);
  for (int o = 0; o < m->outputs; o++) map_put(m, o, r0, rows, columns, direct);
}

/* One piece of all rows. Its totals stay open when it is the only one: the next outer indices may go on with them. */
static void map_all_rows(Map *m, long c0, long columns) {
  for (int o = 0; o < m->outputs; o++) {
    const MapArray *x = map_output_array(m, o);
    if (m->output[o].totals) map_open(m, o, x->at + c0 * x->column, columns);
  }
  for (long r = 0; r < m->allRows; r += m->tileRows)
    map_tile(m, r, c0, m->allRows - r < m->tileRows ? m->allRows - r : m->tileRows, columns);
  if (columns == m->allColumns) return;
  for (int o = 0; o < m->outputs; o++)
    if (m->output[o].totals) map_close(m, o);
}

static void map_all_columns(Map *m, long row) {
  for (long c = 0; c < m->allColumns; c += m->tileColumns)
    map_tile(m, row, c, 1, m->allColumns - c < m->tileColumns ? m->allColumns - c : m->tileColumns);
}

static void map_two_dims(Map *m) {
  if (m->rowByRow) {
    for (long r = 0; r < m->allRows; r++) map_all_columns(m, r);
    return;
  }
  for (long c = 0; c < m->allColumns; c += m->tileColumns)
    map_all_rows(m, c, m->allColumns - c < m->tileColumns ? m->allColumns - c : m->tileColumns);
}

/* On to the next outer indices; false after the last. */
static int map_advance(Map *m) {
  for (int d = m->rank - 3; d >= 0; d--) {
    for (int a = 0; a < m->arrays; a++) m->array[a].at += m->array[a].stride[d];
    if (++m->index[d] < m->dims[d]) return 1;
    for (int a = 0; a < m->arrays; a++) m->array[a].at -= m->array[a].stride[d] * m->dims[d];
    m->index[d] = 0;
  }
  return 0;
}

static void map(float *base, const int32_t *args) {
  Map m;
  if (!map_read(&m, base, args)) return;
  map_choose_tile(&m);
  if (!map_prepare_operations(&m)) return;
  map_prepare_inputs(&m);
  map_prepare_constants(&m);
  map_prepare_outputs(&m);
  for (int d = 0; d < m.rank; d++) m.index[d] = 0;
  do {
    map_note_visits(&m);
    map_two_dims(&m);
  } while (map_advance(&m));
  for (int o = 0; o < m.outputs; o++) map_close(&m, o);
}

#define MAP_KERNELS {"map", VARIADIC, map},
