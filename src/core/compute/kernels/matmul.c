/* To come. */
#define MATMUL_KERNELS
