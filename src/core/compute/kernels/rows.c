/* To come. */
#define ROWS_KERNELS
